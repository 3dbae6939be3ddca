import type { ApprovalFigures, RequestFigures } from "../../engine/api/audit.ts";
import { counted } from "../../shared/counted.ts";
import { escapeText, showDuration } from "../../slack/text.ts";
import { type CardMessage, message, sections } from "./blocks/build.ts";

/** How requests for decisions fared: altogether, then by workflow. */
export function approvalFigures(figures: ApprovalFigures): CardMessage {
  const { days, workflows } = figures;
  const asked = workflows.filter(({ open, decided, expired }) => open + decided + expired > 0);
  const lines = [
    `*Approvals of ${counted(days, "day")}*: ${describe(figures)}`,
    ...asked.map((one) => `• *${escapeText(one.workflowId)}*: ${describe(one)}`),
  ];
  return message(lines[0] ?? "", sections(lines));
}

function describe({
  open,
  oldestAgeMs,
  decided,
  medianMs,
  p95Ms,
  expired,
  within3s,
}: RequestFigures): string {
  const oldest = oldestAgeMs === null ? "" : `, the oldest for ${showDuration(oldestAgeMs)}`;
  const took =
    medianMs === null
      ? ""
      : `, half of them within ${showDuration(medianMs)}, 95 % within ${showDuration(p95Ms ?? medianMs)}`;
  const hasty = within3s === 0 ? "" : `, ${within3s} within three seconds: hardly read`;
  return `${open} open${oldest} · ${decided} decided${took}${hasty} · ${expired} expired`;
}
