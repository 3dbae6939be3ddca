import type { FileValue } from "../../shared/file-value.ts";
import type {
  ExecutionChange,
  ExecutionPage,
  ExecutionQuery,
  ExecutionSummary,
  Executions as ExecutionsApi,
  ExecutionView,
  StartRequest,
  StartResult,
  StepPage,
  StepQuery,
} from "../api/executions.ts";
import { toExecutionView, toStepPage } from "../execution/projections/execution-view.ts";
import { type Masker, sensitiveOf } from "../execution/projections/sensitive.ts";
import type { Executions } from "../executions/executions.ts";
import type { Migrations } from "../executions/migrations.ts";
import type { Pauses } from "../executions/pauses.ts";
import type { Retries } from "../executions/retries.ts";
import { OPERATOR } from "../model/actor.ts";
import { isFinished } from "../model/state.ts";
import type { EngineEventMap, EngineEvents } from "../runtime/engine-events.ts";
import type { Gate } from "./gate.ts";
import { leftOut } from "./left-out.ts";
import { assertOwns, refuseRun, rightsIn } from "./run-rights.ts";
import { findFile, maskSteps, maskView } from "./view-for.ts";

export interface GuardedParts {
  readonly executions: Executions;
  readonly retries: Retries;
  readonly migrations: Migrations;
  readonly pauses: Pauses;
  readonly events: EngineEvents;
}

/** Triggers by which a person, or the holder of the API token, asks for a run; others follow from what was deployed. */
const PERSONAL: ReadonlySet<string> = new Set([
  "slash",
  "message",
  "mention",
  "reaction",
  "file-shared",
  "member-joined",
  "channel-created",
  "shortcut",
  "manual",
  "api",
]);

interface Unmasked {
  readonly view: ExecutionView;
  /** `null`: nothing is masked. */
  readonly masker: Masker | null;
}

const DEFAULT_LIMIT = 50;

/** Pages that are read to find what a reader may see. */
const MAX_PAGES = 20;

/** Executions as people may use them: rights are checked, and views are made for their reader. */
export class GuardedExecutions implements ExecutionsApi {
  readonly #gate: Gate;
  readonly #parts: GuardedParts;

  constructor(gate: Gate, parts: GuardedParts) {
    this.#gate = gate;
    this.#parts = parts;
  }

  async start(request: StartRequest): Promise<StartResult> {
    const { workflowId, trigger } = request;
    // A bot's message starts only what takes messages of bots.
    const { userId = OPERATOR, isBot = false } = trigger;
    if (PERSONAL.has(trigger.type) && !isBot) {
      const what = `start "${workflowId}"`;
      await this.#gate.permit(userId, "run", workflowId, { what });
    }
    return this.#parts.executions.start(request);
  }

  resolveId(id: string): Promise<string> {
    return this.#parts.executions.resolveId(id);
  }

  async get(executionId: string, reader?: string): Promise<ExecutionView> {
    const { view, masker } = await this.readFor(executionId, reader);
    return maskView(view, masker);
  }

  async listSteps(executionId: string, query: StepQuery, reader?: string): Promise<StepPage> {
    const { masker } = await this.readFor(executionId, reader);
    const { state, workflow } = await this.#parts.executions.read(executionId);
    const page = toStepPage(workflow, state, query);
    this.#parts.executions.keep(state);
    return maskSteps(page, masker);
  }

  /**
   * A file among the values that a reader sees, also among those for which a view has no room.
   *
   * @returns `null`: there is none, or the reader does not see it.
   * @throws {AppError} `execution_not_found`, `not_allowed`.
   */
  async findFile(executionId: string, ref: string, reader: string): Promise<FileValue | null> {
    const { masker } = await this.readFor(executionId, reader);
    const { state } = await this.#parts.executions.read(executionId);
    const file = findFile(state, ref, masker);
    this.#parts.executions.keep(state);
    return file;
  }

  /** What masks a run for a reader; `null`: they see all. @throws {AppError} `execution_not_found`, `not_allowed`. */
  async maskerFor(executionId: string, reader: string | undefined): Promise<Masker | null> {
    return (await this.readFor(executionId, reader)).masker;
  }

  /** The whole view, with what masks it for this reader. @throws {AppError} `execution_not_found`, `not_allowed`. */
  async readFor(executionId: string, reader: string | undefined): Promise<Unmasked> {
    const { view, masker } = await this.read(executionId);
    if (reader === undefined) return { view, masker };
    const { sees, knows } = await rightsIn(this.#gate, reader, view);
    if (!sees) throw await refuseRun(this.#gate, reader, view, "see");
    return { view, masker: knows ? null : masker };
  }

  /** The whole view, with what masks it for others. @throws {AppError} `execution_not_found`. */
  async read(executionId: string): Promise<Unmasked> {
    const { state, workflow } = await this.#parts.executions.read(executionId);
    const masker = sensitiveOf(workflow.definition, state);
    const view = toExecutionView(workflow, state);
    this.#parts.executions.keep(state);
    return { view, masker };
  }

  async list(query: ExecutionQuery, reader?: string): Promise<ExecutionPage> {
    const { executions } = this.#parts;
    const isOwn = query.startedBy !== undefined && query.startedBy === reader;
    if (reader === undefined || isOwn || (await this.#gate.access.isAdmin(reader)))
      return executions.list(query);
    return this.#listFor(query, this.#seerOf(this.#gate.access.personOf(reader) ?? reader));
  }

  listEnded(startedBy: string, limit: number): Promise<readonly ExecutionSummary[]> {
    return this.#parts.executions.listEnded(startedBy, limit);
  }

  /** Those of a list that a reader may see. @param reader - absent: all. */
  async visibleTo(
    reader: string | undefined,
    runs: readonly ExecutionSummary[],
  ): Promise<readonly ExecutionSummary[]> {
    const { access } = this.#gate;
    if (reader === undefined || runs.length === 0) return runs;
    const person = access.personOf(reader);
    if (person === null || (await access.isAdmin(person, "recent"))) return runs;
    if (!(await access.mayUse(person, "recent"))) return [];
    const sees = this.#seerOf(person);
    const visible: ExecutionSummary[] = [];
    for (const run of runs) if (await sees(run)) visible.push(run);
    return visible;
  }

  async #listFor(
    { limit = DEFAULT_LIMIT, cursor, ...query }: ExecutionQuery,
    sees: (run: ExecutionSummary) => Promise<boolean>,
  ): Promise<ExecutionPage> {
    const found: ExecutionSummary[] = [];
    let next = cursor ?? null;
    for (let page = 0; page < MAX_PAGES; page++) {
      // As many as are missing: the cursor then stands where the reader's page ends.
      const asked = {
        ...query,
        limit: limit - found.length,
        ...(next !== null && { cursor: next }),
      };
      const read = await this.#parts.executions.list(asked);
      for (const one of read.executions) if (await sees(one)) found.push(one);
      next = read.nextCursor;
      if (next === null || found.length >= limit) break;
    }
    return { executions: found, nextCursor: next };
  }

  /** @param key - asking again with the same one does nothing. @default each request is one of its own */
  async cancel(executionId: string, by: string, key?: string): Promise<void> {
    const { view } = await this.read(executionId);
    await assertOwns(this.#gate, by, view, "cancel");
    await this.#parts.executions.cancel(executionId, by, key);
  }

  async retry(request: Parameters<ExecutionsApi["retry"]>[0]) {
    const { view } = await this.read(request.executionId);
    const { executionId, workflowId } = view;
    const { by } = request;
    await assertOwns(this.#gate, by, view, "retry");
    const attempt = { what: `start "${workflowId}"`, executionId };
    await this.#gate.permit(by, "run", workflowId, attempt);
    return this.#parts.retries.retry(request);
  }

  async retryAll(request: Parameters<ExecutionsApi["retryAll"]>[0]) {
    const { by, workflowId } = request;
    const attempt = { what: "retry many runs at once", workflowId };
    await this.#gate.permitAdmin(by, attempt);
    return this.#parts.retries.retryAll(request);
  }

  async migrate(request: Parameters<ExecutionsApi["migrate"]>[0]) {
    const { executionId, by } = request;
    const { view } = await this.read(executionId);
    const attempt = { what: `migrate runs of "${view.workflowId}"`, executionId };
    await this.#gate.permit(by, "deploy", view.workflowId, attempt);
    return this.#parts.migrations.migrate(request);
  }

  async pause(executionId: string, by: string): Promise<void> {
    const { view } = await this.read(executionId);
    const hasDecided = view.requests.some(({ votes }) => votes.some((vote) => vote.by === by));
    if (!hasDecided)
      await this.#gate.permitAdmin(by, { what: `hold run ${executionId}`, executionId });
    const { pauses, events } = this.#parts;
    await pauses.pauseExecution(executionId, by);
    await this.#gate.trail.write(by, { action: "pause", executionId, result: "done" });
    // It is checked now, not when its wait is over.
    events.emit("wake", { executionId });
  }

  async resume(executionId: string, by: string): Promise<boolean> {
    await this.read(executionId);
    await this.#gate.permitAdmin(by, { what: `resume run ${executionId}`, executionId });
    const wasPaused = await this.#parts.pauses.resumeExecution(executionId);
    await this.#gate.trail.write(by, { action: "resume", executionId, result: "done" });
    return wasPaused;
  }

  onCommitted(listener: (executionId: string, change: ExecutionChange) => void): () => void {
    return this.#parts.events.on("committed", (commit) =>
      listener(commit.executionId, changeOf(commit)),
    );
  }

  /** Whether a reader sees runs of a list; each workflow is asked about once. */
  #seerOf(reader: string): (run: ExecutionSummary) => Promise<boolean> {
    const views = new Map<string, Promise<boolean>>();
    const viewsAllOf = (workflowId: string): Promise<boolean> => {
      const known =
        views.get(workflowId) ??
        this.#gate
          .permissionsOf(workflowId)
          .then((permissions) => this.#gate.access.may(reader, "view", permissions))
          .then(({ allowed }) => allowed)
          // In a list what cannot be checked is left out: one group must not hide all other runs.
          .catch(leftOut);
      views.set(workflowId, known);
      return known;
    };
    return async (run) => {
      if (run.startedBy === reader || (await viewsAllOf(run.workflowId))) return true;
      if (run.waitingOn.length === 0) return false;
      const { view } = await this.read(run.executionId);
      const rights = rightsIn(this.#gate, reader, view);
      return rights.then(({ sees }) => sees).catch(leftOut);
    };
  }
}

/** A commit of which the state is not at hand is taken for one that changes what is shown. */
function changeOf({ events, after }: EngineEventMap["committed"]): ExecutionChange {
  if (after !== undefined) {
    const { start, requests, status } = after.state;
    const isShown = Boolean(start.report) || requests.size > 0 || status === "waiting";
    return { isShown, isOver: isFinished(status) };
  }
  const isQuietStart = events.every((one) => one.type === "execution_started" && !one.report);
  return { isShown: !isQuietStart, isOver: false };
}
