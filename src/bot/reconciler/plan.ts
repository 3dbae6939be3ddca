import type { CardRecord } from "../../engine/ports/cards.ts";
import { hashJson, toJson } from "../../shared/json.ts";
import type { Urgency } from "../../slack/outgoing/order.ts";
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
export type CardAction = (
  | { readonly kind: "post" }
  | { readonly kind: "update"; readonly record: CardRecord }
) & { readonly card: Card; readonly urgency: Urgency };

/** A possible action, with what decides about its order among those of its execution. */
type Candidate = CardAction & { readonly rank: number };

/** What cannot be done at the moment. */
export interface Hindrances {
  /** Is it too early to try this card again? */
  readonly isHeld: (cardId: string) => boolean;
  /** Edits have to wait for Slack's limit: posts overtake them. */
  readonly postsFirst: boolean;
}

const NO_HINDRANCES: Hindrances = { isHeld: () => false, postsFirst: false };

const RANK = { runPost: 0, soon: 1, later: 2, runEdit: 3 } as const;

/** What a card shows, in 32 characters. */
export function hashMessage(message: CardMessage): string {
  return hashJson(toJson(message)).slice(0, 32);
}

/**
 * Chooses what to do next, or `null` when Slack is up to date as far as can be known.
 *
 * The run's card is posted first, because others stand in its thread, and edited last: so it becomes final only when
 * everything else is there, and an execution whose cards are all final needs no look after a restart. What is asked and what the
 * run came to are posted even if the run's card could not be.
 *
 * @param shown - ids of the cards that already show the desired message.
 */
export function planNext(
  executionId: string,
  messages: readonly DesiredMessage[],
  records: ReadonlyMap<string, CardRecord>,
  shown: ReadonlySet<string>,
  { isHeld, postsFirst }: Hindrances = NO_HINDRANCES,
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
    .filter(({ card }) => !isHeld(card.cardId))
    .sort((a, b) => a.rank - b.rank);
  const post = postsFirst ? actions.find(({ kind }) => kind === "post") : undefined;
  const first = post ?? actions[0];
  if (first === undefined) return null;
  // The run's card goes as fast as the question that will stand in its thread.
  const leads = first.rank === RANK.runPost && asksSomething(executionId, messages, records);
  return leads ? { ...first, urgency: "question" } : first;
}

/** Is there a question that was not posted yet? */
function asksSomething(
  executionId: string,
  messages: readonly DesiredMessage[],
  records: ReadonlyMap<string, CardRecord>,
): boolean {
  return messages.some(
    ({ id, asks }) => asks === true && !isPosted(records.get(cardId(executionId, id))),
  );
}

/** What belongs into a thread waits for its parent, and falls with it. */
function hasParent(desired: DesiredMessage, hasRun: boolean, run: CardRecord | undefined): boolean {
  if (desired.thread === "never" || !hasRun) return true;
  if (run === undefined) return false;
  if (isAbandoned(run))
    return desired.thread === "same-channel" || desired.asks === true || desired.isResult === true;
  return run.ts !== null;
}

function isPosted(record: CardRecord | undefined): boolean {
  return record !== undefined && record.ts !== null;
}

function actionFor(card: Card, isShown: boolean): Candidate | null {
  const { desired, record } = card;
  const isSoon = desired.urgency === "soon";
  const urgency = isSoon ? "question" : "run";
  const rank = isSoon ? RANK.soon : RANK.later;
  if (record === null || (record.ts === null && !record.final)) {
    return { kind: "post", card, rank: desired.id === RUN_CARD ? RANK.runPost : rank, urgency };
  }
  if (needsNoUpdate(desired, record, isShown)) return null;
  if (desired.id !== RUN_CARD) return { kind: "update", card, record, rank, urgency };
  const isProgress = !desired.final;
  return { kind: "update", card, record, rank: RANK.runEdit, urgency: isProgress ? "rest" : "run" };
}

function needsNoUpdate(desired: DesiredMessage, record: CardRecord, isShown: boolean): boolean {
  if (!record.final) return isShown && !desired.final;
  return staysAsItIs(record, desired.id === RUN_CARD || desired.isRevised === true, isShown);
}

/**
 * A final card is not edited, except that of a decision that holds no more, and the card of a run that continued after its end,
 * or has ended again since.
 */
function staysAsItIs(record: CardRecord, mayChange: boolean, isShown: boolean): boolean {
  return !mayChange || isShown || isAbandoned(record);
}
