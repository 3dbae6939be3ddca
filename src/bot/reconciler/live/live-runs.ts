import { Availability } from "../availability.ts";
import type { ExecutionCards } from "../execution-cards.ts";
import { digestOf } from "../folding.ts";
import { cardId, RUN_CARD } from "../message-ids.ts";
import type { Thread } from "./live-api.ts";
import { LiveCalls, type LivePass, type LiveRunsOptions, type LiveStep } from "./live-calls.ts";
import { Sessions } from "./sessions.ts";
import { Streams } from "./streams.ts";

/**
 * Shows runs by Slack's agent surfaces where the workspace has them: the session of the thread, whose Stop button cancels the run, and
 * a streamed plan of the steps. Whether it has them, Slack says.
 */
export class LiveRuns {
  readonly #options: LiveRunsOptions;
  readonly #calls: LiveCalls;
  readonly #sessions: Sessions;
  readonly #streams: Streams;

  constructor(options: LiveRunsOptions) {
    this.#options = options;
    this.#calls = new LiveCalls(options);
    const available = new Availability(options.clock);
    this.#sessions = new Sessions(options, this.#calls, available);
    this.#streams = new Streams(options, this.#calls, available, this.#sessions);
  }

  /** Does this process stream the steps of the run at the moment? */
  isStreaming(executionId: string): boolean {
    return this.#streams.isOpen(executionId);
  }

  stop(): void {
    this.#calls.stop();
  }

  /** A person stopped the agent in a thread: what was streamed there takes nothing more. */
  stopped(thread: Thread): void {
    for (const executionId of this.#sessions.runsIn(thread)) {
      this.#streams.stopped(executionId);
      this.#options.sync(executionId);
    }
  }

  /** Makes the next call, if one is due. Never throws what Slack answers. */
  async advance(pass: LivePass): Promise<LiveStep> {
    const thread = threadOf(pass.execution);
    if (thread === null) return "nothing";
    const step = await this.#streams.bring(pass, thread);
    // The end of a stream gives the session its status, too: one call for both.
    return step === "nothing" ? this.#sessions.bring(pass, thread) : step;
  }
}

/** The thread in which a run stands; `null`: it has none, as when its card was not posted. */
function threadOf({ view, records }: ExecutionCards): Thread | null {
  const card = records.get(cardId(view.executionId, RUN_CARD));
  if (card === undefined || card.ts === null || digestOf(card) !== null) return null;
  const { report } = view;
  if (report?.on !== "all") return null;
  const root = report.channel === card.channel ? report.threadTs : undefined;
  return { channel: card.channel, threadTs: root ?? card.ts };
}
