import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";

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

/** Generates message timestamps (`seconds.microseconds`) that are unique in the workspace and always grow. */
export class Timestamps {
  readonly #clock: Clock;
  #lastMicros: number;

  constructor(clock: Clock, lastTs = "0.0") {
    this.#clock = clock;
    this.#lastMicros = microsOf(lastTs);
  }

  next(): string {
    this.#lastMicros = Math.max(this.#clock.now() * 1_000, this.#lastMicros + 1);
    const seconds = Math.floor(this.#lastMicros / 1_000_000);
    return `${seconds}.${String(this.#lastMicros % 1_000_000).padStart(6, "0")}`;
  }

  /** The latest timestamp given, to continue from after a restart. */
  get last(): string {
    return `${Math.floor(this.#lastMicros / 1_000_000)}.${String(this.#lastMicros % 1_000_000).padStart(6, "0")}`;
  }
}

function microsOf(ts: string): number {
  const [seconds, micros] = ts.split(".").map(Number);
  return (seconds ?? 0) * 1_000_000 + (micros ?? 0);
}
