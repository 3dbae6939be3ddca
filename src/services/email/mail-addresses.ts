import { domainToASCII } from "node:url";
import type { MailboxAddress } from "nodemailer/lib/addressparser";
import { AppError } from "../../shared/errors.ts";

/** Recipients of one message, all fields together. */
export const MAX_RECIPIENTS = 100;

/** A plain local part and domain: no spaces, quotes, brackets or control characters. */
const ADDRESS = /^[^\s<>()[\]\\,;:@"\p{Cc}]{1,64}@[^\s<>()[\]\\,;:@"\p{Cc}]{1,253}$/u;

/**
 * Reads a field of addresses: `ann@example.com, Bob <bob@example.com>`, or a list of those. A domain with other letters is
 * written in ASCII (`xn--…`), as every mail server takes it.
 *
 * @param field - the parameter, for the message.
 * @throws {AppError} `params_invalid` for anything but addresses, line breaks included: they could
 *   begin a header.
 */
export async function readAddresses(
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
  return found.map((mailbox) => {
    if (!ADDRESS.test(mailbox.address)) throw noAddress(field);
    return { ...mailbox, address: inAscii(mailbox.address, field) };
  });
}

/** Whether a server has to know SMTPUTF8 (https://www.rfc-editor.org/rfc/rfc6531) to take an address. */
export function needsUtf8(address: string): boolean {
  return /[^\0-\x7F]/.test(address);
}

function inAscii(address: string, field: string): string {
  const at = address.lastIndexOf("@") + 1;
  const domain = address.slice(at);
  if (!needsUtf8(domain)) return address;
  const ascii = domainToASCII(domain);
  if (ascii === "") throw noAddress(field);
  return address.slice(0, at) + ascii;
}

function noAddress(field: string): AppError {
  return new AppError({
    code: "params_invalid",
    message: `"${field}" must hold 1 to ${MAX_RECIPIENTS} e-mail addresses, such as ann@example.com, and nothing else.`,
  });
}
