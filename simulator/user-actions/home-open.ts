import type { JsonObject } from "../json.ts";
import { emitEvent } from "../workspace/emit-event.ts";
import type { User } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused, notDelivered, type Outcome, outcomeOfEvents } from "./action.ts";
import { contextOf } from "./agent.ts";
import type { ActionBody } from "./body.ts";

/** A person opens the app: its Home tab, or its messages with `tab: "messages"`. */
export async function homeOpen(workspace: Workspace, body: ActionBody): Promise<Outcome> {
  const user = body.user();
  const tab = body.text("tab") === "messages" ? "messages" : "home";
  if (tab === "home" && !workspace.manifest.homeTab) {
    throw new ActionRefused("not_enabled", "The manifest does not enable the Home tab.");
  }
  if (user.isStranger === true) {
    throw new ActionRefused(
      "app_not_found",
      `${user.name} has not this app: another organization.`,
    );
  }
  const ack = emitEvent(workspace, {
    type: "app_home_opened",
    user: user.id,
    channel: workspace.state.directory.directMessage(user.id)?.id ?? "",
    tab,
    ...seen(workspace, user, tab),
    event_ts: workspace.state.timestamps.next(),
  });
  return ack === undefined ? notDelivered() : outcomeOfEvents([ack]);
}

/** What stands in the tab: the view of Home, or what the person has open beside the agent's messages. */
function seen(workspace: Workspace, user: User, tab: "home" | "messages"): JsonObject {
  if (tab === "messages") {
    const context = contextOf(workspace, user);
    return context === undefined ? {} : { context };
  }
  const view = workspace.state.views.home(user.id)?.view;
  return view === undefined ? {} : { view };
}
