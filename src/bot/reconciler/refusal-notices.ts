import type { Logger } from "pino";
import type { Clock } from "../../engine/ports/clock.ts";
import { LruMap } from "../../shared/lru-map.ts";
import type { SlackRefusal } from "../../slack/errors.ts";
import { refusalOf } from "../../slack/refusals.ts";
import { mentionChannel, shortRunId } from "../../slack/text.ts";
import type { NotifyAdmins } from "../admin-notices.ts";
import { SHARED } from "./placement.ts";

export interface RefusalNoticesOptions {
  readonly notifyAdmins: NotifyAdmins;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What Slack refuses, as far as admins have to know. */
export interface RefusalNotice extends Pick<SlackRefusal, "code" | "says"> {
  readonly executionId: string;
  /** Where the message should stand. */
  readonly channel: string;
  /** Is it given up? Otherwise it is tried again for some hours. */
  readonly isGivenUp: boolean;
}

/** What an admin reads. */
function describe({ code, says, executionId, channel, isGivenUp }: RefusalNotice): string {
  const run = shortRunId(executionId);
  if (code === SHARED)
    return [
      `Workflows report to ${mentionChannel(channel)}, which people of another organization read, so that their runs are not shown there.`,
      `No person started the run ${run} to whom it could go instead.`,
      "Allow it by the command's `sharing allow` in that channel, or let them report to another one. App Home and the dashboard show the run.",
    ].join(" ");
  const parts = [
    `Slack refuses messages of workflows (${code}), such as those of the run ${run}.`,
    says,
    refusalOf(code).remedy,
    isGivenUp
      ? "This one is given up; App Home and the dashboard show the run."
      : "It is tried again for some hours.",
  ];
  return parts.filter((part) => part !== null).join(" ");
}

/** One notice of a code in this time, in milliseconds: what is wrong with one card is wrong with all. */
const EVERY_MS = 24 * 60 * 60_000;
const MAX_CODES = 500;

/** Notifies the admins of messages that Slack refuses, once a day for each reason. Never rejects. */
export function createRefusalNotices({
  notifyAdmins,
  clock,
  logger,
}: RefusalNoticesOptions): (notice: RefusalNotice) => void {
  const notifiedAt = new LruMap<string, number>(MAX_CODES);
  return (notice) => {
    const { code, channel, isGivenUp } = notice;
    // What the app lacks is lacking everywhere; a shared channel is one channel.
    const key = code === SHARED ? `${code} ${channel}` : `${code} ${isGivenUp}`;
    const last = notifiedAt.get(key);
    if (last !== undefined && clock.now() - last < EVERY_MS) return;
    notifiedAt.set(key, clock.now());
    notifyAdmins(describe(notice)).catch((error: unknown) => {
      logger.warn({ err: error, code }, "could not notify the admins of a refusal");
    });
  };
}
