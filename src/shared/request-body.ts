import type { BodySlots } from "./body-slots.ts";

const MEGABYTE = 1024 * 1024;

/**
 * A body that is too large is still read up to this size, and thrown away: many clients read the response only after they have sent
 * everything.
 */
const MAX_DRAINED_BYTES = 16 * MEGABYTE;

/** What is used of a request that arrives: Node's `IncomingMessage`. */
interface ArrivingRequest {
  readonly headers: { readonly "content-length"?: string | undefined };
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  off(event: "data", listener: (chunk: Buffer) => void): unknown;
  once(event: "end" | "error" | "close", listener: () => void): unknown;
  pause(): unknown;
}

export interface BodyLimits {
  /** Largest body that is kept. */
  readonly maxBytes: number;
  /** Milliseconds for it to arrive whole. @default as long as the server waits for requests */
  readonly timeoutMs?: number;
  /** Where it needs a place, if its sender is unknown. @default none */
  readonly slots?: BodySlots;
}

/**
 * Why there is no body: `too_large` (the rest was read), `huge` (it was not), `late`, `crowded` (others took its place), `broken_off`
 * (the sender left).
 */
export type NoBody = "too_large" | "huge" | "late" | "crowded" | "broken_off";

/** Reads the body of a request as it was sent. Never rejects. */
export async function readRequestBody(
  request: ArrivingRequest,
  { maxBytes, timeoutMs, slots }: BodyLimits,
): Promise<Buffer | NoBody> {
  const drained = Math.max(MAX_DRAINED_BYTES, maxBytes);
  if (Number(request.headers["content-length"] ?? 0) > drained) return "huge";
  const chunks: Buffer[] = [];
  let size = 0;
  const { promise, resolve } = Promise.withResolvers<"whole" | NoBody>();
  const slot = slots?.open(() => resolve("crowded"));
  const timer = timeoutMs === undefined ? null : setTimeout(() => resolve("late"), timeoutMs);
  // Not `for await`: leaving that loop early destroys the socket before the response is sent.
  const keep = (chunk: Buffer): void => {
    size += chunk.length;
    if (size <= maxBytes) {
      chunks.push(chunk);
      slot?.grow(chunk.length);
    } else {
      chunks.length = 0;
      slot?.release();
    }
    if (size > drained) resolve("huge");
  };
  request.on("data", keep);
  request.once("end", () => resolve("whole"));
  request.once("error", () => resolve("broken_off"));
  request.once("close", () => resolve("broken_off"));
  const end = await promise;
  if (timer !== null) clearTimeout(timer);
  slot?.release();
  request.off("data", keep);
  if (end !== "whole") {
    chunks.length = 0;
    request.pause();
    return end;
  }
  return size > maxBytes ? "too_large" : Buffer.concat(chunks);
}
