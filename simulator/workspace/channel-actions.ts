import { BOT_USER_ID } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import { teamOf } from "../payloads/people.ts";
import { postMessage } from "./conversation.ts";
import { emitEvent } from "./emit-event.ts";
import type { Channel } from "./records.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Replaces or adds a channel: posts who joined and left, emits the events that the app subscribes to, and makes the pages
 * reload the directory.
 *
 * @param actor - the person who made the change.
 */
export function saveChannel(workspace: Workspace, next: Channel, actor: string): void {
  const { directory } = workspace.state;
  const previous = directory.channel(next.id);
  directory.saveChannel(next);
  workspace.touch();
  workspace.feed.publish({ type: "directory" });
  if (previous === undefined) tellCreated(workspace, next, actor);
  const before = previous?.members ?? [actor];
  for (const user of next.members.filter((one) => !before.includes(one))) {
    tellJoined(workspace, next, user, actor);
  }
  for (const user of before.filter((one) => !next.members.includes(one))) {
    tellLeft(workspace, next, user, actor);
  }
  if (previous !== undefined) tellChanges(workspace, previous, next, actor);
}

function tellCreated(workspace: Workspace, channel: Channel, creator: string): void {
  if (channel.isPrivate === true) return;
  const { id, name, created } = channel;
  tell(workspace, "channel_created", {
    channel: { id, is_channel: true, name, name_normalized: name, created, creator },
  });
}

function tellJoined(workspace: Workspace, channel: Channel, user: string, actor: string): void {
  postNotice(workspace, channel, user, "channel_join", `<@${user}> has joined the channel`);
  tell(workspace, "member_joined_channel", membership(workspace, channel, user, actor), channel);
}

function tellLeft(workspace: Workspace, channel: Channel, user: string, actor: string): void {
  if (user === BOT_USER_ID) {
    // The app is no longer a member, and still receives the event of its own leaving.
    tell(workspace, "channel_left", { channel: channel.id, actor_id: actor });
    return;
  }
  postNotice(workspace, channel, user, "channel_leave", `<@${user}> has left the channel`);
  tell(workspace, "member_left_channel", membership(workspace, channel, user, user), channel);
}

function tellChanges(workspace: Workspace, previous: Channel, next: Channel, actor: string): void {
  if (previous.isArchived !== next.isArchived) {
    const type = next.isArchived === true ? "channel_archive" : "channel_unarchive";
    tell(workspace, type, { channel: next.id, user: actor }, next);
  }
  if (previous.name !== next.name) {
    const { id, name, created } = next;
    tell(workspace, "channel_rename", { channel: { id, name, created } }, next);
  }
}

function membership(
  workspace: Workspace,
  channel: Channel,
  user: string,
  actor: string,
): JsonObject {
  return {
    user,
    channel: channel.id,
    channel_type: channel.isPrivate === true ? "G" : "C",
    team: teamOf(workspace.state.directory.user(user)),
    ...(actor === user ? {} : { inviter: actor }),
  };
}

function postNotice(
  workspace: Workspace,
  channel: Channel,
  user: string,
  subtype: string,
  text: string,
): void {
  postMessage(workspace, channel, { user, subtype, text });
}

function tell(workspace: Workspace, type: string, facts: JsonObject, channel?: Channel): void {
  const eventTs = workspace.state.timestamps.next();
  void emitEvent(workspace, { type, ...facts, event_ts: eventTs }, channel);
}
