/** How much Slack allows an app, so that tests and load runs can set other figures or compress time. */
export interface Limits {
  /** Calls a minute that each tier promises. Slack tolerates bursts; here a full minute's worth is one. */
  readonly callsPerMinute: {
    readonly 2: number;
    readonly 3: number;
    readonly 4: number;
  };
  /** Messages a second and channel that may go on for ever. */
  readonly postsPerSecond: number;
  /** Messages that a quiet channel takes at once. */
  readonly postBurst: number;
  /** Messages a minute in the whole workspace. Slack publishes no figure. */
  readonly postsPerMinute: number;
  /** Events an hour; beyond that, Slack withholds them and says `app_rate_limited` once a minute. */
  readonly eventsPerHour: number;
  /** Of so many waits that begin, one is a long one; 0 for none. */
  readonly longWaitEvery: number;
  /** How long a long wait is, in seconds. */
  readonly longWaitSeconds: number;
  /** How many calls before the end of a wait are only refused; those after them are punished. */
  readonly patience: number;
  /** How long an app waits that was not patient, in seconds. */
  readonly penaltySeconds: number;
  /** How many times faster than Slack's all this runs: 60 makes an hour's limits those of a minute. */
  readonly speed: number;
}

/**
 * Tiers and the second between two messages: https://docs.slack.dev/apis/web-api/rate-limits; the hour's events:
 * https://docs.slack.dev/reference/events/app_rate_limited. People report that a channel takes 25 messages at once and
 * then one a second (https://github.com/RamblingCookieMonster/PSSlack/issues/52), and a `Retry-After` of 10 s without a visible
 * reason (https://github.com/slackapi/node-slack-sdk/issues/2010). Slack gives no figure for the posts of a workspace, nor for how
 * often a wait is long, how much hammering it bears and how it punishes that: these are ours.
 */
export const SLACK_LIMITS: Limits = {
  callsPerMinute: { 2: 20, 3: 50, 4: 100 },
  postsPerSecond: 1,
  postBurst: 25,
  postsPerMinute: 300,
  eventsPerHour: 30_000,
  longWaitEvery: 20,
  longWaitSeconds: 10,
  patience: 20,
  penaltySeconds: 30,
  speed: 1,
};
