import { randomUUID } from "node:crypto";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/** A new id in Slack's form: a prefix that names the kind, then ten capitals or digits. */
export function createId(prefix: string): string {
  // Node draws random bytes for UUIDs in advance; asking for ten at a time costs a system call each.
  const hex = createSecret();
  let id = prefix;
  for (let at = 0; at < 20; at += 2) {
    id += LETTERS[Number.parseInt(hex.slice(at, at + 2), 16) % LETTERS.length] ?? "0";
  }
  return id;
}

/** A short random id for blocks and actions that came without one. */
export function createShortId(): string {
  return randomUUID().slice(0, 8);
}

/** A secret part of an address, or the third part of a `trigger_id`. */
export function createSecret(): string {
  return randomUUID().replaceAll("-", "");
}

/** An id as clients give their messages. */
export function createUuid(): string {
  return randomUUID();
}
