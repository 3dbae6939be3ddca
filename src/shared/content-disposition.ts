import { create, parse } from "content-disposition";

/** Where a header stands: a part of a form is written as browsers do, everything else by RFC 6266. */
interface Where {
  /** @default false */
  readonly isForm?: boolean;
}

/** A parameter of a header such as `Content-Disposition`; `undefined`: it has none. */
export function parameterOf(
  header: string,
  name: string,
  { isForm = false }: Where = {},
): string | undefined {
  if (header === "") return undefined;
  const { parameters } = parse(header, { multipart: isForm });
  const value = parameters[name];
  // What comes with a charset is decoded already.
  return parameters[`${name}*`] === undefined && value !== undefined ? fromLatin1(value) : value;
}

/** The name that a `Content-Disposition` gives a file, as it was sent: `filename*` before `filename`; `undefined`: it gives none. */
export function fileNameOf(header: string, where: Where = {}): string | undefined {
  return parameterOf(header, "filename", where);
}

/** `Content-Disposition` of a file that is to be saved, never shown. */
export function attachmentHeader(name: string): string {
  return create(name);
}

/** Headers are read as Latin 1; most senders write UTF-8 there all the same. */
function fromLatin1(text: string): string {
  if (!/[\u0080-\u00ff]/.test(text) || /[^\0-\u00ff]/.test(text)) return text;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(text, "latin1"));
  } catch {
    return text;
  }
}
