import type { BodySlots } from "./body-slots.ts";

const MEGABYTE = 1024 * 1024;

const MAX_DRAINED_BYTES = 16 * MEGABYTE;

/** What is used of a request that arrives: Node's `IncomingMessage`. */
interface ArrivingRequest {
  readonly headers: { readonly "content-length"?: string | undefined };
  on(event: "data", listener: (chunk: Buffer) => void): unknown;
  off(event: "data", listener: (chunk: Buffer) => void): unknown;
  once(event: "end" | "error" | "close", listener: () => void): unknown;
  resume(): unknown;
}

export interface BodyLimits {
  /** Largest body that is kept. */
  readonly maxBytes: number;
  /**
   * A body that is too large is still read up to this size, and thrown away: many clients read the response only after they have sent
   * everything. @default 16 MB
   */
  readonly drainedBytes?: number;
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
  { maxBytes, drainedBytes = MAX_DRAINED_BYTES, timeoutMs, slots }: BodyLimits,
): Promise<Buffer | NoBody> {
  const most = Math.max(drainedBytes, maxBytes);
  if (Number(request.headers["content-length"] ?? 0) > most) return "huge";
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
      free([...chunks.splice(0), chunk]);
      slot?.release();
    }
    if (size > most) resolve("huge");
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
    free(chunks.splice(0));
    // What still comes until the connection is closed: paused, it would stay in the stream, and be left to the collector.
    discardRest(request);
    return end;
  }
  if (size > maxBytes) return "too_large";
  const body = Buffer.concat(chunks);
  free(chunks);
  return body;
}

/** Throws away what is left of a body, without keeping it until memory is collected. */
export function discardRest(request: ArrivingRequest): void {
  request.on("data", (chunk) => free([chunk]));
  request.resume();
}

/**
 * Gives memory back at once. Left to the collector, up to 64 MB outside of its heap would pile up before it runs, while senders make the
 * process read and throw away one body after the other. What shares its memory with others stays.
 */
function free(chunks: readonly Buffer[]): void {
  for (const { buffer, byteLength } of chunks) {
    const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
    // Two may throw the same chunk away.
    if (isWhole && !buffer.detached) buffer.transfer(0);
  }
}
