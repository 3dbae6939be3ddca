import { TEAM } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import { emitEvent } from "../workspace/emit-event.ts";
import type { User } from "../workspace/records.ts";
import { hasStopButton, stopSession } from "../workspace/session-actions.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused, notDelivered, type Outcome, outcomeOfEvents } from "./action.ts";
import type { ActionBody } from "./body.ts";

/**
 * A person with the agent beside them opens another channel. From then on what they write to the agent says so.
 *
 * @see https://docs.slack.dev/reference/events/app_context_changed
 */
export async function appContext(workspace: Workspace, body: ActionBody): Promise<Outcome> {
  const user = body.user();
  const channel = body.channel(user);
  if (!workspace.manifest.isAgent) {
    throw new ActionRefused("not_agent_app", "The manifest declares no agent.");
  }
  workspace.contexts.set(user.id, channel.id);
  const direct = workspace.state.directory.directMessage(user.id);
  if (direct === undefined) return notDelivered();
  const ack = emitEvent(
    workspace,
    {
      type: "app_context_changed",
      user: user.id,
      channel: direct.id,
      context: contextOf(workspace, user) ?? {},
      event_ts: workspace.state.timestamps.next(),
    },
    direct,
  );
  return ack === undefined ? notDelivered() : outcomeOfEvents([ack]);
}

/** What a person has open beside the agent, as payloads say it. */
export function contextOf(workspace: Workspace, user: User): JsonObject | undefined {
  const channel = workspace.contexts.get(user.id);
  if (channel === undefined) return undefined;
  return { entities: [{ type: "slack#/types/channel_id", value: channel, team_id: TEAM.id }] };
}

/** A person presses the button that stops the agent, in the thread `thread_ts`. */
export async function sessionStop(workspace: Workspace, body: ActionBody): Promise<Outcome> {
  const user = body.user();
  const channel = body.channel(user);
  const session = workspace.sessions.find(channel.id, body.required("thread_ts"));
  if (session?.status !== "processing" || !hasStopButton(workspace)) {
    throw new ActionRefused("session_not_found", "There is no work of the agent to stop here.");
  }
  const ack = stopSession(workspace, channel, session, user.id);
  return ack === undefined ? notDelivered() : outcomeOfEvents([ack]);
}
