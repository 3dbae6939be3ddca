import { BOT_USER_ID } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import { type AgentSession, SESSION_STATUSES } from "../workspace/agent-sessions.ts";
import { isReply } from "../workspace/messages.ts";
import type { Channel } from "../workspace/records.ts";
import { saveSession } from "../workspace/session-actions.ts";
import { channelById } from "./channel-argument.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { invalidArguments, SlackError } from "./slack-error.ts";

const MAX_TITLE = 200;

/** The work of an agent, by thread; the simulated workspace has no session channels. */
export function registerAgentSessions(methods: MethodRegistry): void {
  const writing = { token: "bot", scopes: ["chat:write"], tier: 3 } as const;
  methods.add("agents.sessions.setStatus", { ...writing, run: runStatus });
  methods.add("agents.sessions.rename", { ...writing, run: runRename });
}

function runStatus(call: ApiCall): JsonObject {
  const channel = sessionChannel(call);
  const session = setSessionStatus(
    call,
    channel,
    sessionThread(call, channel),
    call.args.required("status"),
  );
  return { status: session.status, agent_status: session.status, title: session.title };
}

/**
 * Gives a session another status; one that is not there begins.
 *
 * @throws {SlackError} `invalid_status`, `not_authorized` for an app that is no agent, or `user_not_found`.
 */
export function setSessionStatus(
  { workspace, args }: ApiCall,
  channel: Channel,
  threadTs: string,
  wanted: string,
): AgentSession {
  if (!workspace.manifest.isAgent) throw new SlackError("not_authorized");
  const status = SESSION_STATUSES.find((one) => one === wanted);
  if (status === undefined) throw new SlackError("invalid_status");
  const known = workspace.sessions.find(channel.id, threadTs);
  const initiator = args.text("initiator_user_id");
  if (initiator !== undefined && !channel.members.includes(initiator)) {
    throw new SlackError("user_not_found");
  }
  const session = known ?? {
    channel: channel.id,
    threadTs,
    title: titleOf(args.text("title") ?? ""),
    initiator,
  };
  const next: AgentSession = { ...session, status };
  saveSession(workspace, next);
  return next;
}

function runRename(call: ApiCall): JsonObject {
  const channel = sessionChannel(call);
  const session = call.workspace.sessions.find(channel.id, sessionThread(call, channel));
  if (session === undefined) throw new SlackError("session_not_found");
  const title = titleOf(call.args.required("title"));
  saveSession(call.workspace, { ...session, title });
  return { title };
}

/** @throws {SlackError} `channel_not_found`, or `not_authorized` where the bot is no member. */
function sessionChannel(call: ApiCall): Channel {
  const channel = channelById(call, "channel_id");
  if (!channel.members.includes(BOT_USER_ID)) throw new SlackError("not_authorized");
  return channel;
}

/** @throws {SlackError} `thread_ts_required`, also when it names no message that could begin a thread. */
function sessionThread({ workspace, args }: ApiCall, channel: Channel): string {
  const threadTs = args.text("thread_ts") ?? "";
  const root = workspace.state.messages.find(channel.id, threadTs);
  if (root === undefined || isReply(root)) throw new SlackError("thread_ts_required");
  return threadTs;
}

function titleOf(text: string): string {
  if (text.length > MAX_TITLE) {
    throw invalidArguments(`title: must be less than ${MAX_TITLE + 1} characters`);
  }
  return text;
}
