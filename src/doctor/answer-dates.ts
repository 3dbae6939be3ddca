import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { z } from "zod";

/**
 * Where `fetch` publishes the headers of each answer, whichever client called it and through
 * whichever proxy: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel
 */
const CHANNEL = "undici:request:headers";

const Answer = z.object({
  request: z.object({ path: z.string() }),
  response: z.object({ headers: z.array(z.instanceof(Uint8Array)) }),
});

/** Collects when answers were sent, by the clock of who sent them. */
export interface AnswerDates extends Disposable {
  /** By how many milliseconds this clock is ahead of that of the last answer; `null`: no answer said its time. */
  aheadMs(): number | null;
}

/**
 * @param pathEnd - how the paths end whose answers count: `/auth.test`.
 * @param now - this machine's clock.
 */
export function watchAnswerDates(pathEnd: string, now: () => number): AnswerDates {
  let ahead: number | null = null;
  const onAnswer = (published: unknown): void => {
    const answer = Answer.safeParse(published).data;
    if (!answer?.request.path.endsWith(pathEnd)) return;
    const sentAt = Date.parse(readHeader(answer.response.headers, "date") ?? "");
    // The header has whole seconds: on average it is half a second old.
    if (!Number.isNaN(sentAt)) ahead = now() - sentAt - 500;
  };
  subscribe(CHANNEL, onAnswer);
  return {
    aheadMs: () => ahead,
    [Symbol.dispose]: () => void unsubscribe(CHANNEL, onAnswer),
  };
}

/** Names and values take turns. */
function readHeader(headers: readonly Uint8Array[], name: string): string | null {
  const texts = headers.map((part) => Buffer.from(part).toString("latin1"));
  const at = texts.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name);
  return at < 0 ? null : (texts[at + 1] ?? null);
}
