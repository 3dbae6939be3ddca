import { toRichTextBlock, toWireText } from "../text/typed-text.ts";
import { deleteMessage, editMessage } from "../workspace/conversation.ts";
import { createShortId } from "../workspace/ids.ts";
import type { Channel, Message } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused, type Outcome, outcomeOfEvents } from "./action.ts";
import type { ActionBody } from "./body.ts";

/** A person replaces the text of a message of theirs. */
export async function messageEdit(workspace: Workspace, body: ActionBody): Promise<Outcome> {
  const { channel, message } = ownMessage(workspace, body);
  const typed = body.required("text");
  const { directory, timestamps } = workspace.state;
  const acks = editMessage(workspace, channel, message, {
    ...message,
    text: toWireText(typed, directory),
    blocks: [toRichTextBlock(typed, directory, createShortId())],
    edited: { user: message.user, ts: timestamps.next() },
  });
  return outcomeOfEvents(acks, { ts: message.ts });
}

/** A person deletes a message of theirs. */
export async function messageDelete(workspace: Workspace, body: ActionBody): Promise<Outcome> {
  const { channel, message } = ownMessage(workspace, body);
  return outcomeOfEvents(deleteMessage(workspace, channel, message), { ts: message.ts });
}

/** @throws {ActionRefused} `message_not_found`, also for another person's message. */
function ownMessage(
  workspace: Workspace,
  body: ActionBody,
): { readonly channel: Channel; readonly message: Message } {
  const user = body.user();
  const channel = body.openChannel(user);
  const ts = body.required("ts");
  const message = workspace.state.messages.find(channel.id, ts);
  if (message === undefined || message.user !== user.id) {
    throw new ActionRefused("message_not_found", `${user.name} wrote no message ${ts}.`);
  }
  return { channel, message };
}
