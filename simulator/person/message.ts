import { toRichTextBlock, toWireText } from "../text/typed-text.ts";
import { postMessage } from "../workspace/conversation.ts";
import { createShortId, createUuid } from "../workspace/ids.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused, type Outcome, outcomeOfEvents } from "./action.ts";
import type { PersonBody } from "./body.ts";

/** A person writes a message. */
export async function message(workspace: Workspace, body: PersonBody): Promise<Outcome> {
  const user = body.user();
  const channel = body.channel(user);
  const typed = body.required("text");
  const { directory, messages } = workspace.state;
  const threadTs = body.text("thread_ts");
  const parent = threadTs === undefined ? undefined : messages.find(channel.id, threadTs);
  if (threadTs !== undefined && parent === undefined) {
    throw new ActionRefused(
      "thread_not_found",
      `There is no message ${threadTs} in ${channel.id}.`,
    );
  }
  const posted = postMessage(workspace, channel, {
    user: user.id,
    client_msg_id: createUuid(),
    text: toWireText(typed, directory),
    blocks: [toRichTextBlock(typed, directory, createShortId())],
    ...(parent === undefined ? {} : { thread_ts: parent.thread_ts ?? parent.ts }),
  });
  return outcomeOfEvents(posted.acks, { ts: posted.message.ts });
}
