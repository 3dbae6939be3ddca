import { completeBlocks } from "../block-kit/complete-blocks.ts";
import { APP_ID, BOT_ID, TEAM } from "../identity.ts";
import { isJsonObject, type Json, type JsonObject, member, toObjects, toText } from "../json.ts";
import { initialState } from "../state/element-state.ts";
import { createId, createSecret } from "./ids.ts";
import type { StoredView } from "./records.ts";
import type { Workspace } from "./workspace.ts";

interface NewView {
  readonly user: string;
  readonly view: JsonObject;
  /** The modal below. */
  readonly previous?: StoredView;
}

/** Opens a modal, or puts a new Home in the place of the old one. */
export function openView(workspace: Workspace, { user, view, previous }: NewView): StoredView {
  const id = createId("V");
  const rootId = toText(member(previous?.view, "root_view_id")) ?? id;
  const stored: StoredView = {
    id,
    user,
    open: true,
    view: completeView(workspace, id, view, {
      previous_view_id: previous?.id ?? null,
      root_view_id: rootId,
    }),
  };
  return save(workspace, stored, view["type"] === "home" ? "home_published" : "view_opened");
}

/** Replaces the content of a view; its id and place stay, its hash is new, filled-in values stay where blocks do. */
export function updateView(workspace: Workspace, stored: StoredView, view: JsonObject): StoredView {
  const { previous_view_id, root_view_id } = stored.view;
  const next = completeView(
    workspace,
    stored.id,
    view,
    { previous_view_id: previous_view_id ?? null, root_view_id: root_view_id ?? stored.id },
    stored.view,
  );
  const type = view["type"] === "home" ? "home_published" : "view_updated";
  return save(workspace, { ...stored, view: next }, type);
}

/** Takes modals off the screen. */
export function closeViews(workspace: Workspace, views: readonly StoredView[]): void {
  for (const stored of views) {
    workspace.state.views.close(stored.id);
    workspace.feed.publish({ type: "view_closed", view: stored.view }, { user: stored.user });
  }
  workspace.touch();
}

/** Keeps what a person has filled in so far. */
export function saveViewValues(
  workspace: Workspace,
  stored: StoredView,
  values: JsonObject,
): StoredView {
  const next = { ...stored, view: { ...stored.view, state: { values } } };
  workspace.state.views.save(next);
  workspace.touch();
  return next;
}

function save(workspace: Workspace, stored: StoredView, change: string): StoredView {
  workspace.state.views.save(stored);
  workspace.feed.publish({ type: change, view: stored.view }, { user: stored.user });
  workspace.touch();
  return stored;
}

function completeView(
  workspace: Workspace,
  id: string,
  view: JsonObject,
  place: JsonObject,
  previous?: JsonObject,
): JsonObject {
  const blocks = completeBlocks(toObjects(view["blocks"]));
  return {
    id,
    team_id: TEAM.id,
    type: view["type"],
    blocks,
    private_metadata: view["private_metadata"] ?? "",
    callback_id: view["callback_id"] ?? "",
    state: { values: keptValues(blocks, member(member(previous, "state"), "values")) },
    hash: `${Math.floor(workspace.clock.now() / 1_000)}.${createSecret().slice(0, 8)}`,
    title: textOf(view["title"]) ?? {
      type: "plain_text",
      text: workspace.manifest.appName,
      emoji: true,
    },
    clear_on_close: view["clear_on_close"] === true,
    notify_on_close: view["notify_on_close"] === true,
    close: textOf(view["close"]) ?? null,
    submit: textOf(view["submit"]) ?? null,
    ...place,
    app_id: APP_ID,
    external_id: view["external_id"] ?? "",
    app_installed_team_id: TEAM.id,
    bot_id: BOT_ID,
  };
}

/** Values that a person gave stay as long as block id and action id stay; new inputs start with their initial value. */
function keptValues(blocks: readonly JsonObject[], previous: unknown): JsonObject {
  const initial = initialState(blocks);
  const values: Record<string, JsonObject> = {};
  for (const [blockId, actions] of Object.entries(initial)) {
    const merged: Record<string, Json | undefined> = {};
    for (const [actionId, state] of Object.entries(actions)) {
      const kept = member(member(previous, blockId), actionId);
      const same = isJsonObject(kept) && kept["type"] === member(state, "type");
      merged[actionId] = same ? kept : state;
    }
    values[blockId] = merged;
  }
  return values;
}

function textOf(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? { emoji: true, ...value } : undefined;
}
