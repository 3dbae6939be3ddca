import type { AttemptCost, ExecutionEvent, ExecutionStarted } from "../engine/model/events.ts";
import { stepIdOf } from "../engine/model/step-path.ts";
import type { CallRecord } from "../engine/ports/calls.ts";
import type { Commit } from "../engine/ports/executions.ts";
import { type ModelCallOptions, modelCallAttributes } from "./model-call-span.ts";
import { type Ending, RunTrace } from "./run-trace.ts";
import type { Attributes, Span, SpanLink } from "./span.ts";
import { attemptPart, parseTraceParent, spanIdOf, traceIdOf } from "./span-ids.ts";

/** What is known of an execution when its spans are made. */
export interface ExecutionLog {
  readonly start: ExecutionStarted;
  /** All of them, in order. */
  readonly commits: readonly Commit[];
  /** In order of time. */
  readonly calls: readonly CallRecord[];
  /** The type of a step, by its id; `undefined`: not known. */
  typeOf(stepId: string): string | undefined;
}

/**
 * The spans of an execution as far as its log has them: one for the run, one for each entry of a step, below it one for each attempt
 * and each wait, and below an attempt one for each call of a model. Pure: the same log gives the same spans with the same ids, wherever
 * and however often it is read.
 *
 * What is not over has no span, so a wait of three days is none that is kept open: it becomes one with the times of its beginning and end.
 */
export function projectSpans(log: ExecutionLog, options: ModelCallOptions): readonly Span[] {
  const { start, commits, calls } = log;
  const { executionId } = start;
  const common = commonAttributes(start, options);
  const trace = new RunTrace({ executionId, common, ...options }, start.at);
  const reader = new LogReader(trace, log);
  for (const commit of commits) {
    trace.rev = commit.rev;
    for (const event of commit.events) reader.read(event, commit.at);
  }
  const revs = new Map(trace.spans.map(({ spanId, rev }) => [spanId, rev]));
  return [
    ...trace.spans,
    ...calls.flatMap((call) => {
      const parentSpanId = parentOf(call);
      const rev = revs.get(parentSpanId);
      return rev === undefined ? [] : [callSpan(call, { parentSpanId, rev, common }, options)];
    }),
  ];
}

function commonAttributes(start: ExecutionStarted, { hasGenAi }: ModelCallOptions): Attributes {
  const { executionId, workflowId, version, trigger } = start;
  return {
    "heddle.execution.id": executionId,
    "heddle.workflow.id": workflowId,
    "heddle.workflow.version": version,
    // Runs that led to each other are one session.
    "session.id": trigger.root ?? executionId,
    // Langfuse filters by what stands on every span of a trace.
    ...(hasGenAi && { "langfuse.trace.name": workflowId, "langfuse.version": String(version) }),
  };
}

/** The attempt that made a call: its id is `executionId/path:attempt:n`. */
function parentOf({ id, executionId }: CallRecord): string {
  const [, path = "", attempt = ""] =
    /^(.*):(\d+):\d+$/.exec(id.slice(executionId.length + 1)) ?? [];
  return spanIdOf(executionId, attemptPart(path, Number(attempt)));
}

function callSpan(
  call: CallRecord,
  place: { readonly parentSpanId: string; readonly rev: number; readonly common: Attributes },
  options: ModelCallOptions,
): Span {
  const { parentSpanId, rev, common } = place;
  return {
    traceId: traceIdOf(call.executionId),
    spanId: spanIdOf(call.executionId, `call ${call.id}`),
    parentSpanId,
    name: `chat ${call.model}`,
    kind: "client",
    startedAt: call.at,
    endedAt: call.at + call.latencyMs,
    attributes: { ...common, ...modelCallAttributes(call, options) },
    ...{ events: [], links: [] },
    status: call.problem === undefined ? "unset" : "error",
    ...(call.problem !== undefined &&
      options.hasContent && { message: options.hideSecrets(call.problem) }),
    rev,
  };
}

type EventOf<Type extends ExecutionEvent["type"]> = Extract<
  ExecutionEvent,
  { readonly type: Type }
>;

function isOf<Type extends ExecutionEvent["type"]>(
  event: ExecutionEvent,
  type: Type,
): event is EventOf<Type> {
  return event.type === type;
}

/** Reads the events of an execution in order. Events that say nothing of when something began or ended are left out. */
class LogReader {
  readonly #trace: RunTrace;
  readonly #log: ExecutionLog;
  #heldSince: { readonly at: number; readonly name: string } | null = null;
  readonly #readers = new Map<string, (event: ExecutionEvent, at: number) => void>();

  constructor(trace: RunTrace, log: ExecutionLog) {
    this.#trace = trace;
    this.#log = log;
    this.#readAttempts();
    this.#readWaits();
    this.#readEnds();
    this.#readRun();
  }

  /** @param committedAt - for events without a time of their own. */
  read(event: ExecutionEvent, committedAt: number): void {
    this.#readers.get(event.type)?.(event, "at" in event ? event.at : committedAt);
    if ("costNano" in event && "path" in event) this.#addCost(event);
  }

  #on<Type extends ExecutionEvent["type"]>(
    type: Type,
    read: (event: EventOf<Type>, at: number) => void,
  ): void {
    this.#readers.set(type, (event, at) => {
      if (isOf(event, type)) read(event, at);
    });
  }

  /** An end has counted its own cost by then: its span was made with it. */
  #addCost(event: AttemptCost & { readonly path: string; readonly type: string }): void {
    if (event.type === "step_attempt_failed" || event.type === "outcome_asked")
      this.#trace.addCost(event.path, event.costNano);
  }

  #readAttempts(): void {
    const trace = this.#trace;
    this.#on("step_started", ({ path, attempt }, at) => {
      trace.begin(path, { name: `attempt ${attempt}`, attempt }, at);
    });
    this.#on("step_attempt_failed", ({ path, error, outcome, retryAt }, at) => {
      trace.note(path, "retry", at, { "heddle.retry.at": new Date(retryAt).toISOString() });
      trace.endSegment(path, { at, error, status: outcome });
    });
    this.#on("outcome_asked", ({ path, error }, at) => {
      trace.endSegment(path, { at, error, status: "unknown" });
      trace.begin(path, { name: "wait person" }, at);
    });
    this.#on("child_started", ({ path, childId, workflowId, waits }, at) => {
      const link = linkTo(childId, "", "child");
      const name = waits ? "wait child" : `start ${workflowId}`;
      const wait = trace.begin(path, { name }, at);
      wait.links.push(link);
      wait.attributes["heddle.child.execution.id"] = childId;
    });
    this.#on("frames_opened", ({ path }, at) => trace.enter(path, at));
  }

  #readWaits(): void {
    const trace = this.#trace;
    const wait =
      (name: string) =>
      ({ path }: { readonly path: string }, at: number): void => {
        trace.begin(path, { name }, at);
      };
    this.#on("step_waiting", ({ path, on }, at) => {
      trace.begin(path, { name: `wait ${on}` }, at);
    });
    this.#on("budget_requested", wait("wait budget"));
    this.#on("budget_changed", ({ path, choice }, at) => {
      trace.note(path, "budget decided", at, { "heddle.choice": choice });
    });
    this.#on("child_held", wait("wait room"));
    this.#on("decision_voided", wait("wait approval"));
    this.#on("step_released", ({ path }, at) => trace.endSegment(path, { at }));
    this.#on("decision_recorded", ({ path, choice }, at) =>
      trace.note(path, "decision", at, { "heddle.choice": choice }),
    );
    this.#on("request_reminded", ({ path }, at) => trace.note(path, "reminded", at));
    this.#on("request_escalated", ({ path }, at) => trace.note(path, "escalated", at));
    this.#on("request_delegated", ({ path }, at) => trace.note(path, "delegated", at));
    this.#on("outcome_told", ({ path, choice }, at) =>
      trace.note(path, "outcome told", at, { "heddle.choice": choice }),
    );
    this.#on("timer_fired", ({ path }, at) => trace.note(path, "timer fired", at));
    this.#on("event_received", ({ path, name }, at) =>
      trace.note(path, "event received", at, { "heddle.event.name": name }),
    );
    this.#on("child_ended", ({ path, status }, at) =>
      trace.note(path, "child ended", at, { "heddle.status": status }),
    );
  }

  #readEnds(): void {
    const trace = this.#trace;
    const end =
      (status: string) =>
      (
        { path, costNano, error }: AttemptCost & { path: string; error?: Ending["error"] },
        at: number,
      ): void => {
        trace.addCost(path, costNano);
        const type = this.#log.typeOf(stepIdOf(path));
        trace.endStep(
          path,
          { at, status, ...(error && { error }) },
          type === undefined ? {} : { "heddle.step.type": type },
        );
      };
    this.#on("step_completed", end("completed"));
    this.#on("step_skipped", end("skipped"));
    this.#on("step_failed", end("failed"));
    this.#on("frame_closed", ({ path }, at) => trace.giveUpWithin(path, at));
  }

  #readRun(): void {
    const trace = this.#trace;
    this.#on("execution_held", ({ reason }, at) => {
      this.#heldSince ??= { at, name: `wait ${reason}` };
    });
    this.#on("execution_resumed", (_event, at) => this.#endHold(at));
    this.#on("slot_acquired", (_event, at) => this.#endHold(at));
    this.#on("execution_completed", (_event, at) => this.#endRun({ at, status: "completed" }));
    this.#on("execution_failed", ({ error }, at) => this.#endRun({ at, status: "failed", error }));
    this.#on("execution_cancelled", ({ error }, at) =>
      this.#endRun({ at, status: "cancelled", ...(error && { error }) }),
    );
    this.#on("execution_reopened", (_event, at) => trace.reopen(at));
  }

  #endHold(at: number): void {
    if (this.#heldSince === null) return;
    this.#trace.addRunWait(this.#heldSince.name, this.#heldSince.at, at);
    this.#heldSince = null;
  }

  #endRun(ending: Ending): void {
    this.#endHold(ending.at);
    const { trigger, workflowId, parent } = this.#log.start;
    const attributes: Attributes = {
      "heddle.trigger.type": trigger.type,
      ...(trigger.id !== undefined && { "heddle.trigger.id": trigger.id }),
      ...(parent && { "heddle.parent.execution.id": parent.executionId }),
    };
    this.#trace.endRun(ending, `run ${workflowId}`, attributes, this.#links());
  }

  /** What led to the run: the step that started it, the run whose event did, the request of another system. */
  #links(): readonly SpanLink[] {
    const { parent, trigger } = this.#log.start;
    const caller = parseTraceParent(trigger.traceparent ?? trigger.headers?.["traceparent"]);
    const { source } = trigger;
    return [
      ...(parent ? [linkTo(parent.executionId, parent.path, "parent")] : []),
      ...(source !== undefined && !parent ? [linkTo(source, "", "source")] : []),
      ...(caller ? [{ ...caller, attributes: { "heddle.link": "caller" } }] : []),
    ];
  }
}

function linkTo(executionId: string, part: string, kind: string): SpanLink {
  return {
    traceId: traceIdOf(executionId),
    spanId: spanIdOf(executionId, part),
    attributes: { "heddle.link": kind, "heddle.linked.execution.id": executionId },
  };
}
