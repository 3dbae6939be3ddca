import type { StepError } from "../engine/model/events.ts";
import { framePath, isWithin, stepIdOf } from "../engine/model/step-path.ts";
import { toDollars } from "../shared/money.ts";
import type { Attributes, AttributeValue, Span, SpanEvent, SpanLink } from "./span.ts";
import { attemptPart, spanIdOf, traceIdOf } from "./span-ids.ts";

/** What a step is doing: an attempt, or waiting. */
interface Segment {
  readonly name: string;
  readonly part: string;
  readonly startedAt: number;
  readonly attributes: Record<string, AttributeValue>;
  readonly events: SpanEvent[];
  readonly links: SpanLink[];
}

interface OpenStep {
  readonly path: string;
  readonly startedAt: number;
  readonly spanId: string;
  segment: Segment | null;
  attempts: number;
  waits: number;
  costNano: number;
}

/** How a span ended. */
export interface Ending {
  readonly at: number;
  readonly status?: string;
  readonly error?: StepError;
}

export interface TraceOptions {
  readonly executionId: string;
  /** Attributes of every span. */
  readonly common: Attributes;
  /** Whether messages of errors are among it: they may quote what the run works on. */
  readonly hasContent: boolean;
  readonly hideSecrets: (text: string) => string;
}

/** Collects the spans of one execution while its log is read. What is not over by the end of the log has no span. */
export class RunTrace {
  readonly spans: Span[] = [];
  /** Revision of the commit that is read. */
  rev = 0;
  readonly #options: TraceOptions;
  readonly #traceId: string;
  readonly #steps = new Map<string, OpenStep>();
  readonly #used = new Set<string>();
  /** How often the execution has been reopened. */
  #leg = 0;
  #runStartedAt: number;

  constructor(options: TraceOptions, startedAt: number) {
    this.#options = options;
    this.#traceId = traceIdOf(options.executionId);
    this.#runStartedAt = startedAt;
  }

  /** A step is entered that does nothing itself: it executes bodies. */
  enter(path: string, at: number): void {
    this.#endSegment(this.#stepAt(path, at), { at });
  }

  /** Begins an attempt or a wait of a step, which ends what the step did before. */
  begin(
    path: string,
    segment: { readonly name: string; readonly attempt?: number },
    at: number,
  ): Segment {
    const step = this.#stepAt(path, at);
    this.#endSegment(step, { at });
    const { name, attempt } = segment;
    if (attempt === undefined) step.waits += 1;
    else step.attempts = Math.max(step.attempts, attempt);
    const begun: Segment = {
      name,
      part:
        attempt === undefined
          ? `wait ${path} ${this.#leg}.${step.waits}`
          : attemptPart(path, attempt),
      startedAt: at,
      attributes: attempt === undefined ? {} : { "heddle.attempt": attempt },
      ...{ events: [], links: [] },
    };
    step.segment = begun;
    return begun;
  }

  /** Adds a moment to what a step is doing. */
  note(path: string, name: string, at: number, attributes: Attributes = {}): void {
    this.#steps.get(path)?.segment?.events.push({ name, at, attributes });
  }

  /** Ends what a step is doing; the step itself is not over. */
  endSegment(path: string, ending: Ending): void {
    const step = this.#steps.get(path);
    if (step) this.#endSegment(step, ending);
  }

  /** Ends a step with all that is under way in it. */
  endStep(path: string, ending: Ending, attributes: Attributes = {}): void {
    const step = this.#stepAt(path, ending.at);
    this.giveUpWithin(path, ending.at);
    this.#endSegment(step, ending);
    this.#endOpenStep(step, ending, attributes);
  }

  /** Ends the steps of a body, or of a step, that are still under way: they were given up. */
  giveUpWithin(outer: string, at: number): void {
    for (const step of [...this.#steps.values()].reverse()) {
      if (outer !== "" && !isWithin(step.path, outer)) continue;
      this.#endSegment(step, { at });
      this.#endOpenStep(step, { at, status: "given up" }, {});
    }
  }

  addCost(path: string, nano: number): void {
    const step = this.#steps.get(path);
    if (step) step.costNano += nano;
  }

  /** A wait of the run as a whole, such as a pause. */
  addRunWait(name: string, startedAt: number, at: number): void {
    const part = `wait ${this.#leg} ${startedAt} ${name}`;
    this.#push({ name, part, parent: this.#runPart(), startedAt }, { at });
  }

  /** Ends the run, and all that is under way in it. */
  endRun(ending: Ending, name: string, attributes: Attributes, links: readonly SpanLink[]): void {
    this.giveUpWithin("", ending.at);
    const again = this.#leg === 0 ? "" : ` (retry ${this.#leg})`;
    this.#push(
      {
        name: `${name}${again}`,
        part: this.#runPart(),
        // The root stays one when the run is reopened: its later parts are children of the first.
        parent: this.#leg === 0 ? null : "",
        startedAt: this.#runStartedAt,
        ...{ attributes, links },
        kind: this.#leg === 0 ? "consumer" : "internal",
      },
      ending,
    );
  }

  reopen(at: number): void {
    this.#leg += 1;
    this.#runStartedAt = at;
  }

  #runPart(): string {
    return this.#leg === 0 ? "" : `leg ${this.#leg}`;
  }

  #stepPart(path: string): string {
    return this.#leg === 0 ? path : `${path} ${this.#leg}`;
  }

  /** A step that continues after a retry has no event that says so: its span then begins with what is first known of it. */
  #stepAt(path: string, at: number): OpenStep {
    const known = this.#steps.get(path);
    if (known) return known;
    const owner = framePath(framePath(path));
    if (owner !== "") this.#stepAt(owner, at);
    const step: OpenStep = {
      path,
      startedAt: at,
      spanId: spanIdOf(this.#options.executionId, this.#stepPart(path)),
      segment: null,
      ...{ attempts: 0, waits: 0, costNano: 0 },
    };
    this.#steps.set(path, step);
    return step;
  }

  #endSegment(step: OpenStep, ending: Ending): void {
    const { segment } = step;
    if (segment === null) return;
    step.segment = null;
    this.#push({ ...segment, parent: this.#stepPart(step.path) }, ending);
  }

  #endOpenStep(step: OpenStep, ending: Ending, attributes: Attributes): void {
    this.#steps.delete(step.path);
    const owner = framePath(framePath(step.path));
    const { startedAt, attempts, costNano } = step;
    this.#push(
      {
        name: `step ${stepIdOf(step.path)}`,
        part: this.#stepPart(step.path),
        parent: owner === "" ? this.#runPart() : this.#stepPart(owner),
        startedAt,
        attributes: {
          "heddle.step.path": step.path,
          ...(attempts > 0 && { "heddle.step.attempts": attempts }),
          ...(costNano > 0 && { "heddle.cost.usd": toDollars(costNano) }),
          ...attributes,
        },
      },
      ending,
    );
  }

  #push(
    span: {
      readonly name: string;
      readonly part: string;
      readonly parent: string | null;
      readonly startedAt: number;
      readonly attributes?: Attributes;
      readonly events?: readonly SpanEvent[];
      readonly links?: readonly SpanLink[];
      readonly kind?: Span["kind"];
    },
    { at, status, error }: Ending,
  ): void {
    const { executionId, common, hasContent, hideSecrets } = this.#options;
    const part = this.#unused(span.part);
    this.spans.push({
      traceId: this.#traceId,
      spanId: spanIdOf(executionId, part),
      parentSpanId: span.parent === null ? null : spanIdOf(executionId, span.parent),
      name: span.name,
      kind: span.kind ?? "internal",
      startedAt: span.startedAt,
      // Clocks of two processes may differ.
      endedAt: Math.max(at, span.startedAt),
      attributes: {
        ...common,
        ...span.attributes,
        ...(status !== undefined && { "heddle.status": status }),
        ...(error && { "error.type": error.code }),
      },
      events: span.events ?? [],
      links: span.links ?? [],
      status: error ? "error" : "unset",
      ...(error && hasContent && { message: hideSecrets(error.message) }),
      rev: this.rev,
    });
  }

  /** An attempt that is done again under its number is another span. */
  #unused(part: string): string {
    let free = part;
    for (let n = 2; this.#used.has(free); n += 1) free = `${part} again ${n}`;
    this.#used.add(free);
    return free;
  }
}
