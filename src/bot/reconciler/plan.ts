import type { CardRecord } from "../../engine/ports/cards.ts";
import { hashJson, toJson } from "../../shared/json.ts";
import type { CardMessage } from "../views/blocks/build.ts";
import type { DesiredMessage } from "../views/surface.ts";
import { RUN_SURFACE } from "../views/surface.ts";

/** A wanted surface with what is known of its message in Slack. */
export interface Wanted {
  readonly cardId: string;
  readonly surface: DesiredMessage;
  /** `null`: never begun. */
  readonly record: CardRecord | null;
}

/** The next thing to do so that Slack shows what is wanted. */
export type CardAction =
  | { readonly kind: "post"; readonly wanted: Wanted; readonly rank: number }
  | {
      readonly kind: "update";
      readonly wanted: Wanted;
      readonly record: CardRecord;
      readonly rank: number;
    };

const RANK = { runPost: 0, soon: 1, later: 2, runEdit: 3 } as const;

export function cardId(executionId: string, surfaceId: string): string {
  return `${executionId}:${surfaceId}`;
}

/** What a card shows, in 32 characters. */
export function hashMessage(message: CardMessage): string {
  return hashJson(toJson(message)).slice(0, 32);
}

/** A card that Slack will never show: it was given up, and stays so. */
export function isAbandoned(record: CardRecord): boolean {
  return record.final && record.ts === null;
}

/**
 * Chooses what to do next, or `null` when Slack is up to date as far as can be known.
 *
 * The run's card is posted first, because others stand in its thread, and edited last: so it becomes final only when
 * everything else is there, and an execution whose cards are all final needs no look after a restart.
 *
 * @param shown - ids of the cards that show what is wanted already.
 */
export function planNext(
  executionId: string,
  surfaces: readonly DesiredMessage[],
  records: ReadonlyMap<string, CardRecord>,
  shown: ReadonlySet<string>,
): CardAction | null {
  const run = records.get(cardId(executionId, RUN_SURFACE));
  const hasRun = surfaces.some((surface) => surface.id === RUN_SURFACE);
  const actions = surfaces
    .filter((surface) => hasParent(surface, hasRun, run))
    .map((surface) => {
      const id = cardId(executionId, surface.id);
      return actionFor({ cardId: id, surface, record: records.get(id) ?? null }, shown.has(id));
    })
    .filter((action) => action !== null)
    .sort((a, b) => a.rank - b.rank);
  return actions[0] ?? null;
}

/** What belongs into a thread waits for its parent, and falls with it. */
function hasParent(surface: DesiredMessage, hasRun: boolean, run: CardRecord | undefined): boolean {
  if (surface.thread === "never" || !hasRun) return true;
  if (run === undefined) return false;
  if (isAbandoned(run)) return surface.thread === "same-channel";
  return run.ts !== null;
}

function actionFor(wanted: Wanted, isShown: boolean): CardAction | null {
  const { surface, record } = wanted;
  const isRun = surface.id === RUN_SURFACE;
  const rank = surface.urgency === "soon" ? RANK.soon : RANK.later;
  if (record === null || (record.ts === null && !record.final)) {
    return { kind: "post", wanted, rank: isRun ? RANK.runPost : rank };
  }
  if (record.final ? staysAsItIs(record, isRun, isShown) : isShown && !surface.final) return null;
  return { kind: "update", wanted, record, rank: isRun ? RANK.runEdit : rank };
}

/** A final card is left alone, except the card of a run that goes on after its end, or has ended once more since. */
function staysAsItIs(record: CardRecord, isRun: boolean, isShown: boolean): boolean {
  return !isRun || isShown || isAbandoned(record);
}
