import { emitEvent } from "../workspace/emit-event.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused, notDelivered, type Outcome, outcomeOfEvents } from "./action.ts";
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
  const view = workspace.state.views.home(user.id)?.view;
  const ack = emitEvent(workspace, {
    type: "app_home_opened",
    user: user.id,
    channel: workspace.state.directory.directMessage(user.id)?.id ?? "",
    tab,
    ...(view === undefined || tab === "messages" ? {} : { view }),
    event_ts: workspace.state.timestamps.next(),
  });
  return ack === undefined ? notDelivered() : outcomeOfEvents([ack]);
}
