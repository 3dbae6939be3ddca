import type { Logger } from "pino";
import type { Clock } from "../../engine/ports/clock.ts";
import { LruMap } from "../../shared/lru-map.ts";
import type { SlackRefusal } from "../../slack/errors.ts";
import { refusalOf } from "../../slack/refusals.ts";
import { shortRunId } from "../../slack/text.ts";

export interface RefusalNoticesOptions {
  /** @returns `false` if no message could be sent. */
  readonly tellAdmins: (text: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What Slack refuses, as far as admins have to know. */
export interface RefusalNotice extends Pick<SlackRefusal, "code" | "says"> {
  readonly executionId: string;
  /** Is it given up? Otherwise it is tried again for some hours. */
  readonly isGivenUp: boolean;
}

/** One notice of a code in this time, in milliseconds: what is wrong with one card is wrong with all. */
const EVERY_MS = 24 * 60 * 60_000;
const MAX_CODES = 500;

/** Notifies the admins of messages that Slack refuses, once a day for each reason. Never rejects. */
export function createRefusalNotices({
  tellAdmins,
  clock,
  logger,
}: RefusalNoticesOptions): (notice: RefusalNotice) => void {
  const told = new LruMap<string, number>(MAX_CODES);
  return ({ code, says, executionId, isGivenUp }) => {
    const key = `${code} ${isGivenUp}`;
    const last = told.get(key);
    if (last !== undefined && clock.now() - last < EVERY_MS) return;
    told.set(key, clock.now());
    const parts = [
      `Slack refuses messages of workflows (${code}), such as those of the run ${shortRunId(executionId)}.`,
      says,
      refusalOf(code).remedy,
      isGivenUp
        ? "This one is given up; App Home and the dashboard show the run."
        : "It is tried again for some hours.",
    ];
    const text = parts.filter((part) => part !== null).join(" ");
    tellAdmins(text).catch((error: unknown) => {
      logger.warn({ err: error, code }, "could not notify the admins of a refusal");
    });
  };
}
