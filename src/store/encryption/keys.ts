import { createHash } from "node:crypto";

/** Bytes of a key of AES-256. */
export const KEY_BYTES = 32;
const ID_DIGITS = 16;

/** A key of the operator's, by which data keys are wrapped. */
export interface MasterKey {
  /** Says which key it is and nothing about it: a part of its hash. */
  readonly id: string;
  readonly bytes: Buffer;
}

/** The keys that are configured: the first one writes, all of them read. */
export interface KeyRing {
  readonly first: MasterKey;
  readonly byId: ReadonlyMap<string, MasterKey>;
}

/**
 * The keys of `ENCRYPTION_KEY`: 32 bytes in base64 each, with commas between them.
 *
 * @returns a sentence that follows the name of the variable, when they cannot be used.
 */
export function readKeys(text: string): KeyRing | string {
  const keys = text.split(",").map((part): MasterKey | null => {
    const written = part.trim();
    const bytes = Buffer.from(written, "base64");
    // Decoding skips what is no base64: writing it again shows that nothing was.
    const isWhole = bytes.toString("base64").replace(/=+$/, "") === written.replace(/=+$/, "");
    if (bytes.length !== KEY_BYTES || !isWhole) return null;
    const hash = createHash("sha256").update("heddle key id\0").update(bytes).digest("hex");
    return { id: hash.slice(0, ID_DIGITS), bytes };
  });
  const [first] = keys;
  if (first === null || first === undefined || keys.includes(null)) {
    return 'must be 32 bytes in base64, such as "openssl rand -base64 32" makes; several with commas between them, the one that writes first';
  }
  return { first, byId: new Map(keys.flatMap((key) => (key === null ? [] : [[key.id, key]]))) };
}
