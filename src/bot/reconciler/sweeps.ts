import type { Logger } from "pino";
import type { ExecutionSummary, Executions } from "../../engine/api/executions.ts";
import type { ExecutionStatus } from "../../engine/model/state.ts";
import type { CardStore } from "../../engine/ports/cards.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { eachPage } from "../../shared/pages.ts";
import { ASKING } from "./live/desired-session.ts";

export interface SweepsOptions {
  readonly executions: Pick<Executions, "list">;
  readonly cards: Pick<CardStore, "listUnfinished">;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Pause between two checks of open requests, in milliseconds. */
  readonly recheckMs: number;
  /** Called before each of these checks. */
  readonly onRecheck: () => void;
  /** Reconciles an execution. Never throws. */
  readonly sync: (executionId: string) => void;
}

/** Executions with cards that are not final, read at once. */
const MAX_UNFINISHED = 10_000;
/** Ended executions of each status that are reconciled at the start: the last ones may lack their cards. */
const RECENT_ENDS = 50;
const OPEN_STATUSES: readonly ExecutionStatus[] = ["queued", "running", "waiting"];
const ENDED_STATUSES: readonly ExecutionStatus[] = ["completed", "failed", "cancelled"];

/** Has executions reconciled of which no commit says that their cards are out of date. */
export class Sweeps {
  readonly #options: SweepsOptions;
  #isStopped = false;
  #cancelRecheck: () => void = () => undefined;

  constructor(options: SweepsOptions) {
    this.#options = options;
  }

  /** What an earlier life of the process may have left undone, and from then on open requests again and again. */
  async start(): Promise<void> {
    await this.unfinished();
    this.#recheckLater();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelRecheck();
  }

  /** Every execution whose cards a stopped process may have left undone. Throws what the store throws. */
  async unfinished(): Promise<void> {
    const { executions, cards, sync } = this.#options;
    for (const executionId of await cards.listUnfinished(MAX_UNFINISHED)) sync(executionId);
    for (const status of OPEN_STATUSES) await this.#all(status);
    for (const status of ENDED_STATUSES) {
      const page = await executions.list({ status, limit: RECENT_ENDS });
      for (const { executionId } of page.executions) sync(executionId);
    }
  }

  /** Every execution that waits for a person's answer. Never throws. */
  asking(): void {
    for (const status of ["waiting", "running"] as const) {
      this.#all(status, isAsking).catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, "could not check open requests again");
      });
    }
  }

  /** Groups empty, people leave, channels are closed: without a word to us. */
  #recheckLater(): void {
    const { clock, recheckMs, onRecheck } = this.#options;
    if (this.#isStopped) return;
    this.#cancelRecheck = clock.after(recheckMs, () => {
      this.#recheckLater();
      onRecheck();
      this.asking();
    });
  }

  async #all(
    status: ExecutionStatus,
    isMeant: (execution: ExecutionSummary) => boolean = () => true,
  ): Promise<void> {
    const { executions, sync } = this.#options;
    const pages = eachPage((cursor) =>
      executions.list({ status, limit: 200, ...omitUndefined({ cursor }) }),
    );
    for await (const page of pages) {
      for (const { executionId } of page.executions.filter(isMeant)) sync(executionId);
      if (this.#isStopped) return;
    }
  }
}

/** Does it wait for a person's answer? */
function isAsking({ waitingOn }: ExecutionSummary): boolean {
  return waitingOn.some((reason) => ASKING.includes(reason));
}
