import { AppError } from "../../shared/errors.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { OPERATOR } from "../model/actor.ts";
import type { WorkflowRecord } from "../ports/workflows.ts";

/**
 * Refuses what an archived workflow does not do.
 *
 * @param what - as it follows "so". @throws {AppError} `workflow_archived`, saying by whom and when, and how it comes back.
 */
export function assertInUse({ workflowId, archived }: WorkflowRecord, what: string): void {
  if (!archived) return;
  const { by, at } = archived;
  const when = `${new Date(at).toISOString().slice(0, 19)}Z`;
  throw new AppError({
    code: "workflow_archived",
    message:
      `The workflow "${workflowId}" was archived by ${showActor(by)} (${when}), so ${what}. ` +
      `Those who may deploy it bring it back with the command \`unarchive ${workflowId}\`, programs with POST /api/workflows/${workflowId}/unarchive.`,
    details: { workflowId, archivedBy: by, archivedAt: new Date(at).toISOString() },
  });
}

/** An actor as people read it. @param by - Slack user id, `api` or a name. */
export function showActor(by: string): string {
  if (isUserId(by)) return `<@${by}>`;
  return by === OPERATOR ? "the operator" : `"${by}"`;
}
