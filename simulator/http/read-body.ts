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
export function readBody(request: IncomingMessage): Promise<Buffer> {
  // By events: iterating a stream costs several turns of the loop for each of thousands of small bodies.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BYTES) reject(new BodyTooLarge("The request is larger than 16 MB."));
      else chunks.push(chunk);
    });
    request.on("end", () => resolve(Buffer.concat(chunks)));
    request.on("error", reject);
    request.on("close", () => {
      if (!request.complete) reject(new Error("The caller went away."));
    });
  });
}
