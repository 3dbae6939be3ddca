import { createHash } from "node:crypto";

/**
 * SHA-256, 32 bytes. Two digests can be compared in constant time, whatever the length of the
 * texts.
 */
export function sha256(data: string | Uint8Array): Buffer {
  return createHash("sha256").update(data).digest();
}
