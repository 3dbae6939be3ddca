import { wireFile } from "../api/wire-file.ts";
import { type JsonObject, toTexts } from "../json.ts";
import { toRichTextBlock, toWireText } from "../text/typed-text.ts";
import { postMessage } from "../workspace/conversation.ts";
import { seesFile, shareFile } from "../workspace/file-actions.ts";
import type { StoredFile } from "../workspace/files.ts";
import { createShortId, createUuid } from "../workspace/ids.ts";
import type { Channel, User } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused, type Outcome, outcomeOfEvents } from "./action.ts";
import { contextOf } from "./agent.ts";
import type { ActionBody } from "./body.ts";

/** A person writes a message, shares files (`files`: ids of what they uploaded before), or both. */
export async function message(workspace: Workspace, body: ActionBody): Promise<Outcome> {
  const user = body.user();
  const channel = body.openChannel(user);
  checkWritable(workspace, channel);
  const files = filesOf(workspace, body, user);
  const typed = files.length === 0 ? body.required("text") : (body.text("text") ?? "");
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
    ...(typed === "" ? {} : { blocks: [toRichTextBlock(typed, directory, createShortId())] }),
    ...(files.length === 0 ? {} : { files: share(workspace, channel, files) }),
    ...(parent === undefined ? {} : { thread_ts: parent.thread_ts ?? parent.ts }),
    ...contextIn(workspace, channel, user),
  });
  return outcomeOfEvents(posted.acks, { ts: posted.message.ts });
}

/** What is said to an agent carries what the person has open beside it. */
function contextIn(
  workspace: Workspace,
  channel: Channel,
  user: User,
): { readonly app_context?: JsonObject } {
  const context = channel.user === user.id ? contextOf(workspace, user) : undefined;
  return context === undefined ? {} : { app_context: context };
}

/** @throws {ActionRefused} `messages_tab_disabled`. */
function checkWritable({ manifest }: Workspace, channel: Channel): void {
  if (channel.isIm && (!manifest.messagesTab || manifest.messagesReadOnly)) {
    throw new ActionRefused("messages_tab_disabled", "The app takes no direct messages.");
  }
}

/** @throws {ActionRefused} `file_not_found`. */
function filesOf(workspace: Workspace, body: ActionBody, user: User): readonly StoredFile[] {
  return toTexts(body.json("files")).map((id) => {
    const file = workspace.state.files.find(id);
    if (file === undefined || !seesFile(workspace, user.id, file)) {
      throw new ActionRefused("file_not_found", `${user.name} has no file ${id}.`);
    }
    return file;
  });
}

function share(
  workspace: Workspace,
  channel: Channel,
  files: readonly StoredFile[],
): readonly JsonObject[] {
  return files.map((file) => wireFile(workspace, shareFile(workspace, file, channel)));
}
