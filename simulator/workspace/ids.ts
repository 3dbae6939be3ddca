import { randomBytes, randomUUID } from "node:crypto";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** A new id in Slack's form: a prefix that names the kind, then ten capitals or digits. */
export function createId(prefix: string): string {
  let id = prefix;
  for (const byte of randomBytes(10)) id += LETTERS[byte % LETTERS.length] ?? "0";
  return id;
}

/** A short random id for blocks and actions that came without one. */
export function createShortId(): string {
  return randomUUID().slice(0, 8);
}

/** A secret part of an address, or the third part of a `trigger_id`. */
export function createSecret(): string {
  return randomBytes(16).toString("hex");
}

/** An id as clients give their messages. */
export function createUuid(): string {
  return randomUUID();
}
