import type { MailboxAddress } from "nodemailer/lib/addressparser";
import type { MailComposerAttachment } from "nodemailer/lib/mail-composer";
import { z } from "zod";
import { inPlace } from "../../engine/definition/param-traits.ts";
import type { RunFiles } from "../../engine/ports/files.ts";
import { anyJsonObject } from "../../shared/any-json.ts";
import { AppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { addressPlace } from "../../shared/places/address-place.ts";
import { htmlPlace } from "../../shared/places/html-place.ts";
import { plain } from "../../shared/places/place.ts";
import { FileParam } from "../file-param.ts";
import { fillEmailTemplate } from "./email-template.ts";

/** A coarse check at deployment; addresses are parsed strictly before sending. */
const ADDRESSES = "an e-mail address such as ann@example.com, or a list of them";
const Address = z.string().regex(/@/, ADDRESSES);

const Addresses = inPlace(z.union([Address, z.array(Address).min(1)], ADDRESSES), addressPlace);

const Attachment = z.strictObject({
  /** Absent: the name of the file. */
  filename: inPlace(z.string().min(1).max(200), plain).optional(),
  /** Either this or a file. */
  content: inPlace(z.string(), plain).optional(),
  file: inPlace(FileParam, plain).optional(),
  /** Absent: the content is text. */
  encoding: z.literal("base64").optional(),
  contentType: inPlace(
    z.string().regex(/^[\w.+-]+\/[\w.+-]+(?:; ?charset=[\w-]+)?$/, "a media type such as text/csv"),
    plain,
  ).optional(),
  /** Shown within the HTML, as `<img src="cid:logo">`. */
  cid: inPlace(z.string().regex(/^[\w.+-]{1,100}$/, "a name such as logo"), plain).optional(),
});
type Attachment = z.output<typeof Attachment>;

const MAX_ATTACHMENTS = 20;

export const SendParams = z.strictObject({
  to: Addresses,
  cc: Addresses.optional(),
  bcc: Addresses.optional(),
  /** Where answers go. @default the sender */
  replyTo: Addresses.optional(),
  subject: inPlace(z.string().max(1000), plain).optional(),
  /** HTML. */
  body: inPlace(z.string(), htmlPlace).optional(),
  text: inPlace(z.string(), plain).optional(),
  /** Name of a file in the folder of templates, without its ending. */
  template: inPlace(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]{0,63}$/i, "the name of a template: letters, digits, - and _"),
    plain,
  ).optional(),
  /** Values of the template's `{{name}}`. */
  values: inPlace(anyJsonObject(), plain).optional(),
  attachments: z.array(Attachment).max(MAX_ATTACHMENTS).optional(),
  /** Files of the run that are attached as they are. */
  files: inPlace(
    z.union(
      [FileParam, z.array(FileParam).max(MAX_ATTACHMENTS)],
      "a file of the run, or a list of them",
    ),
    plain,
  ).optional(),
});
export type SendParams = z.output<typeof SendParams>;

/** What stands in the definition or in variables, decoded, of all attachments together. */
const MAX_CONTENT_BYTES = 5_000_000;

/** All attachments together: mail servers take 20 to 25 MB as a rule, and bytes are a third longer there. */
const MAX_ATTACHMENT_BYTES = 15_000_000;

const DEFAULT_SUBJECT = "Workflow Notification";

/** A message ready to send. */
export interface ComposedMail {
  readonly messageId: string;
  readonly from: string;
  readonly recipients: readonly string[];
  readonly source: Buffer;
}

/** What a message needs besides its parameters. */
export interface ComposeContext {
  readonly from: string;
  readonly idempotencyKey: string;
  readonly templatesDir: string;
  readonly files: Pick<RunFiles, "read">;
}

/**
 * Makes the message. The same parameters and key give the same `Message-ID`.
 *
 * @throws {AppError} `params_invalid`, naming the parameter; as {@link RunFiles.read}.
 */
export async function composeMail(
  params: SendParams,
  { from, idempotencyKey, templatesDir, files }: ComposeContext,
): Promise<ComposedMail> {
  const { subject, html } = await contentOf(params, templatesDir);
  const [sender] = await readAddresses("EMAIL_FROM", from);
  const to = await readAddresses("to", params.to);
  const cc = params.cc === undefined ? [] : await readAddresses("cc", params.cc);
  const bcc = params.bcc === undefined ? [] : await readAddresses("bcc", params.bcc);
  const replyTo =
    params.replyTo === undefined ? [] : await readAddresses("replyTo", params.replyTo);
  if (!sender) throw new Error("An address was read.");
  const messageId = messageIdOf(idempotencyKey, sender.address);
  const { default: MailComposer } = await import("nodemailer/lib/mail-composer");
  const message = new MailComposer({
    from: sender,
    to: [...to],
    cc: [...cc],
    ...(replyTo.length > 0 && { replyTo: [...replyTo] }),
    // A blind copy is in the envelope alone.
    subject: oneLine(params.subject ?? subject ?? DEFAULT_SUBJECT),
    messageId,
    ...omitUndefined({ html: html ?? undefined, text: params.text }),
    attachments: await attachmentsOf(params, files),
    headers: { "Auto-Submitted": "auto-generated" },
    newline: "win",
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const recipients = new Set([...to, ...cc, ...bcc].map(({ address }) => address));
  const source = await message.compile().build();
  return { messageId, from: sender.address, recipients: [...recipients], source };
}

async function contentOf(
  { body, text, template, values }: SendParams,
  templatesDir: string,
): Promise<{ readonly subject: string | null; readonly html: string | null }> {
  if (template !== undefined) {
    if (body !== undefined) throw invalid('Give "body" or "template", not both.');
    return fillEmailTemplate(templatesDir, template, values ?? {});
  }
  if (values !== undefined) throw invalid('"values" is for a "template", and none is given.');
  if (body) return { subject: null, html: body };
  if (!text) throw invalid('The e-mail is empty: give "body", "text" or "template".');
  return { subject: null, html: null };
}

/**
 * A hash of the key: identifies a repeat to mailboxes and archives without exposing ids of runs.
 */
function messageIdOf(idempotencyKey: string, sender: string): string {
  const hash = sha256(idempotencyKey).toString("hex").slice(0, 40);
  return `<${hash}@${sender.slice(sender.lastIndexOf("@") + 1)}>`;
}

async function attachmentsOf(
  { attachments = [], files: whole = [] }: SendParams,
  files: ComposeContext["files"],
): Promise<MailComposerAttachment[]> {
  const given = [...attachments, ...[whole].flat().map((file): Attachment => ({ file }))];
  if (given.length > MAX_ATTACHMENTS)
    throw invalid(`A message takes ${MAX_ATTACHMENTS} attachments, "files" among them.`);
  const composed: MailComposerAttachment[] = [];
  const size = { content: 0, all: 0 };
  for (const [index, one] of given.entries()) {
    const bytes = one.file ? await files.read(one.file) : contentOfAttachment(one, index);
    size.all += bytes.length;
    if (!one.file) size.content += bytes.length;
    assertSize(size);
    composed.push(withContent(one, bytes, index));
  }
  return composed;
}

function withContent(one: Attachment, content: Buffer, index: number): MailComposerAttachment {
  const { filename = one.file?.name, contentType = one.file?.type, cid } = one;
  if (filename === undefined) throw invalid(`"attachments.${index}.filename" is missing.`);
  return {
    filename: fileName(filename),
    content,
    ...omitUndefined({ contentType, cid }),
    ...(cid !== undefined && { contentDisposition: "inline" as const }),
  };
}

function contentOfAttachment({ content, encoding }: Attachment, index: number): Buffer {
  if (content === undefined)
    throw invalid(
      `"attachments.${index}" needs "content" or a "file", such as {{variables.file}}.`,
    );
  if (encoding === "base64" && !isBase64(content)) {
    throw invalid(
      `"attachments.${index}.content" is not base64. Leave "encoding" out if it is text.`,
    );
  }
  return Buffer.from(content, encoding ?? "utf8");
}

function assertSize({ content, all }: { readonly content: number; readonly all: number }): void {
  const most = content > MAX_CONTENT_BYTES ? MAX_CONTENT_BYTES : MAX_ATTACHMENT_BYTES;
  if (content <= MAX_CONTENT_BYTES && all <= MAX_ATTACHMENT_BYTES) return;
  throw invalid(
    `The attachments are larger than ${most / 1_000_000} MB together. Send a link instead.`,
  );
}

/**
 * Recipients see the name and save under it: no folders, no line break that could begin a header, and no sign that changes the
 * direction of writing, so that an ending is seen as what it is.
 */
function fileName(text: string): string {
  const name = oneLine(text.replaceAll(/\p{Bidi_Control}/gu, "")).replaceAll(/[/\\]/g, "_");
  return /^\.*$/.test(name) ? "_" : name;
}

function isBase64(text: string): boolean {
  const letters = text.replaceAll(/\s+/g, "");
  return letters.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(letters);
}

/** Replaces line breaks and control characters, which could begin a header, by spaces. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

function invalid(message: string): AppError {
  return new AppError({ code: "params_invalid", message });
}

/** Recipients of one message, all fields together. */
const MAX_RECIPIENTS = 100;

/** A plain local part and domain: no spaces, quotes, brackets or control characters. */
const ADDRESS = /^[^\s<>()[\]\\,;:@"\p{Cc}]{1,64}@[^\s<>()[\]\\,;:@"\p{Cc}]{1,253}$/u;

/**
 * Reads a field of addresses: `ann@example.com, Bob <bob@example.com>`, or a list of those.
 *
 * @param field - the parameter, for the message.
 * @throws {AppError} `params_invalid` for anything but addresses, line breaks included: they could
 *   begin a header.
 */
async function readAddresses(
  field: string,
  value: string | readonly string[],
): Promise<readonly MailboxAddress[]> {
  const { default: parse } = await import("nodemailer/lib/addressparser");
  const texts = typeof value === "string" ? [value] : value;
  const found = texts.flatMap((text) => {
    if (/\p{Cc}/u.test(text)) throw noAddress(field);
    const mailboxes = parse(text, { flatten: true });
    // The parser reads `ann@ex ample.com` as name and address; a typing error must not reach a
    // stranger.
    if (!text.includes("<") && mailboxes.some(({ name }) => name !== "")) throw noAddress(field);
    return mailboxes;
  });
  if (found.length === 0 || found.length > MAX_RECIPIENTS) throw noAddress(field);
  for (const { address } of found) if (!ADDRESS.test(address)) throw noAddress(field);
  return found;
}

function noAddress(field: string): AppError {
  return new AppError({
    code: "params_invalid",
    message: `"${field}" must hold 1 to ${MAX_RECIPIENTS} e-mail addresses, such as ann@example.com, and nothing else.`,
  });
}
