import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { QueueStats } from "../engine/api/costs.ts";
import type { AttemptCost, ExecutionEvent } from "../engine/model/events.ts";
import { toDollars } from "../shared/money.ts";
import { type AnsweredRequest, createHttpMeters } from "./http-meters.ts";
import { createLabelBound } from "./label-bound.ts";
import { createModelMeters, type ModelMeters, type ModelState } from "./model-meters.ts";
import { createRunMeters, type MeasuredRun } from "./run-meters.ts";
import { createSlackTraffic, type SlackTraffic } from "./slack-traffic.ts";
import { createTraceMeters, type TraceMeters } from "./trace-meters.ts";

/** Seconds: steps take from milliseconds (a transform) to days (an approval). */
const STEP_SECONDS = [0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 3600, 86_400];

/**
 * Models with a label of their own; the rest are `other`, since definitions may name any number.
 */
const MAX_MODELS = 50;

/** What telemetry reads of an execution after a commit. */
interface CommittedExecution extends MeasuredRun {
  readonly rev: number;
  readonly start: MeasuredRun["start"] & { readonly trigger: { readonly type: string } };
  readonly steps: readonly {
    readonly path: string;
    readonly startedAt: number;
    readonly completedAt: number;
  }[];
}

/** Metrics for Prometheus, counted since this process started; labels have few values. */
export interface Telemetry {
  /**
   * Counts the events of a commit.
   *
   * @param execution - its state after them.
   * @param typeOf - the type of the step at a path.
   */
  observe(
    events: readonly ExecutionEvent[],
    execution: CommittedExecution,
    typeOf: (path: string) => string,
  ): void;
  /** Sets whether a change stream is open. @default none is */
  watching(isLive: boolean): void;
  /** Counts a failure that no part of the bot handled. */
  unhandled(): void;
  /** Counts a database trigger that finds nothing more: rows, or only the notifications that there are any. */
  stalled(lacks: "rows" | "notifications"): void;
  readonly slack: SlackTraffic;
  readonly traces: TraceMeters;
  readonly models: Pick<ModelMeters, "measure">;
  /** Measures an answer of the HTTP server. */
  answered(request: AnsweredRequest): void;
  /** All metrics, for their reference. */
  readonly registry: Registry;
  /** The metrics in Prometheus's text format, and its content type. */
  render(
    backlog: QueueStats & Partial<ModelState>,
  ): Promise<{ readonly text: string; readonly contentType: string }>;
}

export function createTelemetry(): Telemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const meters = createMeters(registry);
  const gauges = createGauges(registry);
  const modelLabel = createLabelBound(MAX_MODELS);
  const observeRun = createRunMeters(registry);
  const models = createModelMeters(registry);
  // A counter that is first seen at 1 has not increased for Prometheus.
  for (const lacks of ["rows", "notifications"]) meters.stalls.inc({ lacks }, 0);
  return {
    observe(events, execution, typeOf) {
      const { rev, start, steps } = execution;
      observeRun(events, execution, typeOf);
      for (const event of events) {
        countExecution(meters, event);
        if ("costNano" in event) countCalls(meters, event, modelLabel);
        if (!isStepEnd(event)) continue;
        const record = steps.findLast(({ path }) => path === event.path);
        const labels = { type: typeOf(event.path), status: STEP_STATUS[event.type] };
        if (record) meters.steps.observe(labels, (record.completedAt - record.startedAt) / 1000);
      }
      // The start event is in no commit: revision 1 is the first commit after it.
      if (rev === 1) meters.started.inc({ trigger: start.trigger.type });
    },
    unhandled: () => meters.unhandled.inc(),
    stalled: (lacks) => meters.stalls.inc({ lacks }),
    slack: createSlackTraffic(registry),
    traces: createTraceMeters(registry),
    ...{ models, registry, answered: createHttpMeters(registry) },
    watching: (isLive) => gauges.stream.set(isLive ? 1 : 0),
    async render({ queued, openRequests, lagMs, outages = [], budgets = [] }) {
      models.set({ outages, budgets });
      gauges.queued.set(queued);
      gauges.openRequests.set(openRequests);
      gauges.lag.set(lagMs / 1000);
      return { text: await registry.metrics(), contentType: registry.contentType };
    },
  };
}

function createMeters(registry: Registry) {
  const registers = [registry];
  return {
    started: new Counter({
      name: "heddle_executions_started_total",
      help: "Executions that this process began, by type of trigger.",
      labelNames: ["trigger"] as const,
      registers,
    }),
    ended: new Counter({
      name: "heddle_executions_ended_total",
      help: "Executions that this process ended, by status.",
      labelNames: ["status"] as const,
      registers,
    }),
    steps: new Histogram({
      name: "heddle_step_duration_seconds",
      help: "From entering a step to its end, attempts and waiting included.",
      labelNames: ["type", "status"] as const,
      buckets: STEP_SECONDS,
      registers,
    }),
    calls: new Counter({
      name: "heddle_ai_calls_total",
      help: "Calls of models, by model.",
      labelNames: ["model"] as const,
      registers,
    }),
    tokens: new Counter({
      name: "heddle_ai_tokens_total",
      help: "Tokens of calls, as endpoints reported them.",
      labelNames: ["model", "kind"] as const,
      registers,
    }),
    cost: new Counter({
      name: "heddle_ai_cost_dollars_total",
      help: "Known prices of calls.",
      labelNames: ["model"] as const,
      registers,
    }),
    unknown: new Counter({
      name: "heddle_ai_unknown_cost_calls_total",
      help: "Calls of unknown price.",
      labelNames: ["model"] as const,
      registers,
    }),
    stalls: new Counter({
      name: "heddle_database_trigger_stalls_total",
      help: "Database triggers that stopped finding rows, or stopped being notified of them and look for them from time to time.",
      labelNames: ["lacks"] as const,
      registers,
    }),
    unhandled: new Counter({
      name: "heddle_unhandled_failures_total",
      help: "Failures that no part of the bot handled; each is in the log.",
      registers,
    }),
  };
}

type Meters = ReturnType<typeof createMeters>;

function createGauges(registry: Registry) {
  const registers = [registry];
  return {
    queued: new Gauge({
      name: "heddle_executions_queued",
      help: "Executions that were accepted and have not begun (counted up to 1000).",
      registers,
    }),
    openRequests: new Gauge({
      name: "heddle_requests_open",
      help: "Approvals and questions for budget that wait for people (of up to 2000 executions).",
      registers,
    }),
    stream: new Gauge({
      name: "heddle_change_stream_open",
      help: "1: a change stream tells at once what other processes do; 0: this process looks for it from time to time.",
      registers,
    }),
    lag: new Gauge({
      name: "heddle_due_lag_seconds",
      help: "How long the execution that is due longest has been due.",
      registers,
    }),
  };
}

const END_STATUS = {
  execution_completed: "completed",
  execution_failed: "failed",
  execution_cancelled: "cancelled",
} as const;

function countExecution({ ended }: Meters, { type }: ExecutionEvent): void {
  if (
    type === "execution_completed" ||
    type === "execution_failed" ||
    type === "execution_cancelled"
  )
    ended.inc({ status: END_STATUS[type] });
}

function countCalls(
  { calls, tokens, cost, unknown }: Meters,
  { charges = [] }: AttemptCost,
  label: (model: string) => string,
): void {
  for (const charge of charges) {
    const model = label(charge.model);
    calls.inc({ model }, charge.calls);
    tokens.inc({ model, kind: "prompt" }, charge.promptTokens);
    tokens.inc({ model, kind: "completion" }, charge.completionTokens);
    cost.inc({ model }, toDollars(charge.costNano));
    unknown.inc({ model }, charge.unknown);
  }
}

const STEP_STATUS = {
  step_completed: "completed",
  step_skipped: "skipped",
  step_failed: "failed",
} as const;

function isStepEnd(
  event: ExecutionEvent,
): event is Extract<ExecutionEvent, { readonly type: keyof typeof STEP_STATUS }> {
  return Object.hasOwn(STEP_STATUS, event.type);
}
