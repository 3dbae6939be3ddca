import type { Engine } from "../../engine/api/engine.ts";
import type { ExecutionView, RequestView } from "../../engine/api/executions.ts";
import { isFinished, type Vote } from "../../engine/model/state.ts";
import type { CardRecord } from "../../engine/ports/cards.ts";
import type { CardContext } from "../views/card-context.ts";
import { decisionReceipt } from "../views/decision-receipt.ts";
import type { DesiredMessage } from "./desired-messages.ts";
import { cardId, receiptId } from "./message-ids.ts";

/** A vote whose author gets, or got, a receipt. */
interface WantedReceipt {
  readonly request: RequestView;
  readonly vote: Vote;
}

/** The votes for which people want a receipt: of decisions from when they asked for receipts on. */
export async function wantedReceipts(
  {
    view,
    records,
  }: { readonly view: ExecutionView; readonly records: ReadonlyMap<string, CardRecord> },
  engine: Pick<Engine, "approvals">,
): Promise<readonly WantedReceipt[]> {
  const wanted: WantedReceipt[] = [];
  for (const request of view.requests) {
    if (request.opened.budget !== undefined || request.opened.doubt !== undefined) continue;
    for (const vote of request.votes) {
      const id = cardId(view.executionId, `${receiptId(view, request)}:${vote.by}`);
      const isThere = records.has(id);
      const since = isThere ? null : await engine.approvals.receiptsSince(vote.by);
      if (isThere || (since !== null && vote.at >= since)) wanted.push({ request, vote });
    }
  }
  return wanted;
}

/** A direct message for each receipt, kept up to date to the run's end. */
export function receiptMessages(
  view: ExecutionView,
  receipts: readonly WantedReceipt[],
  context: CardContext,
): DesiredMessage[] {
  return receipts.map(({ request, vote }) => ({
    id: `${receiptId(view, request)}:${vote.by}`,
    channel: vote.by,
    thread: "never",
    urgency: "later",
    since: vote.at,
    message: decisionReceipt(view, request, vote, context),
    final: isFinished(view.status),
    isCopy: true,
  }));
}
