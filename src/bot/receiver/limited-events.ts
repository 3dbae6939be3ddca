import type { Logger } from "pino";
import type { Clock } from "../../engine/ports/clock.ts";
import type { SlackMeters } from "../../slack/meters.ts";
import type { NotifyAdmins } from "../admin-notices.ts";

/** Slack says once a minute that it leaves out events; people are notified less often. */
const PAUSE_MS = 60 * 60_000;

const NOTICE =
  "Slack leaves out events of this workspace: there were more than the 30,000 an hour that it delivers to an app. Messages and reactions that should start workflows are missed until there are fewer. Remove the bot from busy channels that no workflow needs.";

/**
 * What is done when Slack leaves out events (https://docs.slack.dev/reference/events/app_rate_limited): it is counted, logged, and the
 * admins get a notice, at most one an hour.
 */
export function createLimitedEvents(
  notify: NotifyAdmins,
  options: { readonly meters: SlackMeters; readonly clock: Clock; readonly logger: Logger },
): () => void {
  const { meters, clock, logger } = options;
  let notifiedAt = Number.NEGATIVE_INFINITY;
  return () => {
    meters.eventsLimited();
    logger.warn("Slack leaves out events: more than 30,000 an hour");
    if (clock.elapsed() - notifiedAt < PAUSE_MS) return;
    notifiedAt = clock.elapsed();
    void notify(NOTICE);
  };
}
