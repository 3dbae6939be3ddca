import type { MailboxAddress } from "nodemailer/lib/addressparser";
import { AppError } from "../../shared/errors.ts";

/** Recipients of one message, all fields together. */
export const MAX_RECIPIENTS = 100;

/** A local part and a domain as mail servers take them; no spaces, quotes, brackets or control characters. */
const ADDRESS = /^[^\s<>()[\]\\,;:@"\p{Cc}]{1,64}@[^\s<>()[\]\\,;:@"\p{Cc}]{1,253}$/u;

/**
 * Reads a field of addresses: `ann@example.com, Bob <bob@example.com>`, or a list of those.
 *
 * @param field - the parameter, for the message.
 * @throws {AppError} `params_invalid` when something in it is no address. Line breaks are among that: they could begin a header.
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
    // The parser makes an address and a name of `ann@ex ample.com`; a mistake must not reach somebody else.
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
