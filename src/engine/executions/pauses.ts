import { z } from "zod";
import { asAppError } from "../../shared/errors.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { eachPage } from "../../shared/pages.ts";
import type { Pause } from "../api/workflows.ts";
import type { ExecutionEvent } from "../model/events.ts";
import type { ReadonlyState } from "../model/state.ts";
import { PAUSE_MARKS } from "../ports/changes.ts";
import type { Clock } from "../ports/clock.ts";
import type { ExecutionRecord } from "../ports/executions.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import type { AdmissionCheck } from "../runtime/hooks.ts";
import type { Worker } from "../runtime/worker.ts";

export interface PausesOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly worker: Pick<Worker, "wakeAll" | "tick">;
}

/** No workflow id: those have no star. */
const EVERYTHING = "*";
/** Ids of workflows have no slash. */
function executionKey(executionId: string): string {
  return `run/${executionId}`;
}
const PAGE = 200;
const StoredPause = z.object({ by: z.string(), at: z.number() });

/** What is paused: known at once to the process that does it, to the others when they poll. */
export class Pauses implements AdmissionCheck {
  readonly #options: PausesOptions;
  #known: ReadonlyMap<string, Pause> = new Map();
  #refreshing: Promise<void> = Promise.resolve();

  constructor(options: PausesOptions) {
    this.#options = options;
  }

  /** The pause of a workflow: that of everything before its own. */
  of(workflowId: string): Pause | null {
    return this.everything ?? this.#known.get(workflowId) ?? null;
  }

  /** The pause of one execution, by itself or with others. */
  ofExecution(workflowId: string, executionId: string): Pause | null {
    return this.of(workflowId) ?? this.#known.get(executionKey(executionId)) ?? null;
  }

  /** Whether an execution is paused by itself, as far as this process knows. */
  isPausedAlone(executionId: string): boolean {
    return this.#known.has(executionKey(executionId));
  }

  get everything(): Pause | null {
    return this.#known.get(EVERYTHING) ?? null;
  }

  /** Reads what is paused, and makes due what was resumed while no process ran. To be called before executions run. */
  async start(): Promise<void> {
    this.#known = await this.#read();
    await this.#makeResumedDue();
  }

  async stop(): Promise<void> {
    // A failure was reported by the call that it belongs to.
    await this.#refreshing.catch(() => undefined);
  }

  /** @param workflowId - `null`: everything. Paused already, it stays as it was. */
  pause(workflowId: string | null, by: string): Promise<void> {
    return this.#pause(workflowId ?? EVERYTHING, by);
  }

  /** Paused already, it stays as it was. */
  pauseExecution(executionId: string, by: string): Promise<void> {
    return this.#pause(executionKey(executionId), by);
  }

  async #pause(key: string, by: string): Promise<void> {
    this.#known = await this.#read();
    if (this.#known.has(key)) return;
    await this.#options.store.kv.set(PAUSE_MARKS + key, { by, at: this.#options.clock.now() });
    await this.refresh();
  }

  /** @param workflowId - `null`: everything; what is paused by itself stays so. @returns whether it was paused. */
  resume(workflowId: string | null): Promise<boolean> {
    return this.#resume(workflowId ?? EVERYTHING);
  }

  /** @returns whether it was paused by itself. */
  resumeExecution(executionId: string): Promise<boolean> {
    return this.#resume(executionKey(executionId));
  }

  async #resume(key: string): Promise<boolean> {
    const wasPaused = (await this.#read()).has(key);
    if (wasPaused) await this.#options.store.kv.set(PAUSE_MARKS + key, null);
    await this.refresh();
    return wasPaused;
  }

  /** Polls for what other processes paused or resumed. Never rejects. */
  async poll(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      const { message } = asAppError(error);
      this.#options.logger.warn({ error: message }, "could not read what is paused; retrying");
    }
  }

  /** Reads from the store what is paused, one read at a time. */
  refresh(): Promise<void> {
    this.#refreshing = this.#refreshing.catch(() => undefined).then(() => this.#refresh());
    return this.#refreshing;
  }

  /** The events for an execution that is paused; `null`: it is not. */
  async eventsFor(state: ReadonlyState, now: number): Promise<readonly ExecutionEvent[] | null> {
    const { workflowId, executionId } = state.start;
    const pause = this.ofExecution(workflowId, executionId);
    if (!pause) return null;
    if (state.paused?.reason === "pause") return [];
    return [{ type: "execution_held", reason: "pause", by: pause.by, at: now }];
  }

  async #refresh(): Promise<void> {
    const before = this.#known;
    this.#known = await this.#read();
    const isSame =
      before.size === this.#known.size && [...before.keys()].every((key) => this.#known.has(key));
    if (isSame) return;
    this.#options.worker.wakeAll();
    if ([...before.keys()].every((key) => this.#known.has(key))) return;
    await this.#makeResumedDue();
    await this.#options.worker.tick();
  }

  async #read(): Promise<ReadonlyMap<string, Pause>> {
    const marks = await this.#options.store.kv.list(PAUSE_MARKS);
    return new Map(
      marks.flatMap(({ key, value }): [string, Pause][] => {
        const pause = StoredPause.safeParse(value).data;
        return pause ? [[key.slice(PAUSE_MARKS.length), pause]] : [];
      }),
    );
  }

  /** Makes executions due whose pause has ended, in the order in which they began. Doing it again is harmless. */
  async #makeResumedDue(): Promise<void> {
    const { store } = this.#options;
    const paused = await this.#pausedRecords();
    const resumed = paused.filter(
      ({ workflowId, executionId }) => this.ofExecution(workflowId, executionId) === null,
    );
    for (const record of resumed.toReversed()) {
      // The longest due is claimed first.
      await store.executions.save({ ...record, due: record.startedAt });
    }
  }

  /** Newest first. */
  async #pausedRecords(): Promise<readonly ExecutionRecord[]> {
    const paused: ExecutionRecord[] = [];
    const pages = eachPage((cursor) =>
      this.#options.store.executions.list(
        omitUndefined({ status: "waiting" as const, limit: PAGE, cursor }),
      ),
    );
    for await (const { records } of pages) {
      paused.push(
        ...records.filter(({ owner, waitingOn }) => owner === null && waitingOn.includes("pause")),
      );
    }
    return paused;
  }
}
