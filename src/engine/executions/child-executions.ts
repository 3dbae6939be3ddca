import { AppError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import { toNano } from "../../shared/money.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { StartResult } from "../api/executions.ts";
import { handOn } from "../execution/decider/answerable.ts";
import type { ChildPlan, ChildRequest, ChildStarted } from "../model/children.ts";
import { type ExecutionStarted, MAX_CHAIN } from "../model/events.ts";
import { isCostUnknown, type OutboxEntry, type ReadonlyState } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import type { Files } from "../runtime/files.ts";
import type { ChildHooks, CompletionListener } from "../runtime/hooks.ts";
import type { Workflows } from "../workflows/workflows.ts";
import type { Descendants } from "./descendants.ts";
import type { Executions } from "./executions.ts";

export interface ChildExecutionsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly workflows: Workflows;
  readonly executions: Pick<Executions, "check" | "begin">;
  readonly files: Pick<Files, "admit">;
  readonly events: EngineEvents;
  readonly descendants: Descendants;
}

/** Executions that steps of other executions start: prepares, starts and cancels them, and reports their ends. Each may be repeated. */
export class ChildExecutions implements ChildHooks, CompletionListener {
  readonly #options: ChildExecutionsOptions;

  constructor(options: ChildExecutionsOptions) {
    this.#options = options;
  }

  /** @see AttemptContext.prepareChild */
  async prepare(parent: ExecutionStarted, request: ChildRequest): Promise<ChildPlan> {
    const { workflows, executions, descendants } = this.#options;
    if ((parent.trigger.depth ?? 0) >= MAX_CHAIN) {
      throw new AppError({
        code: "limit_exceeded",
        message: `${MAX_CHAIN} runs have started each other already; "${request.workflowId}" was not started. Let workflows call each other less deep.`,
      });
    }
    const { workflowId } = request;
    const { version: active } = await workflows.inUse(workflowId);
    await descendants.take(rootOf(parent), workflowId);
    const { version = active } = request;
    const { definition, mayCost } = await workflows.compiled(workflowId, version);
    const variables = executions.check(definition, request.variables, "json");
    const capNano = mayCost ? toNano(definition.limits.maxCostUsd) : 0;
    return { workflowId, version, variables, capNano };
  }

  /** Delivers what a step left for a child. @throws {AppError} `store_unavailable`: has to be repeated. */
  async deliver(parent: ReadonlyState, entry: OutboxEntry): Promise<void> {
    if (entry.kind === "start_child") await this.#start(parent, entry.child);
    else await this.#cancel(parent, entry);
  }

  /** Whether a step of the parent waits for the end of this execution. */
  isWanted({ start }: ReadonlyState): boolean {
    return start.parent?.waits === true;
  }

  /** Signals the parent that this execution has ended. @throws {AppError} `store_unavailable`: has to be repeated. */
  async publish(state: ReadonlyState): Promise<void> {
    const { parent } = state.start;
    if (!parent?.waits) return;
    const { store, clock, files, events } = this.#options;
    const { executionId: childId } = state.start;
    // What the run gives is its parent's to use.
    const { executionId } = parent;
    await files.admit({ executionId, values: state.output, from: [childId] });
    await store.signals.insert({
      id: `child:${childId}`,
      executionId: parent.executionId,
      kind: "child_ended",
      payload: endOf(state, parent.path, parent.attempt),
      at: clock.now(),
    });
    events.emit("wake", { executionId: parent.executionId });
  }

  #start(parent: ReadonlyState, child: ChildStarted): Promise<StartResult> {
    const { executionId, trigger, report } = parent.start;
    const {
      childId,
      workflowId,
      version,
      variables,
      path,
      attempt,
      allottedNano,
      waits,
      released,
    } = child;
    return this.#options.executions.begin({
      executionId: childId,
      workflowId,
      version,
      variables,
      trigger: omitUndefined({
        type: "workflow" as const,
        source: executionId,
        depth: (trigger.depth ?? 0) + 1,
        root: rootOf(parent.start),
        userId: trigger.userId,
      }),
      // Requests without a channel of their own have to stand somewhere.
      ...(report && { fallbackReport: { ...report, on: "failure" as const } }),
      parent: { executionId, path, attempt, waits, ...omitUndefined({ released }) },
      answerable: handOn(parent),
      ...omitUndefined({ capNano: allottedNano }),
    });
  }

  /**
   * A child that never began is started with its cancellation before it, so that it ends without a step. Inserting it also decides
   * against a start that is still under way elsewhere: the second one finds the cancellation there.
   */
  async #cancel(
    parent: ReadonlyState,
    { childId, by, start }: Extract<OutboxEntry, { readonly kind: "cancel_child" }>,
  ): Promise<void> {
    const { store, clock, events } = this.#options;
    await store.signals.insert({
      id: `cancel:${childId}:parent`,
      executionId: childId,
      kind: "cancel",
      payload: { by },
      at: clock.now(),
    });
    if (start) await this.#start(parent, start);
    events.emit("wake", { executionId: childId });
  }
}

/** The execution that a chain began with. */
function rootOf({ executionId, trigger }: ExecutionStarted): string {
  return trigger.root ?? executionId;
}

function endOf(state: ReadonlyState, path: string, attempt: number): JsonObject {
  const { start, status, output, error, spentNano } = state;
  return {
    path,
    attempt,
    childId: start.executionId,
    workflowId: start.workflowId,
    status,
    output,
    error: error && { code: error.code, message: error.message },
    spentNano,
    costUnknown: isCostUnknown(state),
  };
}
