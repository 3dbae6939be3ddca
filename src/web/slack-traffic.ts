import { Counter, Gauge, Histogram, type Registry } from "prom-client";

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
  /** So many calls wait for their turn. */
  queued(count: number): void;
  /** A call had its turn. @param urgency - `reply`, `question`, `run` or `rest`. @param waitedMs - in the queue. */
  granted(urgency: string, waitedMs: number): void;
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
    ...createQueueTraffic(registry),
    called: (method, outcome) => calls.inc({ method, outcome }),
    limited: (method, seconds) => waits.inc({ method }, seconds),
    sockets: (count) => open.set(count),
    opened: (reason) => opened.inc({ reason }),
    appConnections: (count) => known.set(count),
    received: (at) => last.set(at / 1000),
    eventsLimited: () => limited.inc(),
  };
}

function createQueueTraffic(registry: Registry): Pick<SlackTraffic, "queued" | "granted"> {
  const registers = [registry];
  const queue = new Gauge({
    name: "heddle_slack_queue_length",
    help: "Messages and edits of this process that wait for their turn within Slack's limits.",
    registers,
  });
  const turns = new Histogram({
    name: "heddle_slack_queue_seconds",
    help: "How long messages and edits waited for their turn, by urgency.",
    labelNames: ["urgency"] as const,
    buckets: [0.1, 0.5, 1, 3, 10, 30, 60, 180, 600],
    registers,
  });
  return {
    queued: (count) => queue.set(count),
    granted: (urgency, waitedMs) => turns.observe({ urgency }, waitedMs / 1000),
  };
}
