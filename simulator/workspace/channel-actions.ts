import { BOT_USER_ID, PARTNER_TEAM_ID } from "../identity.ts";
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
    tell(workspace, nameFor(channel, "left"), { channel: channel.id, actor_id: actor });
    return;
  }
  postNotice(workspace, channel, user, "channel_leave", `<@${user}> has left the channel`);
  tell(workspace, "member_left_channel", membership(workspace, channel, user, user), channel);
}

/** Events have other names for private channels, and some other members. */
function nameFor(channel: Channel, what: string): string {
  return `${channel.isPrivate === true ? "group" : "channel"}_${what}`;
}

function tellChanges(workspace: Workspace, previous: Channel, next: Channel, actor: string): void {
  if ((previous.isArchived === true) !== (next.isArchived === true)) {
    tellArchived(workspace, next, actor);
  }
  if (previous.name !== next.name) {
    const { id, name, created } = next;
    const channel = { id, name, name_normalized: name, created };
    tell(workspace, nameFor(next, "rename"), { channel }, next);
  }
  if ((previous.isShared === true) !== (next.isShared === true)) tellShared(workspace, next);
}

function tellArchived(workspace: Workspace, channel: Channel, actor: string): void {
  if (channel.isArchived === true) {
    const facts = { channel: channel.id, user: actor, is_moved: 0 };
    tell(workspace, nameFor(channel, "archive"), facts, channel);
    return;
  }
  const by = channel.isPrivate === true ? { actor_id: actor } : { user: actor };
  tell(workspace, nameFor(channel, "unarchive"), { channel: channel.id, ...by }, channel);
}

/** Slack Connect: another organization came in, or is gone. */
function tellShared(workspace: Workspace, channel: Channel): void {
  const { id } = channel;
  if (channel.isShared === true) {
    const facts = { channel: id, connected_team_id: PARTNER_TEAM_ID };
    tell(workspace, "channel_shared", facts, channel);
    return;
  }
  const facts = {
    channel: id,
    previously_connected_team_id: PARTNER_TEAM_ID,
    is_ext_shared: false,
  };
  tell(workspace, "channel_unshared", facts, channel);
}

/** Deletes a channel with all that was said in it, and emits the event. */
export function deleteChannel(workspace: Workspace, channel: Channel, actor: string): void {
  const { directory, messages } = workspace.state;
  directory.deleteChannel(channel.id);
  messages.forget(channel.id);
  workspace.touch();
  workspace.feed.publish({ type: "directory" });
  const isPrivate = channel.isPrivate === true;
  const when = isPrivate ? { date_deleted: Math.floor(workspace.clock.now() / 1_000) } : {};
  const facts = { channel: channel.id, actor_id: actor, ...when };
  tell(workspace, nameFor(channel, "deleted"), facts, channel);
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
