import { BOT_USER_ID } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import { react } from "../workspace/conversation.ts";
import type { Message } from "../workspace/records.ts";
import { channelById } from "./channel-argument.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { SlackError } from "./slack-error.ts";
import { wireMessage } from "./wire-message.ts";

/** Emoji reactions. */
export function registerReactions(methods: MethodRegistry): void {
  const writing = { token: "bot", scopes: ["reactions:write"] } as const;
  methods.add("reactions.add", { ...writing, tier: 3, run: (call) => change(call, true) });
  methods.add("reactions.remove", { ...writing, tier: 2, run: (call) => change(call, false) });
  methods.add("reactions.get", { tier: 3, token: "bot", scopes: ["reactions:read"], run: runGet });
}

function change(call: ApiCall, add: boolean): JsonObject {
  const name = call.args.required("name");
  if (!/^[a-z0-9_+'-]+(::skin-tone-[2-6])?$/.test(name)) throw new SlackError("invalid_name");
  const { channel, message } = find(call);
  if (channel.isArchived === true) throw new SlackError(add ? "is_archived" : "no_access");
  const acks = react(call.workspace, channel, message, { user: BOT_USER_ID, name, add });
  if (acks === undefined) throw new SlackError(add ? "already_reacted" : "no_reaction");
  return {};
}

function runGet(call: ApiCall): JsonObject {
  const { channel, message } = find(call);
  return { type: "message", channel: channel.id, message: wireMessage(message, false) };
}

function find(call: ApiCall): { channel: ReturnType<typeof channelById>; message: Message } {
  const channel = channelById(call);
  const message = call.workspace.state.messages.find(channel.id, call.args.required("timestamp"));
  if (message === undefined) throw new SlackError("message_not_found");
  return { channel, message };
}
