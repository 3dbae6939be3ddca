import { wireMessage } from "../api/wire-message.ts";
import type { JsonObject } from "../json.ts";
import { interactionBase, responseUrl } from "../payloads/interaction.ts";
import { teamOf } from "../payloads/people.ts";
import type { Channel, User } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused, notDelivered, type Outcome, outcomeOf } from "./action.ts";
import type { ActionBody } from "./body.ts";
import { tellAsSlackbot } from "./slackbot.ts";

/** A person uses a shortcut: a global one, or with `channel` and `ts` one of a message. */
export async function shortcut(workspace: Workspace, body: ActionBody): Promise<Outcome> {
  const user = body.user();
  const callbackId = body.required("callback_id");
  const type = body.text("ts") === undefined ? "global" : "message";
  const known = workspace.manifest.shortcuts.find(
    (one) => one.callbackId === callbackId && one.type === type,
  );
  const channel = type === "message" ? body.channel(user) : undefined;
  if (known === undefined || !workspace.takesInteractions) return notDelivered();
  const payload =
    channel === undefined
      ? globalPayload(workspace, user, callbackId)
      : messagePayload(workspace, user, channel, body.required("ts"), callbackId);
  const ack = await workspace.transport.send({
    kind: "interactive",
    payload,
    acceptsResponse: true,
  });
  if (!ack.acked && channel !== undefined) {
    tellAsSlackbot(
      workspace,
      channel,
      user,
      `The shortcut "${known.name}" failed with the error "${ack.error}".`,
    );
  }
  return outcomeOf(ack);
}

function globalPayload(workspace: Workspace, user: User, callbackId: string): JsonObject {
  const { api_app_id: _app, ...base } = interactionBase(workspace, "shortcut", user);
  return {
    ...base,
    callback_id: callbackId,
    action_ts: workspace.state.timestamps.next(),
    trigger_id: workspace.triggers.create(user.id),
  };
}

function messagePayload(
  workspace: Workspace,
  user: User,
  channel: Channel,
  ts: string,
  callbackId: string,
): JsonObject {
  const message = workspace.state.messages.find(channel.id, ts);
  if (message === undefined) {
    throw new ActionRefused("message_not_found", `There is no message ${ts} in ${channel.id}.`);
  }
  const { api_app_id: _app, ...base } = interactionBase(workspace, "message_action", user);
  return {
    ...base,
    user: { id: user.id, name: user.name, team_id: teamOf(user) },
    callback_id: callbackId,
    action_ts: workspace.state.timestamps.next(),
    trigger_id: workspace.triggers.create(user.id),
    response_url: responseUrl(workspace, "app", {
      user: user.id,
      channel: channel.id,
      ...(message.thread_ts === undefined ? {} : { threadTs: message.thread_ts }),
    }),
    message_ts: ts,
    channel: { id: channel.id, name: channel.name },
    message: wireMessage(message, false),
  };
}
