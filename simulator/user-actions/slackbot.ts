import { SLACKBOT_ID } from "../identity.ts";
import { postEphemeral } from "../workspace/conversation.ts";
import type { Channel, User } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** Sends one person an ephemeral message from Slackbot. */
export function tellAsSlackbot(
  workspace: Workspace,
  channel: Channel,
  reader: User,
  text: string,
  threadTs?: string,
): void {
  postEphemeral(workspace, channel, reader.id, {
    user: SLACKBOT_ID,
    username: "Slackbot",
    text,
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
  });
}
