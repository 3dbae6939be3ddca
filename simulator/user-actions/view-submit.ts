import { wireFile } from "../api/wire-file.ts";
import { validateView } from "../block-kit/validate-view.ts";
import type { Ack } from "../delivery/transport.ts";
import { isJsonObject, type Json, member, toObjects, toText } from "../json.ts";
import { viewSubmissionPayload } from "../payloads/view.ts";
import { type StateValues, submittedValues } from "../state/element-state.ts";
import { validateInputs } from "../state/input-validation.ts";
import { seesFile } from "../workspace/file-actions.ts";
import type { StoredView, User } from "../workspace/records.ts";
import { closeViews, openView, saveViewValues, updateView } from "../workspace/view-actions.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused, notDelivered, type Outcome, outcomeOf } from "./action.ts";
import type { ActionBody } from "./body.ts";

/** A person submits a modal. What Slack's client checks itself (required, lengths, forms) does not reach the app. */
export async function viewSubmit(workspace: Workspace, body: ActionBody): Promise<Outcome> {
  const user = body.user();
  if (!workspace.takesInteractions) return notDelivered();
  const stored = openModal(workspace, user, body.required("view_id"));
  const given = body.json("values");
  const typed = submittedValues(stored.view, isJsonObject(given) ? given : {});
  const values = withFiles(workspace, user, typed);
  const problems = validateInputs(toObjects(stored.view["blocks"]), values);
  if (Object.keys(problems).length > 0) return refusedInput(problems);
  const filled = saveViewValues(workspace, stored, values);
  const payload = viewSubmissionPayload(workspace, user, filled);
  const ack = await workspace.transport.send({
    kind: "interactive",
    payload,
    acceptsResponse: true,
  });
  if (!ack.acked) return outcomeOf(ack);
  return applyResponse(workspace, filled, ack);
}

/** Ids of files that the person uploaded before become the files themselves, as Slack sends them. */
function withFiles(workspace: Workspace, user: User, values: StateValues): StateValues {
  const fileOf = (given: Json): Json => {
    if (typeof given !== "string") return given;
    const file = workspace.state.files.find(given);
    if (file === undefined || !seesFile(workspace, user.id, file)) {
      throw new ActionRefused("file_not_found", `${user.name} has no file ${given}.`);
    }
    workspace.state.files.save({ ...file, givenToApp: true });
    return wireFile(workspace, file);
  };
  const resolved = (state: Json | undefined): Json | undefined => {
    const files = member(state, "files");
    return isJsonObject(state) && Array.isArray(files)
      ? { ...state, files: files.map(fileOf) }
      : state;
  };
  return Object.fromEntries(
    Object.entries(values).map(([blockId, actions]) => [
      blockId,
      Object.fromEntries(Object.entries(actions).map(([id, state]) => [id, resolved(state)])),
    ]),
  );
}

/**
 * A modal of this person that is on the screen.
 *
 * @throws {ActionRefused} `view_not_found` or `view_closed`.
 */
export function openModal(workspace: Workspace, user: User, viewId: string): StoredView {
  const stored = workspace.state.views.find(viewId);
  if (stored === undefined || stored.user !== user.id || stored.view["type"] !== "modal") {
    throw new ActionRefused("view_not_found", `${user.name} has no modal ${viewId}.`);
  }
  if (!stored.open) throw new ActionRefused("view_closed", `The modal ${viewId} is closed.`);
  return stored;
}

function refusedInput(errors: Readonly<Record<string, string>>): Outcome {
  return {
    ok: false,
    acked: false,
    ackMs: 0,
    delivered: false,
    error: "invalid_input",
    response_action: "errors",
    errors,
  };
}

/** Does what the app answered: nothing closes the modal, else errors, update, push or clear. */
function applyResponse(
  workspace: Workspace,
  stored: StoredView,
  ack: Ack & { acked: true },
): Outcome {
  const response = ack.payload;
  const action = toText(member(response, "response_action"));
  const base = outcomeOf(ack, action === undefined ? {} : { response_action: action });
  const views = workspace.state.views;
  const current = views.find(stored.id) ?? stored;
  switch (action) {
    case undefined:
      // Only this one: a modal below it comes back into view.
      closeViews(workspace, [current]);
      return base;
    case "clear":
      closeViews(workspace, views.modals(stored.user));
      return base;
    case "errors":
      return errorsOutcome(base, current, member(response, "errors"));
    case "update":
    case "push":
      return showNext(workspace, base, current, action, member(response, "view"));
    default:
      return { ...base, ok: false, error: "invalid_response_action" };
  }
}

/** Errors must name input blocks of the modal; Slack shows a general failure otherwise. */
function errorsOutcome(base: Outcome, stored: StoredView, errors: unknown): Outcome {
  const inputs = toObjects(stored.view["blocks"])
    .filter((block) => block["type"] === "input")
    .map((block) => block["block_id"]);
  const given = isJsonObject(errors) ? errors : {};
  const isShown = Object.keys(given).every((blockId) => inputs.includes(blockId));
  if (isShown && Object.keys(given).length > 0) return { ...base, errors: given };
  return { ...base, ok: false, error: "invalid_response_errors", errors: given };
}

function showNext(
  workspace: Workspace,
  base: Outcome,
  stored: StoredView,
  action: "update" | "push",
  view: unknown,
): Outcome {
  const problems = isJsonObject(view) ? validateView(view, "modal") : [];
  if (!isJsonObject(view) || problems.length > 0) {
    return {
      ...base,
      ok: false,
      error: "invalid_response_view",
      messages: problems.map(({ message, pointer }) => `${message} [json-pointer:${pointer}]`),
    };
  }
  const shown =
    action === "update"
      ? updateView(workspace, stored, view)
      : openView(workspace, { user: stored.user, view, previous: stored });
  return { ...base, view_id: shown.id };
}
