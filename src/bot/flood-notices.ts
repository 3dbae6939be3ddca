import type { Engine } from "../engine/api/engine.ts";
import { isUserId } from "../shared/slack-ids.ts";
import type { NotifyAdmins } from "./admin-notices.ts";

/** What sets a workflow off too often, by kind of trigger. */
const EVENTS: Readonly<Record<string, string>> = {
  reaction: "reactions",
  "file-shared": "shared files",
  "member-joined": "people who join channels",
  "channel-created": "new channels",
};

/**
 * Notifies admins, and who deployed the workflow, that it is not started for all events.
 *
 * @returns a function that ends it.
 */
export function watchFloods(
  { triggers }: Pick<Engine, "triggers">,
  notifyAdmins: NotifyAdmins,
): () => void {
  return triggers.onFlood(({ workflowId, kind, deployedBy }) => {
    const what = EVENTS[kind] ?? "events";
    const text = `"${workflowId}" is not started for all ${what} at the moment: there are more than it is started for, which is 100 at once and then one a second. The others start nothing, now or later. Narrow its trigger by "channels" or "users", so that fewer of them fit.`;
    void notifyAdmins(text, isUserId(deployedBy) ? deployedBy : undefined);
  });
}
