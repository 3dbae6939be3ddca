import type { OpenRequest } from "../../engine/api/approvals.ts";
import { shortRunId, showTime } from "../../slack/text.ts";
import { type CardMessage, message, sections } from "./blocks/build.ts";
import { titleOf } from "./decision-words.ts";

/** A request with the way to its buttons; `null`: its card stands nowhere in Slack. */
export interface PendingLink {
  readonly open: OpenRequest;
  readonly link: string | null;
}

/** What waits for a person, each with the way to its buttons. @param more - how many are left out. */
export function pendingList(
  lead: string,
  pending: readonly PendingLink[],
  more: number,
): CardMessage {
  const lines = pending.map(({ open: { executionId, request }, link }) => {
    const title = `*${titleOf(request)}*`;
    const way = link === null ? "decide it on my Home tab" : `<${link}|Open its card>`;
    return `• ${title} · run \`${shortRunId(executionId)}\` · asked ${showTime(request.opened.openedAt)} · ${way}`;
  });
  const rest = more > 0 ? [`and ${more} more, on my Home tab`] : [];
  const all = [lead, ...lines, ...rest];
  return message(all.join("\n"), sections(all));
}
