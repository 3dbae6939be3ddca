import { base64At, MIN_SECRET_LENGTH } from "./secret-mask.ts";

const STAR = 0x2a;

/**
 * The bytes of a file with asterisks in place of secrets, byte for byte, so that the rest stays where it is. Found are the usual
 * ways to write a secret (as it is, in JSON, in a URL, in hexadecimal, in base64), in files that are not compressed; a whole file is
 * read for each of them, so these should be few.
 *
 * @param secrets - those of fewer than {@link MIN_SECRET_LENGTH} characters are not hidden.
 * @returns the bytes themselves where they hold none.
 */
export function maskBytes(bytes: Uint8Array, secrets: readonly string[]): Uint8Array {
  let masked: Buffer | null = null;
  const original = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const long = secrets.filter(({ length }) => length >= MIN_SECRET_LENGTH);
  for (const form of new Set(long.flatMap(formsOf))) {
    const wanted = Buffer.from(form, "utf8");
    let at = original.indexOf(wanted);
    while (at >= 0) {
      masked ??= Buffer.from(original);
      masked.fill(STAR, at, at + wanted.length);
      at = original.indexOf(wanted, at + wanted.length);
    }
  }
  return masked ?? bytes;
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, "utf8");
  const hex = bytes.toString("hex");
  const url = encodeURIComponent(secret.toWellFormed());
  const base64 = [0, 1, 2].map((offset) => base64At(bytes, offset));
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    url,
    url.replaceAll(/%../g, (one) => one.toLowerCase()),
    url.replaceAll("%20", "+"),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ];
}
