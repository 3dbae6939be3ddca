import type { Logger } from "pino";
import type { Engine } from "../../engine/api/engine.ts";
import type { ExecutionView } from "../../engine/api/executions.ts";
import type { Definition } from "../../engine/definition/schema.ts";
import { isFinished } from "../../engine/model/state.ts";
import type { CardStore } from "../../engine/ports/cards.ts";
import type { Clock } from "../../engine/ports/clock.ts";
import { LruMap } from "../../shared/lru-map.ts";
import type { FindAdmins } from "../../slack/admin-finder.ts";
import { toSlackFailure } from "../../slack/errors.ts";
import type { OutgoingCall } from "../../slack/outgoing/limits.ts";
import type { Turn } from "../../slack/outgoing/queue.ts";
import type { Slack } from "../../slack/slack.ts";
import type { NotifyAdmins } from "../admin-notices.ts";
import { createSharedChannels } from "../shared-channels.ts";
import { type CardContext, createCardContext } from "../views/card-context.ts";
import { type DesiredMessage, desiredMessages } from "./desired-messages.ts";
import { Digests, type FoldedRun } from "./digests.ts";
import type { ExecutionCards } from "./execution-cards.ts";
import { digestInDoubt, digestOf, isFolded, leavesDigest } from "./folding.ts";
import { type Job, Jobs } from "./jobs.ts";
import { createLiveApi } from "./live/live-api.ts";
import type { LiveStep } from "./live/live-calls.ts";
import { LiveRuns } from "./live/live-runs.ts";
import { cardId, RUN_CARD } from "./message-ids.ts";
import { MessageWriter } from "./message-writer.ts";
import { createPlacement } from "./placement.ts";
import { type CardAction, planNext } from "./plan.ts";
import { Reaches } from "./reach.ts";
import { receiptMessages, wantedReceipts } from "./receipts.ts";
import { RefusalLog, type RefusalSummary } from "./refusal-log.ts";
import { createRefusalNotices } from "./refusal-notices.ts";
import { ResultFiles } from "./result-files.ts";
import { createSlackMessages } from "./slack-messages.ts";
import { Sweeps } from "./sweeps.ts";
import { Troubles } from "./troubles.ts";

export interface ReconcilerOptions {
  readonly engine: Engine;
  readonly cards: CardStore;
  /** Calls `listener` when another process died. @returns a function that removes it. */
  readonly onProcessDied: (listener: () => void) => () => void;
  readonly slack: Slack;
  /** Who is notified of requests that cannot be decided, if no person started the run. */
  readonly admins: FindAdmins;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly notifyAdmins: NotifyAdmins;
  /** How often open requests are checked again, in milliseconds. @default 5 minutes */
  readonly recheckMs?: number;
}

/** All open requests are checked once for each closed channel in this time, in milliseconds. */
const CLOSED_PAUSE_MS = 60_000;
const RECHECK_MS = 5 * 60_000;
const REMEMBERED_DELETIONS = 1000;
/** A run's card is edited at most this often while it runs. */
const EDIT_PAUSE_MS = 1000;
/** The same while its steps are streamed in its thread. */
const STREAMED_EDIT_PAUSE_MS = 10_000;
/** Definitions that are kept; versions never change. */
const MAX_DEFINITIONS = 500;

/**
 * Brings Slack to the state that executions describe: compares the desired messages (`desired-messages.ts`) with the card
 * records, chooses the next call (`plan.ts`) and makes it (`message-writer.ts`), one execution at a time each. All its state
 * can be read again after a restart.
 */
export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #jobs: Jobs;
  readonly #sweeps: Sweeps;
  readonly #writer: MessageWriter;
  readonly #reaches: Reaches;
  readonly #digests: Digests;
  readonly #live: LiveRuns;
  readonly #troubles: Troubles;
  readonly #refusals: RefusalLog;
  /** Channels that were found closed, with the moment. */
  readonly #closedAt = new LruMap<string, number>(REMEMBERED_DELETIONS);
  /** Executions with a card that is tried again later, with what cancels that. */
  readonly #later = new Map<string, () => void>();
  readonly #deleted = new LruMap<string, true>(REMEMBERED_DELETIONS);
  readonly #definitions = new Map<string, Definition>();
  #unsubscribe: (() => void) | null = null;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
    const { cards, clock, logger, recheckMs = RECHECK_MS } = options;
    const sync = (executionId: string): void => void this.sync(executionId);
    this.#jobs = new Jobs({
      ...{ cards, clock, logger },
      reconcile: (executionId, job) => this.#reconcile(executionId, job),
    });
    this.#sweeps = new Sweeps({
      ...{ executions: options.engine.executions, cards, clock, logger, recheckMs, sync },
      onRecheck: () => this.#reaches.forget(),
    });
    const api = createSlackMessages(options.slack);
    this.#troubles = new Troubles(options.clock);
    this.#refusals = new RefusalLog(() => options.clock.now());
    const notifyOf = createRefusalNotices(options);
    this.#writer = new MessageWriter({
      cards: options.cards,
      api,
      placement: createPlacement(
        api,
        createSharedChannels(options.slack.channels, options.engine.sharing),
      ),
      files: new ResultFiles({ ...options, troubles: this.#troubles }),
      troubles: this.#troubles,
      notify: (notice) => {
        this.#refusals.note(notice);
        notifyOf(notice);
      },
      onClosed: (channel) => this.placeClosed(channel),
      logger: options.logger,
    });
    this.#digests = new Digests({ cards: options.cards, api });
    this.#live = new LiveRuns({
      ...{ cards, clock, logger, sync, troubles: this.#troubles },
      ...{ api: createLiveApi(options.slack), queue: options.slack.queue },
    });
    this.#reaches = new Reaches({
      ...options,
      channels: api,
      channelWatch: options.slack.channelWatch,
    });
  }

  /** Subscribes to the engine, and reconciles what an earlier life of the process may have left undone. */
  async start(): Promise<void> {
    const { engine, logger } = this.#options;
    const ends = [
      engine.executions.onCommitted((executionId, { isShown, isOver }) => {
        // Thousands of webhooks may start runs of which Slack has nothing to show: they are not even read.
        if (isShown) void this.sync(executionId);
        else if (isOver) this.#options.slack.queue.forgetSteps(executionId);
      }),
      this.#options.onProcessDied(() => {
        this.#sweeps.unfinished().catch((error: unknown) => {
          logger.warn({ err: error }, "could not read the cards that a dead process left");
        });
      }),
    ];
    this.#unsubscribe = () => ends.forEach((end) => end());
    await this.#sweeps.start();
  }

  /** Stops after the calls under way; what is left is done at the next start. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    this.#sweeps.stop();
    await this.#jobs.stop();
    // The last passes may have set timers, too.
    this.#live.stop();
    for (const cancel of this.#later.values()) cancel();
    this.#later.clear();
  }

  /** A message was deleted: if it is a card that still asks, it is posted anew. */
  deleted(executionId: string, channel: string, ts: string): void {
    this.#deleted.set(`${channel} ${ts}`, true);
    void this.sync(executionId);
  }

  /**
   * A conversation may have closed: archived, deleted, left by the bot. Open requests whose cards stand there are asked
   * elsewhere, if Slack says that it is so.
   */
  placeClosed(channel: string): void {
    const now = this.#options.clock.now();
    if (now - (this.#closedAt.get(channel) ?? Number.NEGATIVE_INFINITY) < CLOSED_PAUSE_MS) return;
    this.#closedAt.set(channel, now);
    this.#reaches.forgetPlace(channel);
    this.#sweeps.asking();
  }

  /** Slack's own button stopped what was streamed in a thread; the status is for us to change. */
  sessionStopped(channel: string, threadTs: string): void {
    this.#live.stopped({ channel, threadTs });
  }

  /** What Slack refused within the last day, the last first. */
  refusals(): readonly RefusalSummary[] {
    return this.#refusals.list();
  }

  /** What Slack refused with this code is tried again at once, unless it was given up. @returns of how many executions. */
  resendRefused(code: string): number {
    const executionIds = this.#refusals.take(code);
    for (const executionId of executionIds) {
      this.#troubles.retryNow(executionId);
      void this.sync(executionId);
    }
    return executionIds.length;
  }

  /** Brings one execution's cards up to date. Never rejects; resolves when nothing is left to do. */
  sync(executionId: string): Promise<void> {
    return this.#jobs.run(executionId);
  }

  /** Brings all cards of an execution to their desired state. @returns `false` if something changed meanwhile. */
  async #reconcile(executionId: string, job: Job): Promise<boolean> {
    const execution = await this.#read(executionId);
    const { view } = execution;
    if (isAtRest(view)) this.#options.slack.queue.forgetSteps(executionId);
    await this.#reaches.refresh(execution);
    const context = await this.#context(view);
    const receipts = await wantedReceipts(execution, this.#options.engine);
    await this.#replaceLost(execution, context);
    // So that even a run that changes all the time gets one call in each pass.
    do {
      const folded = this.#isFolded(execution);
      const messages = [
        ...desiredMessages(view, context, this.#reaches.of(execution), folded),
        ...receiptMessages(view, receipts, context),
      ];
      const shown = await this.#shown(execution, messages);
      const action = planNext(executionId, messages, execution.records, shown, {
        isHeld: (id) => this.#troubles.isHeld(id),
        postsFirst: !this.#options.slack.queue.isFree({ method: "chat.update" }),
      });
      // What is seen at once goes before the progress on a card.
      const isCalm = action === null || action.urgency === "rest";
      const step = isCalm ? await this.#showLive(execution, context, job) : "nothing";
      if (step === "changed") return false;
      if (step === "called") continue;
      if (action === null) {
        // Whom a request reaches is found out when its card stands.
        if (await this.#reaches.refresh(execution)) continue;
        this.#syncLater(executionId, messages);
        return true;
      }
      const call = await this.#callOf(execution, action, shown);
      const carryOut = (folded ? this.#postFolded : this.#inTurn).bind(this);
      if (!(await carryOut(execution, action, call, job))) return false;
    } while (!this.#jobs.isStopped && !job.dirty);
    return !job.dirty;
  }

  /** Has posted anew what still asks and is gone, and what stands in a digest and continues. */
  async #replaceLost(execution: ExecutionCards, context: CardContext): Promise<void> {
    const { view } = execution;
    await this.#writer.askAnew(
      execution,
      desiredMessages(view, context, this.#reaches.of(execution)),
      ({ channel, ts }) => {
        if (this.#deleted.get(`${channel} ${ts}`) === true)
          return { help: "anew", code: "message_not_found" };
        const code = this.#reaches.whyClosed(channel);
        return code === null ? null : { help: "elsewhere", code };
      },
    );
    const inOldDigest = leavesDigest(execution);
    if (inOldDigest !== null) await this.#writer.leaveDigest(execution, inOldDigest);
  }

  #showLive(execution: ExecutionCards, context: CardContext, job: Job): Promise<LiveStep> {
    const { view } = execution;
    const { queue } = this.#options.slack;
    return this.#live.advance({
      execution,
      context,
      turn: async (call, urgency) => {
        const place = { urgency, since: Date.parse(view.startedAt) };
        const turn = await queue.turn(call, place, { signal: job.interrupt.signal });
        if (turn === null || (await this.#jobs.claim(view.executionId, job))) return turn;
        turn[Symbol.dispose]();
        return null;
      },
    });
  }

  async #read(executionId: string): Promise<ExecutionCards> {
    const view = await this.#options.engine.executions.get(executionId);
    const records = await this.#options.cards.list(executionId);
    return { view, records: new Map(records.map((record) => [record.id, record])) };
  }

  /** The call that an action needs; `null`: none for which Slack has to have room, as where what it shows has only to be noted as final. */
  async #callOf(
    execution: ExecutionCards,
    action: CardAction,
    shown: ReadonlySet<string>,
  ): Promise<OutgoingCall | null> {
    if (shown.has(action.card.cardId)) return null;
    if (action.kind === "update") return { method: "chat.update" };
    // Posts are limited by channel, so the record with the card's channel must exist first.
    const record = await this.#writer.ensureRecord(execution, action.card);
    // It is searched for, and nothing is posted.
    if (record !== null && digestInDoubt(record) !== null) return null;
    return {
      method: "chat.postMessage",
      channel: record?.channel ?? action.card.desired.channel,
    };
  }

  /** Cards that Slack refuses for now are tried again when their pause is over. */
  #syncLater(executionId: string, messages: readonly DesiredMessage[]): void {
    const { clock } = this.#options;
    this.#later.get(executionId)?.();
    this.#later.delete(executionId);
    const at = this.#troubles.nextOf(messages.map(({ id }) => cardId(executionId, id)));
    if (at === null) return;
    const cancel = clock.after(Math.max(at - clock.now(), 0), () => {
      this.#later.delete(executionId);
      void this.sync(executionId);
    });
    this.#later.set(executionId, cancel);
  }

  async #shown(
    execution: ExecutionCards,
    messages: readonly DesiredMessage[],
  ): Promise<ReadonlySet<string>> {
    const shown = new Set<string>();
    for (const desired of messages) {
      const record = execution.records.get(cardId(execution.view.executionId, desired.id));
      if (!record || record.ts === null) continue;
      if (record.final && desired.id !== RUN_CARD && !desired.isRevised) continue;
      const isShown =
        digestOf(record) !== null ||
        this.#writer.isVain(desired, record) ||
        (await this.#writer.isShown(execution, desired, record));
      if (isShown) shown.add(record.id);
    }
    return shown;
  }

  #isFolded(execution: ExecutionCards): boolean {
    const { view, records } = execution;
    const id = cardId(view.executionId, RUN_CARD);
    const channel = records.get(id)?.channel ?? view.report?.channel ?? "";
    const waiting = this.#options.slack.queue.lengthOf({ method: "chat.postMessage", channel });
    return isFolded(execution, this.#writer.isUnsent(id), waiting);
  }

  /** Waits for its turn and carries out an action. @param call - `null`: it calls nothing. @returns `false` if something changed meanwhile. */
  async #inTurn(
    execution: ExecutionCards,
    action: CardAction,
    call: OutgoingCall | null,
    job: Job,
  ): Promise<boolean> {
    const { executionId } = execution.view;
    using granted = call && (await this.#waitForTurn(execution.view, action, call, job));
    if (call !== null && granted === null) return false;
    if (!(await this.#jobs.claim(executionId, job))) return false;
    if (action.kind === "post" && (await this.#wasPosted(action))) return false;
    await this.#perform(execution, action, call);
    if (action.kind === "update" && action.card.desired.id === RUN_CARD)
      job.lastEdit = this.#options.clock.elapsed();
    return true;
  }

  /** A long wait may have ended the claim, and another process may have posted the card meanwhile. */
  async #wasPosted({ card }: CardAction): Promise<boolean> {
    const record = await this.#options.cards.get(card.cardId);
    return record !== null && (record.ts !== null || record.final);
  }

  /** Posts a run that is one message: by itself, or as a line of a digest if many wait. */
  async #postFolded(
    execution: ExecutionCards,
    action: CardAction,
    call: OutgoingCall | null,
    job: Job,
  ): Promise<boolean> {
    const { executionId } = execution.view;
    const { desired, cardId: id } = action.card;
    const record = execution.records.get(id);
    if (call?.method !== "chat.postMessage" || record === undefined || desired.id !== RUN_CARD)
      return this.#inTurn(execution, action, call, job);
    const run: FoldedRun = {
      execution,
      record,
      place: this.#writer.placeOf(execution, desired, record),
      join: async () => {
        job.interrupt.abort();
        return (await this.#jobs.claim(executionId, job)) && !(await this.#wasPosted(action));
      },
      taken: null,
    };
    const leave = this.#digests.add(run);
    try {
      using turn = await this.#waitForTurn(execution.view, action, call, job);
      if (run.taken !== null) await run.taken;
      else if (
        turn !== null &&
        (await this.#jobs.claim(executionId, job)) &&
        !(await this.#wasPosted(action))
      )
        await this.#postFoldedNow(execution, action, run, call);
      const posted = execution.records.get(id);
      if (posted === undefined || posted.ts === null) return false;
      await this.#writer.noteEnd(execution, posted);
      return true;
    } finally {
      leave();
    }
  }

  async #postFoldedNow(
    execution: ExecutionCards,
    action: CardAction,
    run: FoldedRun,
    call: OutgoingCall,
  ): Promise<void> {
    try {
      if (await this.#digests.post(run)) return;
    } catch (error) {
      return this.#noteLimit(error, call, action.card.cardId);
    }
    await this.#perform(execution, action, call);
  }

  /** @returns `null` if something changed while waiting. */
  #waitForTurn(
    view: ExecutionView,
    { urgency }: CardAction,
    call: OutgoingCall,
    job: Job,
  ): Promise<Turn | null> {
    const { slack, clock } = this.#options;
    const place = { urgency, since: Date.parse(view.startedAt) };
    const isStreaming = this.#live.isStreaming(view.executionId);
    const leastMs = isStreaming ? STREAMED_EDIT_PAUSE_MS : EDIT_PAUSE_MS;
    const pauseMs = job.lastEdit + leastMs - clock.elapsed();
    return slack.queue.turn(call, place, {
      delayMs: urgency === "rest" ? Math.max(pauseMs, 0) : 0,
      signal: job.interrupt.signal,
    });
  }

  async #perform(
    execution: ExecutionCards,
    action: CardAction,
    call: OutgoingCall | null,
  ): Promise<void> {
    const { cardId: id } = action.card;
    const record = execution.records.get(id) ?? null;
    try {
      await this.#writer.perform(execution, { ...action, card: { ...action.card, record } });
    } catch (error) {
      await this.#noteLimit(error, call, id);
    }
  }

  /** Slack limited a call that had its turn: the queue waits. Everything else is thrown on. */
  async #noteLimit(error: unknown, call: OutgoingCall | null, card: string): Promise<void> {
    const failure = toSlackFailure(error);
    if (failure.kind !== "limited" || call === null) throw error;
    await this.#options.slack.queue.limited(call, failure.retryAfterMs);
    this.#options.logger.debug(
      { card, waitMs: failure.retryAfterMs },
      "Slack limits the calls; waiting",
    );
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
    const groups = namesApprovers ? await this.#options.slack.groups.lastKnownIds() : new Map();
    return createCardContext(definition, groups);
  }
}

/** It posts nothing at the moment, or ever. */
function isAtRest({ status, waitingOn }: ExecutionView): boolean {
  return isFinished(status) || waitingOn.some((wait) => wait.for === "pause");
}
