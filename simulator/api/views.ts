import { fileProblems } from "../block-kit/file-problems.ts";
import { LIMITS } from "../block-kit/limits.ts";
import { validateView } from "../block-kit/validate-view.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import type { StoredView } from "../workspace/records.ts";
import { openView, updateView } from "../workspace/view-actions.ts";
import { MAX_STACKED_VIEWS } from "../workspace/views.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { invalidArguments, SlackError } from "./slack-error.ts";

/** Modals and Home. */
export function registerViews(methods: MethodRegistry): void {
  const showing = { tier: 4, token: "bot", scopes: [] } as const;
  methods.add("views.open", { ...showing, run: runOpen });
  methods.add("views.push", { ...showing, run: runPush });
  methods.add("views.update", { ...showing, run: runUpdate });
  methods.add("views.publish", { ...showing, run: runPublish });
}

function runOpen(call: ApiCall): JsonObject {
  const view = readView(call, "modal");
  refuseKnownExternalId(call, view);
  const { user } = exchangeTrigger(call);
  return { view: openView(call.workspace, { user, view }).view };
}

function runPush(call: ApiCall): JsonObject {
  const { workspace } = call;
  const view = readView(call, "modal");
  refuseKnownExternalId(call, view);
  const { user, viewId } = exchangeTrigger(call);
  const modals = workspace.state.views.modals(user);
  const previous = modals.find((stored) => stored.id === viewId);
  if (previous === undefined) throw new SlackError("invalid_trigger_id");
  if (modals.length >= MAX_STACKED_VIEWS) throw new SlackError("push_limit_reached");
  return { view: openView(workspace, { user, view, previous }).view };
}

function runUpdate(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const id = args.text("view_id");
  const externalId = args.text("external_id");
  if (id === undefined && externalId === undefined) {
    throw invalidArguments("missing required field: view_id or external_id");
  }
  const stored =
    id === undefined
      ? workspace.state.views.findByExternalId(externalId ?? "")
      : workspace.state.views.find(id);
  if (stored === undefined || !stored.open) throw new SlackError("not_found");
  const view = readView(call, stored.view["type"] === "home" ? "home" : "modal");
  checkHash(call, stored);
  return { view: updateView(workspace, stored, view).view };
}

function runPublish(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  if (!workspace.manifest.homeTab) throw new SlackError("not_enabled");
  const user = args.required("user_id");
  if (workspace.state.directory.directMessage(user) === undefined) {
    throw invalidArguments("user not found [json-pointer:/user_id]");
  }
  const view = readView(call, "home");
  const previous = workspace.state.views.home(user);
  if (previous === undefined) {
    if (args.text("hash") !== undefined) throw new SlackError("hash_conflict");
    return { view: openView(workspace, { user, view }).view };
  }
  checkHash(call, previous);
  return { view: updateView(workspace, previous, view).view };
}

/** @throws {SlackError} `invalid_arguments` with what is wrong and where, or `view_too_large`. */
function readView({ workspace, args }: ApiCall, type: "modal" | "home"): JsonObject {
  const view = args.json("view");
  if (!isJsonObject(view)) throw invalidArguments("missing required field: view");
  if (JSON.stringify(view).length > LIMITS.viewBytes) throw new SlackError("view_too_large");
  const context = { files: workspace.state.files, now: workspace.clock.now() };
  const problems = [...validateView(view, type), ...fileProblems(context, view, "/view")];
  if (problems.length > 0) {
    throw invalidArguments(
      ...problems.map(({ message, pointer }) => `${message} [json-pointer:${pointer}]`),
    );
  }
  return view;
}

function exchangeTrigger(call: ApiCall): {
  readonly user: string;
  readonly viewId: string | undefined;
} {
  const id = call.args.text("trigger_id") ?? call.args.text("interactivity_pointer");
  if (id === undefined) throw invalidArguments("missing required field: trigger_id");
  const use = call.workspace.triggers.exchange(id);
  if ("error" in use) throw new SlackError(use.error);
  return use;
}

function checkHash({ args }: ApiCall, stored: StoredView): void {
  const hash = args.text("hash");
  if (hash !== undefined && hash !== stored.view["hash"]) throw new SlackError("hash_conflict");
}

function refuseKnownExternalId({ workspace }: ApiCall, view: JsonObject): void {
  const externalId = view["external_id"];
  if (typeof externalId !== "string" || externalId === "") return;
  if (workspace.state.views.findByExternalId(externalId) !== undefined) {
    throw new SlackError("duplicate_external_id");
  }
}
