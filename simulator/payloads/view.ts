import type { JsonObject } from "../json.ts";
import type { StoredView, User } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { interactionBase } from "./interaction.ts";

/** The payload for a submitted modal. */
export function viewSubmissionPayload(
  workspace: Workspace,
  user: User,
  stored: StoredView,
): JsonObject {
  return {
    ...interactionBase(workspace, "view_submission", user),
    trigger_id: workspace.triggers.create(user.id, stored.id),
    view: stored.view,
    response_urls: [],
  };
}

/** The payload for a closed modal that set `notify_on_close`. */
export function viewClosedPayload(
  workspace: Workspace,
  user: User,
  stored: StoredView,
  isCleared: boolean,
): JsonObject {
  return {
    ...interactionBase(workspace, "view_closed", user),
    view: stored.view,
    is_cleared: isCleared,
  };
}
