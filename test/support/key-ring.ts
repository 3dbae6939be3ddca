import { randomBytes } from "node:crypto";
import { type KeyRing, readKeys } from "../../src/store/encryption/keys.ts";

export function ringOf(...keys: readonly string[]): KeyRing {
  const ring = readKeys(keys.join(","));
  if (typeof ring === "string") throw new Error(ring);
  return ring;
}

export const newKey = (): string => randomBytes(32).toString("base64");
