import type { Engine } from "../engine/api/engine.ts";
import { isUserId } from "../shared/slack-ids.ts";
import type { NotifyAdmins } from "./admin-notices.ts";

/**
 * Notifies admins, and who deployed the workflow, that a trigger finds no rows.
 *
 * @returns a function that ends it.
 */
export function watchStalls(
  { triggers }: Pick<Engine, "triggers">,
  notifyAdmins: NotifyAdmins,
): () => void {
  return triggers.onStall(({ workflowId, triggerId, lacks, reason, deployedBy }) => {
    const text =
      lacks === "rows"
        ? `"${workflowId}" is not started by rows of its database at the moment (trigger "${triggerId}"): ${reason} It is tried again, ever more rarely. Rows that come meanwhile are found then.`
        : `"${workflowId}" is not notified of new rows by its database (trigger "${triggerId}"), and starts for them later than it could: ${reason}`;
    void notifyAdmins(text, isUserId(deployedBy) ? deployedBy : undefined);
  });
}
