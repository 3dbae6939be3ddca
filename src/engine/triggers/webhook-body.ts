import { fileNameOf } from "../../shared/content-disposition.ts";
import { isTextType, parseContentType } from "../../shared/content-type.ts";
import { AppError } from "../../shared/errors.ts";
import { readVariablesBody, type VariablesBody } from "../../shared/variables-body.ts";
import { parseXmlBody } from "../../shared/xml-body.ts";
import type { WebhookRequest } from "../api/triggers.ts";
import type { BodyKind } from "./types/webhook.ts";

/** What each kind of body calls itself, for people. */
const TYPES: Readonly<Record<BodyKind, string>> = {
  json: "application/json",
  form: "application/x-www-form-urlencoded or multipart/form-data",
  text: "text/plain",
  xml: "application/xml",
  file: "the type of a file, such as application/pdf",
};

/**
 * Reads the body of a webhook by its `Content-Type`.
 *
 * @param accepts - the kinds that the definition takes, each then exactly by its type; absent: all, in the way of the API.
 * @throws {AppError} `media_type_refused` for another kind; `json_malformed` for a body that is not what its type says.
 */
export async function readWebhookBody(
  { body, headers }: Pick<WebhookRequest, "body" | "headers">,
  accepts: readonly BodyKind[] | undefined,
): Promise<VariablesBody> {
  const header = headers["content-type"] ?? "";
  if (body.length > 0 && accepts !== undefined) return readAccepted(body, header, headers, accepts);
  return readBody(body, header, headers);
}

async function readAccepted(
  body: Uint8Array,
  header: string,
  headers: WebhookRequest["headers"],
  accepts: readonly BodyKind[],
): Promise<VariablesBody> {
  const kind = kindOf(header);
  if (!accepts.includes(kind)) throw unsupported(header, accepts);
  if (kind === "xml") return { value: await parseXmlBody(body, header), form: "form", files: [] };
  const read = await readBody(body, header, headers);
  const isJson = read.form === "json" && (kind === "form" || kind === "text");
  if (isJson && !accepts.includes("json")) throw misnamed(header);
  return read;
}

function readBody(
  body: Uint8Array,
  header: string,
  headers: WebhookRequest["headers"],
): Promise<VariablesBody> {
  // The other side often cannot send another number: its digits are kept as text.
  return readVariablesBody(body, header, "text", fileNameOf(headers["content-disposition"] ?? ""));
}

function misnamed(header: string): AppError {
  return new AppError({
    code: "json_malformed",
    message: `The body is JSON, and calls itself ${header.slice(0, 80)}. This webhook takes what its type says.`,
  });
}

function kindOf(header: string): BodyKind {
  const { type } = parseContentType(header);
  if (type === "" || /[/+]json$/.test(type)) return "json";
  if (type === "application/x-www-form-urlencoded" || type.startsWith("multipart/")) return "form";
  if (/[/+]xml$/.test(type)) return "xml";
  return isTextType(type) ? "text" : "file";
}

function unsupported(header: string, accepts: readonly BodyKind[]): AppError {
  const given = header === "" ? "no Content-Type" : `the Content-Type ${header.slice(0, 80)}`;
  const wanted = accepts.map((kind) => TYPES[kind]).join(", or ");
  return new AppError({
    code: "media_type_refused",
    message: `This webhook does not take a body with ${given}. Send ${wanted}.`,
  });
}
