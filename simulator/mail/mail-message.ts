import { type ParsedMail, simpleParser } from "mailparser";

/** One message as it was received. Absent parts are empty strings. */
export interface MailMessage {
  /** Counts from 1 since the sink was opened or reset. */
  readonly id: number;
  /** The `From` header, names quoted, else the envelope's sender. */
  readonly from: string;
  /** The `To` header, names quoted (several are joined with a comma), else the envelope's recipients. */
  readonly to: string;
  readonly cc: string;
  readonly subject: string;
  readonly html: string;
  readonly text: string;
  /** Decoded values under lower-case names; a header that occurs several times has one line for each. */
  readonly headers: Readonly<Record<string, string>>;
  /** The recipients of the envelope: the only place where a blind copy shows. */
  readonly recipients: readonly string[];
  readonly attachments: readonly { readonly filename: string; readonly bytes: number }[];
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
}

/** The envelope of the SMTP conversation. */
export interface Envelope {
  readonly from: string;
  readonly recipients: readonly string[];
}

/** @returns the message read from its source. Rejects only when the source is no message at all. */
export async function parseMailMessage(
  source: Buffer,
  envelope: Envelope,
  id: number,
  receivedAt: Date,
): Promise<MailMessage> {
  const mail = await simpleParser(source);
  return {
    id,
    from: mail.from?.text ?? envelope.from,
    to: addresses(mail.to) || envelope.recipients.join(", "),
    cc: addresses(mail.cc),
    subject: mail.subject ?? "",
    html: mail.html === false ? "" : (mail.html ?? "").trimEnd(),
    text: (mail.text ?? "").trimEnd(),
    headers: headersOf(mail),
    recipients: envelope.recipients,
    attachments: mail.attachments.map((attachment) => ({
      filename: attachment.filename ?? "unnamed",
      bytes: attachment.size,
    })),
    receivedAt: receivedAt.toISOString(),
  };
}

function addresses(header: ParsedMail["to"]): string {
  if (header === undefined) return "";
  return (Array.isArray(header) ? header : [header]).map((one) => one.text).join(", ");
}

function headersOf(mail: ParsedMail): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const { key, line } of mail.headerLines) {
    const value = line
      .slice(line.indexOf(":") + 1)
      .replace(/\r?\n[ \t]+/g, " ")
      .trim();
    const name = key.toLowerCase();
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}\n${value}` : value;
  }
  return headers;
}
