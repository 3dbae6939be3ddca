import { didYouMean } from "../../shared/did-you-mean.ts";
import { AppError } from "../../shared/errors.ts";
import type { JsonObject } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { eachPage } from "../../shared/pages.ts";
import type { Access } from "../access/access.ts";
import type { BulkRetry, BulkRetryRequest, RetryRequest, RetryResult } from "../api/executions.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import { resolveEdits } from "../definition/inputs.ts";
import type { Problem } from "../definition/problem.ts";
import { handOn, writeAnswerable } from "../execution/decider/answerable.ts";
import { handleSignal } from "../execution/decider/handle-signal.ts";
import { redoneEffects, reentryFrom } from "../execution/decider/redone-effects.ts";
import {
  failedPath,
  retryPoints,
  stepsWithUnknownOutcome,
} from "../execution/decider/retry-points.ts";
import { apply } from "../execution/reducer/apply.ts";
import { OPERATOR } from "../model/actor.ts";
import type { KeyedRequest } from "../model/control.ts";
import { type ExecutionState, isFinished } from "../model/state.ts";
import { stepIdOf } from "../model/step-path.ts";
import type { Clock } from "../ports/clock.ts";
import type { Commit, ExecutionRecord, Signal } from "../ports/executions.ts";
import { UPLOADS } from "../ports/files.ts";
import type { Store } from "../ports/store.ts";
import { sentFrom } from "../ports/surface.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import type { Files } from "../runtime/files.ts";
import type { Workflows } from "../workflows/workflows.ts";
import type { AnswerablePeople } from "./answerable-people.ts";
import { redoneInChildren } from "./child-effects.ts";
import type { Executions } from "./executions.ts";
import type { InputExistence } from "./input-existence.ts";
import { assertNotReplaced } from "./replaced-child.ts";
import { earlierReopening, earlierRerun, keyedRequest, rerunIdFor } from "./retry-idempotency.ts";
import { assertMayEdit, assertNamed } from "./retry-rights.ts";

export interface RetriesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly executions: Pick<Executions, "load" | "start">;
  readonly workflows: Pick<Workflows, "inUse">;
  readonly access: Pick<Access, "isAdmin">;
  readonly people: AnswerablePeople;
  readonly files: Pick<Files, "admit">;
  readonly existence: Pick<InputExistence, "problems">;
  readonly events: EngineEvents;
}

/** Executions that one bulk retry takes. */
const MAX_BULK = 1000;
const PAGE = 200;

/** Continues executions that failed or were cancelled. The contract of each method stands in {@link Engine}. */
export class Retries {
  readonly #options: RetriesOptions;

  constructor(options: RetriesOptions) {
    this.#options = options;
  }

  async retry(request: RetryRequest): Promise<RetryResult> {
    const { executions, store } = this.#options;
    const { executionId } = request;
    const keyed = keyedRequest(request);
    const pending = keyed ? await store.signals.pending({ executionId, limit: 100 }) : [];
    const { workflow, state } = await executions.load(executionId);
    const answered = keyed && earlierReopening(keyed, state, pending);
    if (answered) return answered;
    if (!isFinished(state.status)) throw underWay(state, `is not over (${state.status})`);
    await this.#options.workflows.inUse(state.start.workflowId);
    const { variables, problems } = resolveEdits(
      workflow.definition,
      state.variables,
      request.variables ?? {},
      request.variableForm,
    );
    if (problems.length > 0) throw badEdits(problems);
    const { inputs = {} } = workflow.definition;
    const missing = await this.#options.existence.problems(inputs, variables);
    if (missing.length > 0) throw badEdits(missing);
    const isAdmin = await this.#options.access.isAdmin(request.by);
    if (state.status !== "completed")
      assertMayEdit(workflow, state, Object.keys(variables), isAdmin);
    return state.status === "completed"
      ? this.#runAgain(state, variables, request)
      : this.#reopen(workflow, state, variables, { ...request, isAdmin });
  }

  async retryAll(request: BulkRetryRequest): Promise<BulkRetry> {
    await this.#options.workflows.inUse(request.workflowId);
    const records = await this.#matching(request);
    if (request.dryRun) return { matched: records.length, retried: [], refused: [] };
    const retried: string[] = [];
    const refused: { executionId: string; message: string }[] = [];
    // The oldest first, one after the other: they continue in the order in which they began.
    for (const { executionId } of records.toReversed()) {
      try {
        await this.retry({ executionId, by: request.by, variableForm: "json" });
        retried.push(executionId);
      } catch (error) {
        if (!(error instanceof AppError) || error.code === "store_unavailable") throw error;
        refused.push({ executionId, message: error.message });
      }
    }
    return { matched: records.length, retried, refused };
  }

  readonly #load: Executions["load"] = (executionId) => this.#options.executions.load(executionId);

  /** Newest first. */
  async #matching({
    workflowId,
    since,
    status = "failed",
  }: BulkRetryRequest): Promise<ExecutionRecord[]> {
    const found: ExecutionRecord[] = [];
    const pages = eachPage((cursor) =>
      this.#options.store.executions.list(
        omitUndefined({ workflowId, status, limit: PAGE, cursor }),
      ),
    );
    for await (const { records } of pages) {
      for (const record of records) {
        if (record.startedAt < since) return found;
        found.push(record);
        if (found.length > MAX_BULK) throw tooMany();
      }
    }
    return found;
  }

  /** A completed execution stays as it is: its workflow is executed again, as an execution of its own. */
  async #runAgain(
    state: ExecutionState,
    variables: JsonObject,
    request: RetryRequest,
  ): Promise<RetryResult> {
    const { start } = state;
    const { by, fromStep } = request;
    const keyed = keyedRequest(request);
    const answered = keyed && (await earlierRerun(keyed, state, this.#load));
    if (answered) return answered;
    if (fromStep !== undefined) {
      throw new AppError({
        code: "input_invalid",
        message:
          "This run completed, so it is not reopened but run again from its beginning. Leave the step out.",
      });
    }
    const { executionId, existed } = await this.#options.executions.start({
      ...(keyed && { executionId: rerunIdFor(start.executionId, keyed) }),
      workflowId: start.workflowId,
      variables: { ...start.variables, ...variables },
      variableForm: "json",
      trigger: {
        type: "manual",
        source: start.executionId,
        ...(by !== "api" && { userId: by }),
        ...(keyed && { bodyHash: keyed.bodyHash }),
        ...omitUndefined({ from: sentFrom(by).surface }),
      },
      answerable: [...handOn(state), ...this.#options.people.ofToken(by)],
      ...omitUndefined({ report: start.report }),
    });
    const raced = existed && keyed && (await earlierRerun(keyed, state, this.#load));
    return raced || { executionId, reopened: false, fromStep: null };
  }

  async #reopen(
    workflow: CompiledWorkflow,
    state: ExecutionState,
    variables: JsonObject,
    request: RetryRequest & { readonly isAdmin: boolean },
  ): Promise<RetryResult> {
    const { by, fromStep, acceptsDoubt = false, again = [] } = request;
    const keyed = keyedRequest(request);
    const { store, clock, people, files, events } = this.#options;
    const { executionId } = state.start;
    const answerable = writeAnswerable(people.ofToken(by));
    const path = fromStep === undefined ? failedPath(state) : pathOf(state, fromStep);
    const named = await this.#assertNamed(workflow, state, path, {
      again,
      isAdmin: request.isAdmin,
    });
    const signal: Signal = {
      // One for each end: two people who click at once do it once.
      id: `retry:${executionId}:${state.rev}`,
      executionId,
      kind: "retry",
      payload: {
        by,
        variables,
        ...(path !== null && { path }),
        ...(named.length > 0 && { again: named }),
        ...keyed,
        ...answerable,
        ...sentFrom(by),
      },
      at: clock.now(),
    };
    if (!acceptsDoubt) assertOutcomesKnown(workflow, state, signal);
    if (by === OPERATOR) await files.admit({ executionId, values: variables, from: [UPLOADS] });
    if (!(await store.signals.insert(signal))) return this.#tooLate(state, keyed);
    events.emit("wake", { executionId });
    return { executionId, reopened: true, fromStep: path === null ? null : stepIdOf(path) };
  }

  /** @returns the ids of the steps that have their effect once more. @throws {AppError} `effect_done`, `not_allowed`. */
  async #assertNamed(
    workflow: CompiledWorkflow,
    state: ExecutionState,
    path: string | null,
    named: { readonly again: readonly string[]; readonly isAdmin: boolean },
  ): Promise<readonly string[]> {
    const { store } = this.#options;
    const log = (executionId: string): Promise<readonly Commit[]> => store.log.read(executionId, 0);
    const logs = { load: this.#load, log };
    await assertNotReplaced(state, logs);
    const reentry = reentryFrom(workflow, state, path);
    const commits = await log(state.start.executionId);
    const redone = [
      ...redoneEffects(workflow, state, reentry),
      ...(await redoneInChildren(workflow, commits, reentry, logs)),
    ];
    assertNamed(workflow, redone, commits, named);
    return [...new Set(redone.map(({ stepId }) => stepId))];
  }

  /** Another retry was faster: perhaps an equal request. @throws {AppError} `execution_under_way`. */
  async #tooLate({ start }: ExecutionState, keyed: KeyedRequest | null): Promise<RetryResult> {
    const { executionId } = start;
    const { store, executions } = this.#options;
    const pending = await store.signals.pending({ executionId, limit: 100 });
    const { state } = await executions.load(executionId);
    const answered = keyed && earlierReopening(keyed, state, pending);
    if (answered) return answered;
    throw underWay(state, "is being retried already");
  }
}

/** Tries it on the caller's own state. */
function assertOutcomesKnown(
  workflow: CompiledWorkflow,
  state: ExecutionState,
  signal: Signal,
): void {
  for (const event of handleSignal(workflow, state, signal, signal.at)) apply(state, event);
  const doubtful = stepsWithUnknownOutcome(workflow, state, signal.at);
  if (doubtful.length === 0) return;
  const steps = doubtful.map((step) => `"${step}"`).join(", ");
  throw new AppError({
    code: "effect_in_doubt",
    message: `It is not known whether ${steps} had its effect before, and with other values it would be done under a new key, so perhaps twice. Look there first; then retry and say that it may be done.`,
    details: { steps: doubtful },
  });
}

/** A step's id or the path of one of its entries: the entry that was over last. @throws {AppError} `input_invalid`. */
function pathOf(state: ExecutionState, step: string): string {
  const points = retryPoints(state);
  const fitting = points.filter((point) => point.path === step || point.stepId === step);
  const last = fitting.toSorted((a, b) => a.at - b.at).at(-1);
  if (last) return last.path;
  const ids = [...new Set(points.map((point) => point.stepId))];
  throw new AppError({
    code: "input_invalid",
    message: `The run cannot be retried from "${step.slice(0, 80)}": it did not come there, or nothing is kept of it. It can from: ${ids.join(", ") || "no step"}.${didYouMean(step, ids)}`,
  });
}

function underWay({ start }: ExecutionState, what: string): AppError {
  return new AppError({
    code: "execution_under_way",
    message: `Run ${start.executionId} ${what}. Only what failed or was cancelled is retried.`,
  });
}

function badEdits(problems: readonly Problem[]): AppError {
  const list = problems.map(({ path, message, fix }) => `${path}: ${message}. ${fix}`.trim());
  return new AppError({
    code: "input_invalid",
    message: `The values do not fit. ${list.join(" ")}`,
    details: { problems: problems.map(({ path, message, fix }) => ({ path, message, fix })) },
  });
}

function tooMany(): AppError {
  return new AppError({
    code: "input_invalid",
    message: `These are more than ${MAX_BULK} runs, the most that are retried at once. Choose a shorter time.`,
  });
}
