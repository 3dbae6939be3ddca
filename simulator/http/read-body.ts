import type { IncomingMessage } from "node:http";

const MAX_BYTES = 16 * 1024 * 1024;

/** The request is larger than the simulator reads. */
export class BodyTooLarge extends Error {
  override readonly name = "BodyTooLarge";
}

/**
 * Reads a whole request body.
 *
 * @throws {BodyTooLarge} beyond 16 MB.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size > MAX_BYTES) throw new BodyTooLarge("The request is larger than 16 MB.");
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
