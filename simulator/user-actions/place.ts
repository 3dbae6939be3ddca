import { wireMessage } from "../api/wire-message.ts";
import { APP_ID } from "../identity.ts";
import { type JsonObject, toObjects } from "../json.ts";
import type { Channel, Message, User } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused } from "./action.ts";
import type { ActionBody } from "./body.ts";

/** The place in Slack where a person acts: its blocks, and its members in a payload. */
export interface Place {
  readonly blocks: readonly JsonObject[];
  /** `container`, and `view` or `channel` and `message`. */
  readonly members: JsonObject;
}

/**
 * The view (`view_id`) or message (`channel` and `ts`) of the body.
 *
 * @throws {ActionRefused} `view_not_found` or `message_not_found`.
 */
export function placeOf(workspace: Workspace, body: ActionBody, user: User): Place {
  const viewId = body.text("view_id");
  if (viewId !== undefined) {
    const stored = workspace.state.views.find(viewId);
    if (stored === undefined || stored.user !== user.id) {
      throw new ActionRefused("view_not_found", `${user.name} has no view ${viewId}.`);
    }
    return {
      blocks: toObjects(stored.view["blocks"]),
      members: { container: { type: "view", view_id: viewId }, view: stored.view },
    };
  }
  const channel = body.channel(user);
  const ts = body.required("ts");
  const { messages } = workspace.state;
  const ephemeral = messages.ephemeral(channel.id, ts);
  const own = ephemeral?.reader === user.id ? ephemeral.message : undefined;
  const message = own ?? messages.find(channel.id, ts);
  if (message === undefined) {
    throw new ActionRefused("message_not_found", `There is no message ${ts} in ${channel.id}.`);
  }
  return {
    blocks: blocksOf(message),
    members: messageMembers(channel, ts, message, own !== undefined),
  };
}

/** The members of a payload that say in which message something happened. */
export function messageMembers(
  channel: Channel,
  ts: string,
  message: Message | undefined,
  isEphemeral: boolean,
): JsonObject {
  const threadTs = message?.thread_ts;
  const shown =
    message === undefined ? { type: "message", ts, text: "" } : wireMessage(message, true);
  return {
    container: {
      type: "message",
      message_ts: ts,
      channel_id: channel.id,
      is_ephemeral: isEphemeral,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    },
    channel: { id: channel.id, name: channel.name },
    ...(isEphemeral ? {} : { message: { app_id: APP_ID, ...shown } }),
  };
}

/** Blocks of the message itself and of its attachments. */
export function blocksOf(message: Message | undefined): readonly JsonObject[] {
  const attached = (message?.attachments ?? []).flatMap((one) => toObjects(one["blocks"]));
  return [...(message?.blocks ?? []), ...attached];
}
