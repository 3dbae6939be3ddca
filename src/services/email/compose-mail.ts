import type { MailboxAddress } from "nodemailer/lib/addressparser";
import type { MailComposerAttachment } from "nodemailer/lib/mail-composer";
import type { RunFiles } from "../../engine/ports/files.ts";
import { AppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { fillEmailTemplate } from "./email-template.ts";
import { MAX_RECIPIENTS, readAddresses } from "./mail-addresses.ts";
import { type Attachment, MAX_ATTACHMENTS, type SendParams } from "./mail-params.ts";
import { textOfHtml } from "./text-of-html.ts";

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
  const { sender, to, cc, bcc, replyTo } = await addressesOf(params, from);
  const recipients = new Set([...to, ...cc, ...bcc].map(({ address }) => address));
  if (recipients.size > MAX_RECIPIENTS)
    throw invalid(
      `A message goes to ${MAX_RECIPIENTS} addresses at most, "to", "cc" and "bcc" together. Send several, or use a mailing list.`,
    );
  const messageId = messageIdOf(idempotencyKey, sender.address);
  const text = params.text || (html === null ? undefined : await textOfHtml(html));
  const { default: MailComposer } = await import("nodemailer/lib/mail-composer");
  const message = new MailComposer({
    from: sender,
    to: [...to],
    cc: [...cc],
    ...(replyTo.length > 0 && { replyTo: [...replyTo] }),
    // A blind copy is in the envelope alone.
    subject: await writeSubject(oneLine(params.subject ?? subject ?? DEFAULT_SUBJECT)),
    messageId,
    ...omitUndefined({ html: html ?? undefined, text: text || undefined }),
    attachments: await attachmentsOf(params, files),
    headers: { "Auto-Submitted": "auto-generated", ...params.headers },
    newline: "win",
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const source = await message.compile().build();
  return { messageId, from: sender.address, recipients: [...recipients], source };
}

async function addressesOf(
  params: SendParams,
  from: string,
): Promise<
  Record<"to" | "cc" | "bcc" | "replyTo", readonly MailboxAddress[]> & { sender: MailboxAddress }
> {
  const read = async (
    field: "to" | "cc" | "bcc" | "replyTo",
  ): Promise<readonly MailboxAddress[]> => {
    const value = params[field];
    return value === undefined ? [] : readAddresses(field, value);
  };
  const [sender] = await readAddresses("EMAIL_FROM", from);
  if (!sender) throw new Error("An address was read.");
  const name = oneLine(params.fromName ?? sender.name);
  return {
    sender: { ...sender, name },
    to: await read("to"),
    cc: await read("cc"),
    bcc: await read("bcc"),
    replyTo: await read("replyTo"),
  };
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

/** A line may have 998 characters, and is broken at spaces alone. */
const MAX_WORD = 900;

/** Encodes what the composer would leave as it is, although it fits on no line or would be read as encoded words (RFC 2047). */
async function writeSubject(subject: string): Promise<string> {
  const fits = subject.split(" ").every((word) => word.length <= MAX_WORD);
  if (fits && !subject.includes("=?")) return subject;
  const { encodeWord } = await import("nodemailer/lib/mime-funcs");
  return encodeWord(subject, "B", 52);
}

/** Replaces line breaks and control characters, which could begin a header, by spaces. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

function invalid(message: string): AppError {
  return new AppError({ code: "params_invalid", message });
}
