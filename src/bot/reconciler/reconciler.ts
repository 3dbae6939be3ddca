import { randomUUID } from "node:crypto";
import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Engine } from "../../engine/api/engine.ts";
import type { ExecutionView } from "../../engine/api/executions.ts";
import type { Definition } from "../../engine/definition/schema.ts";
import type { ExecutionStatus } from "../../engine/model/state.ts";
import type { CardStore } from "../../engine/ports/cards.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import { isAppError } from "../../shared/errors.ts";
import { toSlackFailure } from "../../slack/errors.ts";
import type { GroupFinder } from "../../slack/groups.ts";
import type { CardContext, DesiredMessage } from "../views/surface.ts";
import { createCardContext, RUN_SURFACE } from "../views/surface.ts";
import { desiredMessages } from "./desired-messages.ts";
import type { CardSheet } from "./message-writer.ts";
import { MessageWriter } from "./message-writer.ts";
import { createPlacement } from "./placement.ts";
import type { CardAction } from "./plan.ts";
import { cardId, planNext } from "./plan.ts";
import type { Rate } from "./rate-limiter.ts";
import { RateLimiter } from "./rate-limiter.ts";
import { createSlackMessages } from "./slack-messages.ts";

export interface ReconcilerOptions {
  readonly engine: Engine;
  readonly cards: CardStore;
  /** Tells `listener` when another process died. @returns a function that ends it. */
  readonly onProcessDied: (listener: () => void) => () => void;
  /** A client that neither waits nor repeats. */
  readonly client: WebClient;
  readonly groups: GroupFinder;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** `chat.update` is allowed about 50 times a minute in a workspace. */
const UPDATE_RATE: Rate = { capacity: 20, perSecond: 50 / 60 };
/** `chat.postMessage` about once a second in a channel, with a short burst. */
const POST_RATE: Rate = { capacity: 5, perSecond: 1 };
/** A run's card is edited at most this often while it runs. */
const EDIT_PAUSE_MS = 1000;
/** How long an execution's cards are kept from other processes: longer than a call to Slack may take (10 s) where clocks differ by 5 s. Prolonged by each. */
const CLAIM_MS = 20_000;
/** Pause before cards are asked for again that another process sees to. */
const CLAIM_PAUSE_MS = 300;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 60_000;
/** Ended executions that are looked at when the process starts, of each status: the last ones may lack their cards. */
const RECENT_ENDS = 50;
const OPEN_STATUSES: readonly ExecutionStatus[] = ["queued", "running", "waiting"];
const ENDED_STATUSES: readonly ExecutionStatus[] = ["completed", "failed", "cancelled"];
/** Definitions that are kept; versions never change. */
const MAX_DEFINITIONS = 500;

/** What is under way for one execution. */
interface Job {
  /** Under this name the execution's cards are claimed from the store. */
  readonly holder: string;
  dirty: boolean;
  /** Ends a wait for room when something changed. */
  interrupt: AbortController;
  failures: number;
  lastEdit: number;
  since: number;
  done: Promise<void>;
}

/**
 * Keeps Slack as executions say it should be: compares what is wanted with what the card records say was shown, and does the
 * difference, one execution at a time each. It remembers nothing that a restart would miss.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #writer: MessageWriter;
  readonly #pacer: RateLimiter;
  readonly #jobs = new Map<string, Job>();
  readonly #definitions = new Map<string, Definition>();
  readonly #stop = new AbortController();
  #unsubscribe: (() => void) | null = null;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    const api = createSlackMessages(options.client);
    this.#writer = new MessageWriter({
      cards: options.cards,
      api,
      placer: createPlacement(api),
      logger: options.logger,
    });
    this.#pacer = new RateLimiter(options.clock, (key) =>
      key === "update" ? UPDATE_RATE : POST_RATE,
    );
  }

  /** Follows the engine from now on, and looks at everything that an earlier life may have left undone. */
  async start(): Promise<void> {
    const { engine, logger } = this.#options;
    const ends = [
      engine.executions.onCommitted((executionId) => void this.sync(executionId)),
      this.#options.onProcessDied(() => {
        this.#syncLeft().catch((error: unknown) => {
          logger.warn({ err: error }, "cards of a process that died could not be looked for");
        });
      }),
    ];
    this.#unsubscribe = () => ends.forEach((end) => end());
    await this.#syncLeft();
  }

  /** Looks at everything that a process that is no more may have left undone. */
  async #syncLeft(): Promise<void> {
    const { engine, cards } = this.#options;
    for (const executionId of await cards.listUnfinished(10_000)) void this.sync(executionId);
    for (const status of OPEN_STATUSES) await this.#syncAll(status);
    for (const status of ENDED_STATUSES) {
      const { executions } = await engine.executions.list({ status, limit: RECENT_ENDS });
      for (const { executionId } of executions) void this.sync(executionId);
    }
  }

  /** Stops after the calls under way; what is left is done at the next start. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#stop.abort();
    for (const job of this.#jobs.values()) job.interrupt.abort();
    await Promise.all([...this.#jobs.values()].map((job) => job.done));
  }

  /** Brings one execution's cards up to date. Never rejects; resolves when nothing is left to do. */
  sync(executionId: string): Promise<void> {
    if (this.#stop.signal.aborted) return Promise.resolve();
    const running = this.#jobs.get(executionId);
    if (running !== undefined) {
      running.dirty = true;
      running.interrupt.abort();
      return running.done;
    }
    const job: Job = {
      holder: randomUUID(),
      dirty: false,
      interrupt: new AbortController(),
      failures: 0,
      lastEdit: 0,
      since: this.#options.clock.now(),
      done: Promise.resolve(),
    };
    this.#jobs.set(executionId, job);
    job.done = this.#run(executionId, job)
      .finally(() => this.#forget(executionId, job))
      .then(() => this.#release(executionId, job));
    return job.done;
  }

  /** Another process may see to the same cards: what it did between our look and our deed would be done twice. */
  #claim(executionId: string, { holder }: Job): Promise<boolean> {
    const { cards, clock } = this.#options;
    const now = clock.now();
    return cards.claim(executionId, holder, now, now + CLAIM_MS);
  }

  async #release(executionId: string, { holder }: Job): Promise<void> {
    try {
      await this.#options.cards.release(executionId, holder);
    } catch (error) {
      this.#options.logger.debug(
        { executionId, err: error },
        "a claim on cards runs out by itself",
      );
    }
  }

  #forget(executionId: string, job: Job): void {
    if (this.#jobs.get(executionId) === job) this.#jobs.delete(executionId);
  }

  async #syncAll(status: ExecutionStatus): Promise<void> {
    let cursor: string | undefined;
    do {
      const page = await this.#options.engine.executions.list({
        status,
        limit: 200,
        ...(cursor ? { cursor } : {}),
      });
      for (const { executionId } of page.executions) void this.sync(executionId);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined && !this.#stop.signal.aborted);
  }

  async #run(executionId: string, job: Job): Promise<void> {
    while (!this.#stop.signal.aborted) {
      job.dirty = false;
      job.interrupt = new AbortController();
      try {
        if (!(await this.#claim(executionId, job))) {
          await this.#pause(CLAIM_PAUSE_MS);
          continue;
        }
        if (!(await this.#pass(executionId, job))) continue;
        job.failures = 0;
        // Forgotten in the same turn as the last look: a change that comes later begins a new job.
        if (!job.dirty) return this.#forget(executionId, job);
      } catch (error) {
        if (isAppError(error, "execution_not_found")) return;
        await this.#rest(executionId, job, error);
      }
    }
  }

  /** Does everything that is wanted now. @returns `false` if something changed meanwhile. */
  async #pass(executionId: string, job: Job): Promise<boolean> {
    const view = await this.#options.engine.executions.get(executionId);
    const surfaces = desiredMessages(view, await this.#context(view));
    if (surfaces.length === 0) return true;
    const records = await this.#options.cards.list(executionId);
    const sheet: CardSheet = {
      view,
      records: new Map(records.map((record) => [record.id, record])),
    };
    while (!this.#stop.signal.aborted) {
      const action = planNext(
        executionId,
        surfaces,
        sheet.records,
        await this.#shown(sheet, surfaces),
      );
      if (action === null) return true;
      if (!(await this.#waitForRoom(sheet, action, job))) return false;
      if (!(await this.#claim(executionId, job))) return false;
      await this.#perform(sheet, action);
      if (action.kind === "update" && action.wanted.surface.id === RUN_SURFACE) {
        job.lastEdit = this.#options.clock.now();
      }
      // Only now, so that even a run that changes all the time gets one thing done in each pass.
      if (job.dirty) return false;
    }
    return true;
  }

  async #shown(
    sheet: CardSheet,
    surfaces: readonly DesiredMessage[],
  ): Promise<ReadonlySet<string>> {
    const shown = new Set<string>();
    for (const surface of surfaces) {
      const record = sheet.records.get(cardId(sheet.view.executionId, surface.id));
      if (!record || record.ts === null) continue;
      if (record.final && surface.id !== RUN_SURFACE) continue;
      if (await this.#writer.isShown(sheet, surface, record)) shown.add(record.id);
    }
    return shown;
  }

  /** @returns `false` if something changed while waiting. */
  async #waitForRoom(sheet: CardSheet, action: CardAction, job: Job): Promise<boolean> {
    const { surface } = action.wanted;
    const keys = action.kind === "update" ? ["update"] : [await this.#postKey(sheet, action)];
    const isRunningEdit = action.kind === "update" && surface.id === RUN_SURFACE && !surface.final;
    const granted = await this.#pacer.take({
      keys,
      rank: action.rank,
      since: job.since,
      notBefore: isRunningEdit ? job.lastEdit + EDIT_PAUSE_MS : 0,
      signal: job.interrupt.signal,
    });
    return granted;
  }

  /** Posting is limited by channel, so the card's channel must be known first. */
  async #postKey(sheet: CardSheet, action: CardAction): Promise<string> {
    const record = await this.#writer.begin(sheet, action.wanted);
    return `post ${record?.channel ?? action.wanted.surface.channel}`;
  }

  async #perform(sheet: CardSheet, action: CardAction): Promise<void> {
    const record = sheet.records.get(action.wanted.cardId) ?? null;
    try {
      await this.#writer.perform(sheet, { ...action, wanted: { ...action.wanted, record } });
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind !== "limited") throw error;
      const key =
        action.kind === "update"
          ? "update"
          : `post ${record?.channel ?? action.wanted.surface.channel}`;
      this.#pacer.pause(key, failure.retryAfterMs);
      this.#options.logger.debug(
        { card: action.wanted.cardId, waitMs: failure.retryAfterMs },
        "Slack asked to wait",
      );
    }
  }

  async #context(view: ExecutionView): Promise<CardContext> {
    const key = `${view.workflowId}@${view.workflowVersion}`;
    let definition = this.#definitions.get(key);
    if (definition === undefined) {
      const { engine } = this.#options;
      ({ definition } = await engine.workflows.get(view.workflowId, view.workflowVersion));
      if (this.#definitions.size >= MAX_DEFINITIONS) this.#definitions.clear();
      this.#definitions.set(key, definition);
    }
    const namesApprovers = view.requests.length > 0;
    const groups = namesApprovers ? await this.#options.groups.lastKnownIds() : new Map();
    return createCardContext(definition, groups);
  }

  /** Waits before the next try, longer each time. A change does not shorten it: Slack is in trouble. */
  async #rest(executionId: string, job: Job, error: unknown): Promise<void> {
    const { logger } = this.#options;
    job.failures += 1;
    const failure = toSlackFailure(error);
    const asked = failure.kind === "limited" ? failure.retryAfterMs : 0;
    const waitMs = Math.max(
      asked,
      Math.min(FIRST_RETRY_MS * 2 ** (job.failures - 1), LAST_RETRY_MS),
    );
    const log = job.failures === 1 ? logger.info.bind(logger) : logger.warn.bind(logger);
    log({ executionId, err: error, waitMs }, "cards could not be brought up to date; trying again");
    await this.#pause(waitMs);
  }

  /** Waits, no longer than until the keeper is stopped. */
  #pause(ms: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise<void>((resolve) => {
      const end = (): void => {
        cancel();
        this.#stop.signal.removeEventListener("abort", end);
        resolve();
      };
      const cancel = clock.after(ms, end);
      this.#stop.signal.addEventListener("abort", end, { once: true });
    });
  }
}
