import { isSubscribed } from "../delivery/subscriptions.ts";
import type { Ack } from "../delivery/transport.ts";
import type { JsonObject } from "../json.ts";
import type { AgentSession } from "./agent-sessions.ts";
import { emitEvent } from "./emit-event.ts";
import type { Channel } from "./records.ts";
import { stopStreams } from "./streams.ts";
import type { Workspace } from "./workspace.ts";

/** Keeps a session and shows it. */
export function saveSession(workspace: Workspace, session: AgentSession): void {
  workspace.sessions.save(session);
  const { channel } = session;
  workspace.feed.publish(
    { type: "agent_session", ...sessionChange(workspace, session) },
    { channel },
  );
}

/** A session as people's programs get it. */
export function sessionChange(workspace: Workspace, session: AgentSession): JsonObject {
  const { channel, threadTs, status, title, initiator } = session;
  return {
    channel,
    thread_ts: threadTs,
    status,
    title,
    ...(initiator === undefined ? {} : { initiator }),
    can_stop: status === "processing" && hasStopButton(workspace),
  };
}

/** Slack shows the button to stop an agent only if the agent hears of it. */
export function hasStopButton({ manifest }: Workspace): boolean {
  return isSubscribed(manifest, "agent_session_stopped");
}

/** A person stops the agent. Its streams end; the status stays until the agent changes it. */
export function stopSession(
  workspace: Workspace,
  channel: Channel,
  session: AgentSession,
  user: string,
): Promise<Ack> | undefined {
  const streaming = stopStreams(workspace, channel.id, session.threadTs);
  return emitEvent(
    workspace,
    {
      type: "agent_session_stopped",
      channel: channel.id,
      thread_ts: session.threadTs,
      user,
      streaming_message_ts: streaming,
      event_ts: workspace.state.timestamps.next(),
    },
    channel,
  );
}
