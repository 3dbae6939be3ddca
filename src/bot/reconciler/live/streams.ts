import type { AnyChunk } from "@slack/types";
import type { ExecutionView } from "../../../engine/api/executions.ts";
import type { CardRecord } from "../../../engine/ports/cards.ts";
import { LruMap } from "../../../shared/lru-map.ts";
import type { Availability } from "../availability.ts";
import type { ExecutionCards } from "../execution-cards.ts";
import { cardId, streamId } from "../message-ids.ts";
import { sessionStatus } from "./desired-session.ts";
import type { Thread } from "./live-api.ts";
import {
  BEGIN_AFTER_MS,
  type LiveCalls,
  type LivePass,
  type LiveRunsOptions,
  type LiveStep,
} from "./live-calls.ts";
import { SentTasks } from "./sent-tasks.ts";
import type { Sessions } from "./sessions.ts";
import { planBlock, planTitle, runMark, tasksOf } from "./tasks.ts";

/**
 * Slack ends a stream five minutes after its start, whatever comes (https://github.com/slackapi/node-slack-sdk/issues/2702). It is
 * ended before, and the card shows the rest of that time at work.
 */
const STREAM_MS = 4 * 60_000;
/** One for each time at work, up to this: a run that asks again and again must not flood its thread. */
const MAX_STREAMS = 5;
const APPEND_PAUSE_MS = 1000;
const MAX_RUNS = 5000;
const STOP = { method: "chat.stopStream" } as const;
const APPEND = { method: "chat.appendStream" } as const;

/** What this process knows of a run beyond its records. Moments as `Clock.elapsed` counts them. */
interface Known {
  /** Since when it is at work; `null`: it is not. */
  workingSince: number | null;
  /** The stream that this process began and may add to. */
  open: { readonly id: string; readonly since: number; lastCall: number } | null;
  /** What the open stream shows. */
  sent: SentTasks;
  /** Tasks that stand complete in earlier streams. */
  readonly earlier: Set<string>;
  /** The stream of this time at work is over, or was refused. */
  isStreamed: boolean;
}

/** A stream in Slack, over or not. */
type Stream = CardRecord & { readonly ts: string };

/**
 * Streams the steps of runs as a plan, one stream for each time at work. It ends at each wait: Slack keeps streams for minutes, and people decide
 * in hours. A stream has a record like a card's, written before it begins; one of an earlier life of the process is ended, not continued.
 */
export class Streams {
  readonly #options: LiveRunsOptions;
  readonly #calls: LiveCalls;
  readonly #available: Availability;
  readonly #sessions: Sessions;
  readonly #known = new LruMap<string, Known>(MAX_RUNS);

  constructor(
    options: LiveRunsOptions,
    calls: LiveCalls,
    available: Availability,
    sessions: Sessions,
  ) {
    this.#options = options;
    this.#calls = calls;
    this.#available = available;
    this.#sessions = sessions;
  }

  /** Does this process stream the steps of the run at the moment? */
  isOpen(executionId: string): boolean {
    return (this.#known.get(executionId)?.open ?? null) !== null;
  }

  /** Slack stopped the stream of a run: it takes nothing more. */
  stopped(executionId: string): void {
    const known = this.#known.get(executionId);
    if (known !== undefined) known.open = null;
  }

  /** Begins a stream, adds to it, or ends it. */
  async bring(pass: LivePass, thread: Thread): Promise<LiveStep> {
    const { view, records } = pass.execution;
    const known = this.#of(view);
    const stream = openStream(records);
    if (stream === null)
      return this.#mayBegin(pass, thread, known) ? this.#begin(pass, thread, known) : "nothing";
    if (this.#options.troubles.isHeld(stream.id)) return "nothing";
    if (stream.ts === null) return this.#find(pass, thread, stream);
    const shown = { ...stream, ts: stream.ts };
    return this.#isOver(known, stream)
      ? this.#end(pass, thread, known, shown)
      : this.#add(pass, known, shown);
  }

  #of(view: ExecutionView): Known {
    const known = this.#known.get(view.executionId) ?? {
      ...{ workingSince: null, open: null, sent: new SentTasks(), earlier: new Set<string>() },
      isStreamed: false,
    };
    this.#known.set(view.executionId, known);
    if (sessionStatus(view) === "processing") {
      known.workingSince ??= this.#options.clock.elapsed();
    } else {
      known.workingSince = null;
      known.isStreamed = false;
    }
    return known;
  }

  #isOver({ open, workingSince }: Known, { id }: CardRecord): boolean {
    if (open === null || open.id !== id || workingSince === null) return true;
    return this.#options.clock.elapsed() - open.since >= STREAM_MS;
  }

  #mayBegin(pass: LivePass, { channel }: Thread, known: Known): boolean {
    const { view } = pass.execution;
    const { workingSince, isStreamed } = known;
    if (workingSince === null || isStreamed || view.trigger.userId === undefined) return false;
    // Where there is no session, the card alone shows the steps.
    if (!this.#sessions.isShown(pass) || !this.#available.has("streams", channel)) return false;
    const waitMs = workingSince + BEGIN_AFTER_MS - this.#options.clock.elapsed();
    if (waitMs > 0) {
      this.#calls.wake(view.executionId, waitMs);
      return false;
    }
    // Where many runs are at work the card has to do.
    const { queue } = this.#options;
    return queue.isFree({ method: "chat.startStream", channel }) && queue.isFree(STOP);
  }

  async #begin(pass: LivePass, thread: Thread, known: Known): Promise<LiveStep> {
    const { view } = pass.execution;
    const id = nextStream(pass.execution);
    const reader = view.trigger.userId;
    if (id === null || reader === undefined) return "nothing";
    const { channel } = thread;
    const call = { method: "chat.startStream", channel } as const;
    using turn = await pass.turn(call, "rest");
    if (turn === null) return "changed";
    const { executionId } = view;
    const record = { id, executionId, channel, ts: null, shown: null, final: false };
    if (!(await this.#calls.insert(pass, record))) return "changed";
    known.sent = new SentTasks();
    const chunks = this.#chunks(pass, known, false);
    let ts = "";
    const failure = await this.#calls.attempt(call, id, async () => {
      ts = await this.#options.api.start(thread, reader, chunks);
    });
    if (failure === null) {
      const now = this.#options.clock.elapsed();
      known.open = { id, since: now, lastCall: now };
      await this.#calls.save(pass, { ...record, ts });
    } else if (failure.kind !== "unknown") {
      // It is certain that there is none.
      if (failure.kind === "refused") this.#available.refused("streams", channel, failure.code);
      known.isStreamed = true;
      await this.#calls.save(pass, { ...record, final: true });
    }
    return "called";
  }

  /** Adds what is new. */
  async #add(pass: LivePass, known: Known, { id, channel, ts }: Stream): Promise<LiveStep> {
    const { clock, api } = this.#options;
    const { open } = known;
    if (open === null) return "nothing";
    const now = clock.elapsed();
    const before = new SentTasks(known.sent);
    const chunks = this.#chunks(pass, known, false);
    const isIdle = chunks.length === 0;
    const waitMs = isIdle ? open.since + STREAM_MS - now : open.lastCall + APPEND_PAUSE_MS - now;
    if (isIdle || waitMs > 0) {
      known.sent = before;
      this.#calls.wake(pass.execution.view.executionId, waitMs);
      return "nothing";
    }
    using turn = await pass.turn(APPEND, "rest");
    if (turn === null) {
      known.sent = before;
      return "changed";
    }
    open.lastCall = clock.elapsed();
    const failure = await this.#calls.attempt(APPEND, id, () => api.append(channel, ts, chunks));
    // Stopped by a person, or by Slack: it is ended, with what did not arrive.
    if (failure?.kind === "refused") known.open = null;
    // Of what may have arrived no output is sent again, since it would stand there twice.
    if (failure !== null && failure.kind !== "unknown") known.sent = before;
    return "called";
  }

  async #end(pass: LivePass, thread: Thread, known: Known, stream: Stream): Promise<LiveStep> {
    using turn = await pass.turn(STOP, "run");
    if (turn === null) return "changed";
    const { channel, ts, id } = stream;
    const { view } = pass.execution;
    const status = this.#sessions.statusOf(view, thread);
    const before = new SentTasks(known.sent);
    const chunks = this.#chunks(pass, known, true);
    const stop = (last: readonly AnyChunk[]) =>
      this.#calls.attempt(STOP, id, () =>
        this.#options.api.stop(channel, ts, { chunks: last, status, cardId: id }),
      );
    let failure = await stop(chunks);
    let isShown = failure === null;
    // It has to end, whatever it says last.
    if (failure?.kind === "refused" && failure.code === "msg_too_long") failure = await stop([]);
    if (failure === null) await this.#sessions.note(pass, status);
    else if (failure.kind !== "refused") {
      // All of it is sent again: a stream that did end takes nothing twice.
      known.sent = before;
      return "called";
    }
    isShown ||= await this.#replace(pass, known, stream);
    if (!isShown) return "called";
    for (const { id: task, status: how } of tasksOf(view, pass.context, known.earlier, true))
      if (how !== "pending") known.earlier.add(task);
    known.open = null;
    known.isStreamed = true;
    await this.#calls.save(pass, { ...stream, final: true });
    return "called";
  }

  /**
   * Slack ended the stream before: it is a message like others, and would show steps under way for ever.
   *
   * @returns `false` if it is not known whether it does.
   */
  async #replace(pass: LivePass, known: Known, { channel, ts, id }: Stream): Promise<boolean> {
    const { view } = pass.execution;
    const title = planTitle(view, true);
    const blocks = [planBlock(title, tasksOf(view, pass.context, known.earlier, true))];
    const failure = await this.#calls.attempt({ method: "chat.update" }, id, () =>
      this.#options.api.replace(channel, ts, title, blocks),
    );
    return failure === null || failure.kind === "refused";
  }

  /** A stream of which it is not known whether it began. */
  async #find(pass: LivePass, thread: Thread, stream: CardRecord): Promise<LiveStep> {
    const { view, records } = pass.execution;
    const others = [...records.values()].flatMap((one) => one.ts ?? []);
    const since = Date.parse(view.startedAt);
    let ts: string | null = null;
    const failure = await this.#calls.attempt(null, stream.id, async () => {
      const mark = runMark(view.executionId);
      ts = await this.#options.api.find(thread, mark, since, new Set(others));
    });
    if (failure === null || failure.kind === "refused")
      await this.#calls.save(pass, { ...stream, ts, final: ts === null });
    return "called";
  }

  /** What the stream does not show yet, noted as sent. At its end all of it, since something may have been lost. */
  #chunks({ execution: { view }, context }: LivePass, known: Known, isEnd: boolean): AnyChunk[] {
    const tasks = tasksOf(view, context, known.earlier, isEnd);
    const isNew = known.sent.isEmpty;
    const updates = tasks.flatMap((task) => known.sent.add(task, isEnd));
    const title = { type: "plan_update", title: planTitle(view, isEnd) } as const;
    return isNew || isEnd ? [title, ...updates] : updates;
  }
}

function streamsOf(records: ReadonlyMap<string, CardRecord>): readonly CardRecord[] {
  return [...records.values()].filter(({ id }) => /:stream:\d+$/.test(id));
}

/** The stream that is not known to be over. */
function openStream(records: ReadonlyMap<string, CardRecord>): CardRecord | null {
  return streamsOf(records).find(({ final }) => !final) ?? null;
}

/** The id of the next stream; `null`: there were enough. */
function nextStream({ view, records }: ExecutionCards): string | null {
  const count = streamsOf(records).length;
  return count >= MAX_STREAMS ? null : cardId(view.executionId, streamId(count + 1));
}
