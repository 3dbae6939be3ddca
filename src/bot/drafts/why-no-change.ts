import type { DraftRecord } from "../../engine/ports/workflows.ts";
import { mentionPerson } from "../../slack/text.ts";

/** Why a person cannot change a draft, as mrkdwn; `null`: they can. */
export function whyNoChange({ ownerId, status }: DraftRecord, user: string): string | null {
  if (ownerId !== user)
    return `Only ${mentionPerson(ownerId)}, who described it, changes this draft.`;
  return status === "open"
    ? null
    : `This draft was ${status} already. To begin another, write: build me a workflow that …`;
}
