import { SLACKBOT_ID } from "../identity.ts";
import { postEphemeral } from "../workspace/conversation.ts";
import type { Channel, User } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";

/** Tells one person something in Slack's own name. */
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
