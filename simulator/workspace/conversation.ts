import type { Ack } from "../delivery/transport.ts";
import { BOT_USER_ID, SLACKBOT_ID, TEAM } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import {
  messageChangedEvent,
  messageDeletedEvent,
  messageEvent,
  reactionEvent,
} from "../payloads/message-events.ts";
import { teamOf } from "../payloads/people.ts";
import { emitEvent } from "./emit-event.ts";
import { noteMentions } from "./mentions.ts";
import { isReply, withReplyCount } from "./messages.ts";
import { tellMetadata } from "./metadata-events.ts";
import type { Channel, Message, Reaction } from "./records.ts";
import type { Workspace } from "./workspace.ts";

/** A message before it has a place and a time. */
export type Draft = Omit<Message, "type" | "ts" | "team">;

/** Promises of the acknowledgements of the events that something caused; empty when the app is not subscribed. */
export type Acks = readonly Promise<Ack>[];

/** Posts a message: stores it, publishes it to the pages, emits the event. */
export function postMessage(
  workspace: Workspace,
  channel: Channel,
  draft: Draft,
): { readonly message: Message; readonly acks: Acks } {
  const { messages, timestamps } = workspace.state;
  const team = teamOf(workspace.state.directory.user(draft.user));
  const foreign = team === TEAM.id ? {} : { user_team: team, source_team: team };
  const message: Message = { type: "message", ts: timestamps.next(), team, ...foreign, ...draft };
  const parent = messages.save(channel.id, message);
  const audience = { channel: channel.id };
  if (message.user === BOT_USER_ID) {
    workspace.statuses.end(channel.id, message.thread_ts ?? message.ts);
  }
  const notices = noteMentions(workspace, channel, message);
  workspace.feed.publish(
    { type: "message", channel: channel.id, message: { ...withReplyCount(message), ...notices } },
    audience,
  );
  if (parent !== undefined) publishChanged(workspace, channel, parent);
  workspace.touch();
  const acks = announce(workspace, channel, message);
  tellMetadata(workspace, channel, undefined, message);
  return { message, acks };
}

/** Posts a message that only `reader` sees. The app gets no event. */
export function postEphemeral(
  workspace: Workspace,
  channel: Channel,
  reader: string,
  draft: Draft,
): Message {
  const { messages, timestamps } = workspace.state;
  const message: Message = { type: "message", ts: timestamps.next(), team: TEAM.id, ...draft };
  messages.saveEphemeral(channel.id, { reader, message });
  publishEphemeral(workspace, channel, reader, message);
  return message;
}

/** Replaces the content of an ephemeral message. */
export function editEphemeral(
  workspace: Workspace,
  channel: Channel,
  reader: string,
  message: Message,
): void {
  workspace.state.messages.saveEphemeral(channel.id, { reader, message });
  publishEphemeral(workspace, channel, reader, message);
}

/** Takes an ephemeral message away from its reader. */
export function deleteEphemeral(
  workspace: Workspace,
  channel: Channel,
  reader: string,
  ts: string,
): void {
  workspace.state.messages.removeEphemeral(channel.id, ts);
  workspace.feed.publish(
    { type: "message_deleted", channel: channel.id, ts, ephemeral: true },
    { user: reader },
  );
  workspace.touch();
}

/** Puts `next` in the place of `previous`, which has the same `ts`. */
export function editMessage(
  workspace: Workspace,
  channel: Channel,
  previous: Message,
  next: Message,
): Acks {
  workspace.state.messages.save(channel.id, next);
  publishChanged(workspace, channel, next);
  workspace.touch();
  tellMetadata(workspace, channel, previous, next);
  const eventTs = workspace.state.timestamps.next();
  return acksOf(
    emitEvent(workspace, messageChangedEvent(channel, previous, next, eventTs), channel),
  );
}

/** Removes a message. One that was answered leaves a sign in its place, so that its thread stays. */
export function deleteMessage(workspace: Workspace, channel: Channel, message: Message): Acks {
  if ((message.reply_count ?? 0) > 0 && !isReply(message)) {
    return editMessage(workspace, channel, message, tombstone(message));
  }
  const parent = workspace.state.messages.remove(channel.id, message.ts);
  const audience = { channel: channel.id };
  workspace.feed.publish(
    { type: "message_deleted", channel: channel.id, ts: message.ts },
    audience,
  );
  if (parent !== undefined) publishChanged(workspace, channel, parent);
  tellMetadata(workspace, channel, message, undefined);
  workspace.touch();
  const eventTs = workspace.state.timestamps.next();
  return acksOf(emitEvent(workspace, messageDeletedEvent(channel, message, eventTs), channel));
}

function tombstone({
  ts,
  team,
  thread_ts,
  reply_count,
  reply_users,
  latest_reply,
}: Message): Message {
  const thread = { thread_ts, reply_count, reply_users, latest_reply };
  const known = Object.fromEntries(
    Object.entries(thread).filter(([, value]) => value !== undefined),
  );
  return {
    type: "message",
    subtype: "tombstone",
    ts,
    team,
    user: SLACKBOT_ID,
    text: "This message was deleted.",
    ...known,
  };
}

/** Adds or removes one person's reaction. Returns `undefined` when that changes nothing. */
export function react(
  workspace: Workspace,
  channel: Channel,
  message: Message,
  change: { readonly user: string; readonly name: string; readonly add: boolean },
): Acks | undefined {
  const { user, name, add } = change;
  const before = message.reactions ?? [];
  const users = before.find((reaction) => reaction.name === name)?.users ?? [];
  if (users.includes(user) === add) return undefined;
  const reactions = withUsers(
    before,
    name,
    add ? [...users, user] : users.filter((u) => u !== user),
  );
  const { reactions: _old, ...rest } = message;
  workspace.state.messages.save(channel.id, reactions.length === 0 ? rest : { ...rest, reactions });
  workspace.feed.publish(
    { type: "reaction", channel: channel.id, ts: message.ts, reactions },
    { channel: channel.id },
  );
  workspace.touch();
  const ack = emitEvent(
    workspace,
    reactionEvent(channel, message, { ...change, eventTs: workspace.state.timestamps.next() }),
    channel,
  );
  return acksOf(ack);
}

function acksOf(ack: Promise<Ack> | undefined): Acks {
  return ack === undefined ? [] : [ack];
}

function withUsers(
  before: readonly Reaction[],
  name: string,
  users: readonly string[],
): Reaction[] {
  const changed = { name, users, count: users.length };
  const known = before.some((reaction) => reaction.name === name);
  const all = known
    ? before.map((reaction) => (reaction.name === name ? changed : reaction))
    : [...before, changed];
  return all.filter((reaction) => reaction.count > 0);
}

/** The `message` event, and `app_mention` when a person names the bot outside a direct message. */
function announce(workspace: Workspace, channel: Channel, message: Message): Acks {
  const event = messageEvent(channel, message, parentOf(workspace, channel, message));
  const events: JsonObject[] = [event];
  const mentionsBot = message.text.includes(`<@${BOT_USER_ID}`) && message.user !== BOT_USER_ID;
  if (mentionsBot && !channel.isIm) {
    const { channel_type: _type, parent_user_id: _parent, ...rest } = event;
    events.push({ ...rest, type: "app_mention" });
  }
  return events.map((one) => emitEvent(workspace, one, channel)).filter((ack) => ack !== undefined);
}

function parentOf(workspace: Workspace, channel: Channel, message: Message): Message | undefined {
  if (!isReply(message) || message.thread_ts === undefined) return undefined;
  return workspace.state.messages.find(channel.id, message.thread_ts);
}

function publishChanged(workspace: Workspace, channel: Channel, message: Message): void {
  workspace.feed.publish(
    {
      type: "message_changed",
      channel: channel.id,
      message: {
        ...withReplyCount(message),
        ...workspace.state.messages.notices(channel.id, message.ts),
      },
    },
    { channel: channel.id },
  );
}

function publishEphemeral(
  workspace: Workspace,
  channel: Channel,
  reader: string,
  message: Message,
): void {
  const { thread_ts } = message;
  workspace.feed.publish(
    {
      type: "ephemeral",
      channel: channel.id,
      message: { ...message, ephemeral: true },
      ...(thread_ts === undefined ? {} : { thread_ts }),
    },
    { user: reader },
  );
  workspace.touch();
}
