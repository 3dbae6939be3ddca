import type { Logger } from "pino";

/** The events of `process` that this listens to. */
export interface ProcessErrors {
  on(
    event: "unhandledRejection" | "uncaughtException",
    listener: (error: unknown) => void,
  ): unknown;
  off(
    event: "unhandledRejection" | "uncaughtException",
    listener: (error: unknown) => void,
  ): unknown;
}

export interface ProcessErrorOptions {
  readonly logger: Logger;
  /** Counts a rejection that no part of the bot handled. */
  readonly count: () => void;
  /** Monotonic milliseconds. */
  readonly elapsed: () => number;
  /** Called when the state of the bot is unknown: it has to be ended. */
  readonly onFatal: (why: string) => void;
}

/** More rejections in a minute are no accidents of single listeners. */
const MAX_REJECTIONS = 100;
const MINUTE_MS = 60_000;

/**
 * Decides what happens to errors that no part of the bot handled. A rejection is that of one listener: what it did is lost, all else
 * continues, so that it is logged and counted. An exception outside every promise leaves the state of what threw it unknown, as do
 * rejections without end: the bot has to be ended, for a supervisor to start it again.
 *
 * @returns a function that ends this.
 */
export function watchProcessErrors(
  source: ProcessErrors,
  { logger, count, elapsed, onFatal }: ProcessErrorOptions,
): () => void {
  let since = elapsed();
  let rejections = 0;
  const rejected = (error: unknown): void => {
    logger.error({ err: error }, "a part of the bot failed, and nothing waited for it");
    count();
    if (elapsed() - since > MINUTE_MS) {
      since = elapsed();
      rejections = 0;
    }
    rejections += 1;
    if (rejections > MAX_REJECTIONS) onFatal(`more than ${MAX_REJECTIONS} failures in a minute`);
  };
  const thrown = (error: unknown): void => {
    logger.fatal({ err: error }, "uncaught exception");
    onFatal("uncaught exception");
  };
  source.on("unhandledRejection", rejected);
  source.on("uncaughtException", thrown);
  return () => {
    source.off("unhandledRejection", rejected);
    source.off("uncaughtException", thrown);
  };
}
