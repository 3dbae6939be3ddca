import { z } from "zod";
import { inPlace, takesSecrets } from "../../engine/definition/param-traits.ts";
import type { RunFiles } from "../../engine/ports/files.ts";
import { AppError } from "../../shared/errors.ts";
import { isFileValue } from "../../shared/file-value.ts";
import type { Json } from "../../shared/json.ts";
import { plain } from "../../shared/places/place.ts";
import { FileParam } from "../file-param.ts";

const Field = z.union([z.string(), z.number(), z.boolean(), FileParam], "text, a number or a file");

/** Fields of a form (`multipart/form-data`): text, numbers, files, and lists of them for a name that is repeated. */
export const FormParam = takesSecrets(
  inPlace(z.record(z.string().min(1), z.union([Field, z.null(), z.array(Field)])), plain),
);
type FormParam = z.output<typeof FormParam>;

/** A body as the HTTP client takes it, with its type: `null` if the client knows it. */
export interface RequestBody {
  readonly data: Json | Buffer | FormData | undefined;
  readonly type: string | null;
}

/**
 * The body of a request: a form, a file's bytes, JSON or text.
 *
 * @throws {AppError} `params_invalid` for a form and a body; as {@link RunFiles.read}.
 */
export async function toRequestBody(
  { body, form }: { readonly body?: Json | undefined; readonly form?: FormParam | undefined },
  files: RunFiles,
): Promise<RequestBody> {
  if (form !== undefined) {
    if (body !== undefined) throw invalid('Give "body" or "form", not both.');
    return { data: await toForm(form, files), type: null };
  }
  if (isFileValue(body)) return { data: await files.read(body), type: body.type };
  return { data: body, type: typeOf(body) };
}

async function toForm(fields: FormParam, files: RunFiles): Promise<FormData> {
  const form = new FormData();
  for (const [name, given] of Object.entries(fields)) {
    for (const value of Array.isArray(given) ? given : [given]) {
      if (value === null) continue;
      if (isFileValue(value)) {
        const bytes = new Uint8Array(await files.read(value));
        form.append(name, new Blob([bytes], { type: value.type }), value.name);
      } else form.append(name, String(value));
    }
  }
  return form;
}

function typeOf(body: Json | undefined): string | null {
  if (body === undefined || body === null) return null;
  return typeof body !== "string" || isJsonText(body)
    ? "application/json"
    : "text/plain; charset=utf-8";
}

function isJsonText(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** @throws {AppError} `params_invalid` for a type that is none of a form: its boundary is the client's to say. */
export function assertFormType(type: string): void {
  if (/^\s*multipart\/form-data\b/i.test(type)) return;
  throw invalid('"form" is sent as multipart/form-data: leave the header Content-Type out.');
}

function invalid(message: string): AppError {
  return new AppError({ code: "params_invalid", message });
}
