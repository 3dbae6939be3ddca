import { isFinished } from "../../engine/model/state.ts";
import type { CardRecord } from "../../engine/ports/cards.ts";
import type { ExecutionCards } from "./execution-cards.ts";
import { cardId, END, RUN_CARD } from "./message-ids.ts";

/**
 * So many messages wait for a channel before runs that ended are folded: from here on a card with a thread of its own would be
 * seconds late, and make everything behind it late.
 */
const FOLD_AT = 5;
const DIGEST = "digest:";

/**
 * Is the whole run one message: its card and its end together, without a thread? So it is when it ended before its card was
 * posted, because others wait for the channel, too.
 *
 * @param isUnsent - its card is certainly not in Slack yet.
 * @param waiting - messages that wait for the channel.
 */
export function isFolded(execution: ExecutionCards, isUnsent: boolean, waiting: number): boolean {
  const { view } = execution;
  if (!isFinished(view.status) || view.report?.on !== "all" || view.retries.length > 0)
    return false;
  const { run, end } = recordsOf(execution);
  // The process may have died before it noted the end.
  if (run !== undefined && isInDigest(run)) return true;
  if (end !== undefined) return end.ts !== null && end.ts === run?.ts;
  return (run === undefined || isUnsent) && waiting >= FOLD_AT;
}

/** The record that keeps a folded run from getting another message about its end. */
export function endOf(run: CardRecord): CardRecord {
  return { ...run, id: cardId(run.executionId, END), shown: null, final: true };
}

/** The card's record of a run that is a line of a digest. @param ts - `null`: the digest is about to be posted. */
export function inDigest(run: CardRecord, digestId: string, ts: string | null): CardRecord {
  return { ...run, ts, shown: `${DIGEST}${digestId}`, final: ts !== null };
}

function isInDigest(run: CardRecord): boolean {
  return run.ts !== null && digestOf(run) !== null;
}

/** The digest that may stand in Slack with a run's card, or not: its post was begun. `null`: none. */
export function digestInDoubt(run: CardRecord): string | null {
  return run.ts === null ? digestOf(run) : null;
}

/** The digest that a run's card stands in, or was about to; `null`: none. */
export function digestOf({ shown }: CardRecord): string | null {
  return shown?.startsWith(DIGEST) === true ? shown.slice(DIGEST.length) : null;
}

/** Must the run get a card of its own again? It stands in a digest and continues. */
export function leavesDigest(execution: ExecutionCards): CardRecord | null {
  const { run } = recordsOf(execution);
  if (run === undefined || digestOf(run) === null) return null;
  const { status, retries } = execution.view;
  return isFinished(status) && retries.length === 0 ? null : run;
}

function recordsOf({ view, records }: ExecutionCards) {
  const { executionId } = view;
  return {
    run: records.get(cardId(executionId, RUN_CARD)),
    end: records.get(cardId(executionId, END)),
  };
}
