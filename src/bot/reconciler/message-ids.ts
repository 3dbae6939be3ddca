import type { ExecutionView, RequestView } from "../../engine/api/executions.ts";
import type { CardRecord } from "../../engine/ports/cards.ts";

/** Id of the record of a message. */
export function cardId(executionId: string, messageId: string): string {
  return `${executionId}:${messageId}`;
}

/** A card that Slack will never show: it was given up, and stays so. */
export function isAbandoned(record: CardRecord): boolean {
  return record.final && record.ts === null;
}

type Owner = Pick<ExecutionView, "executionId">;

/** Id of the run's card, in whose thread the other messages go. */
export const RUN_CARD = "run";

/** Id of the message about the first end of a run. */
export const END = "end";

/** Id of the record of the session of the run's thread: `shown` is its status. */
export const SESSION = "session";

/** Id of a stream of the run's steps. @param number - 1 is the first. */
export function streamId(number: number): string {
  return `stream:${number}`;
}

/** Id of the card of a request; its copies have `:` and the person or channel behind it. */
export function approvalId(view: Owner, request: RequestView): string {
  return `approval:${partOf(view, request)}`;
}

/** How the ids begin of messages that say that a request cannot be decided; `:` and the person follow. */
export function noticeId(view: Owner, request: RequestView): string {
  return `undecidable:${partOf(view, request)}`;
}

/** How the ids begin of reminders and other news of a request. */
export function newsId(view: Owner, request: RequestView): string {
  return `news:${partOf(view, request)}`;
}

/** How the ids begin of the receipts of those who decided; `:` and the person follow. */
export function receiptId(view: Owner, request: RequestView): string {
  return `receipt:${partOf(view, request)}`;
}

function partOf({ executionId }: Owner, { opened }: RequestView): string {
  const prefix = `${executionId}/`;
  const step = opened.id.startsWith(prefix) ? opened.id.slice(prefix.length) : opened.id;
  return `${step}:${opened.round}`;
}
