import { pino } from "pino";
import { systemClock } from "../../src/engine/ports/clock.ts";
import { createSlack, type Slack } from "../../src/slack/slack.ts";
import { createRateLimits } from "../../src/store/sqlite/rate-limits.ts";

/** The Slack layer of a bot. Without an address nothing may be called. */
export function silentSlack(apiUrl = "http://127.0.0.1:9/api/"): Slack {
  return createSlack({
    botToken: "xoxb-simulator",
    apiUrl,
    limits: createRateLimits(),
    clock: systemClock,
    logger: pino({ level: "silent" }),
  });
}
