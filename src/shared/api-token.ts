import { randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

/**
 * How every API token begins, so that people, scanners of repositories and the log recognize one. As with GitHub's, a checksum ends it:
 * https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
 */
const PREFIX = "heddle_";

/** 256 bits in base 62. */
const BODY_LENGTH = 43;
const SUM_LENGTH = 6;
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const SHAPE = new RegExp(`^${PREFIX}([0-9A-Za-z]{${BODY_LENGTH}})([0-9A-Za-z]{${SUM_LENGTH}})$`);
const WITHIN = new RegExp(`${PREFIX}[0-9A-Za-z]{${BODY_LENGTH + SUM_LENGTH}}`, "g");

/** A new token of 256 random bits. */
export function newApiToken(): string {
  const body = inBase62(BigInt(`0x${randomBytes(32).toString("hex")}`), BODY_LENGTH);
  return PREFIX + body + checksum(body);
}

/** Whether a text has the form of a token, checksum included: what was mistyped or guessed needs no look into the store. */
export function isApiToken(text: string): boolean {
  const [, body = "", sum] = SHAPE.exec(text) ?? [];
  return body !== "" && sum === checksum(body);
}

/** Whether a text claims to be a token. */
export function looksLikeApiToken(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** Puts a placeholder in place of every token. */
export function hideApiTokens(text: string, placeholder = "[secret]"): string {
  return text.includes(PREFIX) ? text.replace(WITHIN, placeholder) : text;
}

function checksum(body: string): string {
  return inBase62(BigInt(crc32(body)), SUM_LENGTH);
}

function inBase62(value: bigint, length: number): string {
  let rest = value;
  let text = "";
  for (let place = 0; place < length; place += 1) {
    text = (DIGITS[Number(rest % 62n)] ?? "") + text;
    rest /= 62n;
  }
  return text;
}
