import { Counter, Gauge, type Registry } from "prom-client";

/** What is counted of the traffic with Slack. */
export interface SlackTraffic {
  /** A call of the Web API ended. @param outcome - `ok`, `limited`, `unsent`, `unknown`, or why it was refused. */
  called(method: string, outcome: string): void;
  /** Slack asked to wait so many seconds. */
  limited(method: string, seconds: number): void;
  /** Web sockets that are open now. */
  sockets(open: number): void;
  /** @param reason - `start`, `refresh` or `lost`. */
  opened(reason: string): void;
  /** Web sockets of the app that Slack knows, those of other processes included. */
  appConnections(count: number): void;
  /** Slack sent something. @param at - milliseconds since 1970. */
  received(at: number): void;
  /** Slack left out events for a minute. */
  eventsLimited(): void;
}

/** Metrics of the traffic with Slack. Methods are those that the bot calls, so labels have few values. */
export function createSlackTraffic(registry: Registry): SlackTraffic {
  const registers = [registry];
  const calls = new Counter({
    name: "heddle_slack_calls_total",
    help: "Calls of Slack's Web API, by method and how they ended.",
    labelNames: ["method", "outcome"] as const,
    registers,
  });
  const waits = new Counter({
    name: "heddle_slack_limit_seconds_total",
    help: "Seconds that Slack asked to wait because of its limits, by method.",
    labelNames: ["method"] as const,
    registers,
  });
  const open = new Gauge({
    name: "heddle_slack_sockets_open",
    help: "Web sockets to Slack that are open.",
    registers,
  });
  const opened = new Counter({
    name: "heddle_slack_sockets_opened_total",
    help: "Web sockets that were opened: at the start, because Slack ends another (refresh), because one was lost.",
    labelNames: ["reason"] as const,
    registers,
  });
  const known = new Gauge({
    name: "heddle_slack_app_connections",
    help: "Web sockets of the app that Slack counted when this process last opened one.",
    registers,
  });
  const limited = new Counter({
    name: "heddle_slack_events_limited_total",
    help: "Minutes in which Slack left out events because there were more than it delivers.",
    registers,
  });
  const last = new Gauge({
    name: "heddle_slack_last_received_timestamp_seconds",
    help: "When Slack last sent a command, a click or an event; 0: not since this process started.",
    registers,
  });
  return {
    called: (method, outcome) => calls.inc({ method, outcome }),
    limited: (method, seconds) => waits.inc({ method }, seconds),
    sockets: (count) => open.set(count),
    opened: (reason) => opened.inc({ reason }),
    appConnections: (count) => known.set(count),
    received: (at) => last.set(at / 1000),
    eventsLimited: () => limited.inc(),
  };
}
