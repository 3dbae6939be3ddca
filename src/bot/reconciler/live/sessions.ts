import type { ExecutionView } from "../../../engine/api/executions.ts";
import type { CardRecord } from "../../../engine/ports/cards.ts";
import { LruMap } from "../../../shared/lru-map.ts";
import { shorten } from "../../../shared/shorten.ts";
import type { Availability } from "../availability.ts";
import { cardId, SESSION } from "../message-ids.ts";
import { ofAll, type SessionStatus, sessionStatus } from "./desired-session.ts";
import type { Thread } from "./live-api.ts";
import {
  BEGIN_AFTER_MS,
  type LiveCalls,
  type LivePass,
  type LiveRunsOptions,
  type LiveStep,
} from "./live-calls.ts";
import { runMark } from "./tasks.ts";

const MAX_THREADS = 5000;
/** https://docs.slack.dev/reference/methods/agents.sessions.setStatus */
const TITLE_CHARS = 200;
const SET_STATUS = { method: "agents.sessions.setStatus" } as const;

/**
 * The sessions of the threads in which runs stand. A session has a record like a card's, written before it begins, so that one that
 * was begun is closed whatever happens.
 */
export class Sessions {
  readonly #options: LiveRunsOptions;
  readonly #calls: LiveCalls;
  readonly #available: Availability;
  /** What each run of a thread wants its session to say, as far as this process knows. */
  readonly #threads = new LruMap<string, Map<string, SessionStatus>>(MAX_THREADS);

  constructor(options: LiveRunsOptions, calls: LiveCalls, available: Availability) {
    this.#options = options;
    this.#calls = calls;
    this.#available = available;
  }

  /** The runs of a thread that are not over, as far as this process knows. */
  runsIn(thread: Thread): readonly string[] {
    return [...(this.#threads.get(keyOf(thread))?.keys() ?? [])];
  }

  /** The session of a thread says what the busiest of its runs does. */
  statusOf(view: ExecutionView, thread: Thread): SessionStatus {
    const key = keyOf(thread);
    const all = this.#threads.get(key) ?? new Map<string, SessionStatus>();
    const own = sessionStatus(view);
    this.#threads.set(key, all.set(view.executionId, own));
    const status = ofAll(all.values());
    if (own === "closed") all.delete(view.executionId);
    return status;
  }

  /** Was one begun for this run, and does it stand? */
  isShown({ execution: { view, records } }: LivePass): boolean {
    const session = records.get(cardId(view.executionId, SESSION));
    return session !== undefined && session.shown !== null && session.why === undefined;
  }

  /** The end of a stream gave the session its status. */
  async note(pass: LivePass, status: SessionStatus): Promise<void> {
    const { view, records } = pass.execution;
    const session = records.get(cardId(view.executionId, SESSION));
    if (session !== undefined) await this.#calls.save(pass, { ...session, shown: status });
  }

  /** Brings the session to what it should say. */
  async bring(pass: LivePass, thread: Thread): Promise<LiveStep> {
    const { view, records } = pass.execution;
    const session = records.get(cardId(view.executionId, SESSION)) ?? null;
    if (session === null) return this.#begin(pass, thread);
    // What was refused is given up.
    if (session.why !== undefined || this.#options.troubles.isHeld(session.id)) return "nothing";
    const status = this.statusOf(view, thread);
    if (session.shown !== status) {
      using turn = await pass.turn(SET_STATUS, "run");
      return turn === null ? "changed" : this.#set(pass, thread, session, status);
    }
    if (sessionStatus(view) !== "closed" || session.final) return "nothing";
    await this.#calls.save(pass, { ...session, final: true });
    return "called";
  }

  async #begin(pass: LivePass, thread: Thread): Promise<LiveStep> {
    const { view } = pass.execution;
    if (sessionStatus(view) === "closed" || !this.#mayBegin(view, thread)) return "nothing";
    using turn = await pass.turn(SET_STATUS, "run");
    if (turn === null) return "changed";
    // Another run may have been refused meanwhile.
    if (!this.#mayBegin(view, thread)) return "nothing";
    const id = cardId(view.executionId, SESSION);
    const { channel, threadTs: ts } = thread;
    const own = { id, executionId: view.executionId, channel, ts, shown: null, final: false };
    if (!(await this.#calls.insert(pass, own))) return "changed";
    return this.#set(pass, thread, own, this.statusOf(view, thread));
  }

  async #set(
    pass: LivePass,
    thread: Thread,
    session: CardRecord,
    status: SessionStatus,
  ): Promise<LiveStep> {
    const { view } = pass.execution;
    const failure = await this.#calls.attempt(SET_STATUS, session.id, () =>
      this.#options.api.setStatus(thread, status, {
        title: titleOf(view),
        initiator: view.trigger.userId ?? null,
      }),
    );
    if (failure === null) {
      const final = sessionStatus(view) === "closed";
      await this.#calls.save(pass, { ...session, shown: status, final });
    } else if (failure.kind === "refused") {
      this.#available.refused("sessions", thread.channel, failure.code);
      await this.#calls.save(pass, { ...session, why: failure.code, final: true });
    }
    return "called";
  }

  /** Is it time for a first sign of the run, and has the place any? */
  #mayBegin({ executionId, startedAt }: ExecutionView, { channel }: Thread): boolean {
    if (!this.#available.has("sessions", channel)) return false;
    const waitMs = Date.parse(startedAt) + BEGIN_AFTER_MS - this.#options.clock.now();
    if (waitMs > 0) this.#calls.wake(executionId, waitMs);
    return waitMs <= 0;
  }
}

function keyOf({ channel, threadTs }: Thread): string {
  return `${channel} ${threadTs}`;
}

/** Without the signs that Slack replaces in titles. */
function titleOf({ workflowName, executionId }: ExecutionView): string {
  const name = workflowName.replaceAll(/[:/·]/g, " ");
  return `${shorten(name, TITLE_CHARS - 20)} ${runMark(executionId)}`;
}
