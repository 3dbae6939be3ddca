import type { CardRecord } from "../../engine/ports/cards.ts";
import { hashJson, toJson } from "../../shared/json.ts";
import type { CardMessage } from "../views/blocks/build.ts";
import type { DesiredMessage } from "./desired-messages.ts";
import { cardId, isAbandoned, RUN_CARD } from "./message-ids.ts";

/** A desired message with the record of what was posted. */
export interface Card {
  readonly cardId: string;
  readonly desired: DesiredMessage;
  /** `null`: never begun. */
  readonly record: CardRecord | null;
}

/** The next call to Slack that brings a card to its desired state. */
export type CardAction =
  | { readonly kind: "post"; readonly card: Card; readonly rank: number }
  | {
      readonly kind: "update";
      readonly card: Card;
      readonly record: CardRecord;
      readonly rank: number;
    };

const RANK = { runPost: 0, soon: 1, later: 2, runEdit: 3 } as const;

/** What a card shows, in 32 characters. */
export function hashMessage(message: CardMessage): string {
  return hashJson(toJson(message)).slice(0, 32);
}

/**
 * Chooses what to do next, or `null` when Slack is up to date as far as can be known.
 *
 * The run's card is posted first, because others stand in its thread, and edited last: so it becomes final only when
 * everything else is there, and an execution whose cards are all final needs no look after a restart.
 *
 * @param shown - ids of the cards that already show the desired message.
 */
export function planNext(
  executionId: string,
  messages: readonly DesiredMessage[],
  records: ReadonlyMap<string, CardRecord>,
  shown: ReadonlySet<string>,
): CardAction | null {
  const run = records.get(cardId(executionId, RUN_CARD));
  const hasRun = messages.some((desired) => desired.id === RUN_CARD);
  const actions = messages
    .filter((desired) =>
      desired.under === undefined
        ? hasParent(desired, hasRun, run)
        : isPosted(records.get(cardId(executionId, desired.under))),
    )
    .map((desired) => {
      const id = cardId(executionId, desired.id);
      return actionFor({ cardId: id, desired, record: records.get(id) ?? null }, shown.has(id));
    })
    .filter((action) => action !== null)
    .sort((a, b) => a.rank - b.rank);
  return actions[0] ?? null;
}

/** What belongs into a thread waits for its parent, and falls with it. */
function hasParent(desired: DesiredMessage, hasRun: boolean, run: CardRecord | undefined): boolean {
  if (desired.thread === "never" || !hasRun) return true;
  if (run === undefined) return false;
  if (isAbandoned(run)) return desired.thread === "same-channel";
  return run.ts !== null;
}

function isPosted(record: CardRecord | undefined): boolean {
  return record !== undefined && record.ts !== null;
}

function actionFor(card: Card, isShown: boolean): CardAction | null {
  const { desired, record } = card;
  const isRun = desired.id === RUN_CARD;
  const rank = desired.urgency === "soon" ? RANK.soon : RANK.later;
  if (record === null || (record.ts === null && !record.final)) {
    return { kind: "post", card, rank: isRun ? RANK.runPost : rank };
  }
  if (
    record.final
      ? staysAsItIs(record, isRun || desired.isRevised === true, isShown)
      : isShown && !desired.final
  )
    return null;
  return { kind: "update", card, record, rank: isRun ? RANK.runEdit : rank };
}

/**
 * A final card is not edited, except that of a decision that holds no more, and the card of a run that continued after its end,
 * or has ended again since.
 */
function staysAsItIs(record: CardRecord, mayChange: boolean, isShown: boolean): boolean {
  return !mayChange || isShown || isAbandoned(record);
}
