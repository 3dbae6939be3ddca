import { viewClosedPayload } from "../payloads/view.ts";
import { closeViews } from "../workspace/view-actions.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { notDelivered, type Outcome, outcomeOf } from "./action.ts";
import type { ActionBody } from "./body.ts";
import { openModal } from "./view-submit.ts";

/** A person closes a modal, or with `clear: true` the whole stack. The app receives it if the view set `notify_on_close`. */
export async function viewClose(workspace: Workspace, body: ActionBody): Promise<Outcome> {
  const user = body.user();
  const stored = openModal(workspace, user, body.required("view_id"));
  const isCleared = body.json("clear") === true || stored.view["clear_on_close"] === true;
  closeViews(workspace, isCleared ? workspace.state.views.modals(user.id) : [stored]);
  if (stored.view["notify_on_close"] !== true || !workspace.takesInteractions) {
    return notDelivered();
  }
  const payload = viewClosedPayload(workspace, user, stored, isCleared);
  const ack = await workspace.transport.send({
    kind: "interactive",
    payload,
    acceptsResponse: false,
  });
  return outcomeOf(ack);
}
