import { BOT_USER_ID } from "../identity.ts";
import { emitEvent } from "./emit-event.ts";
import { mimetypeOf, type StoredFile } from "./files.ts";
import { createId } from "./ids.ts";
import type { Channel } from "./records.ts";
import type { Workspace } from "./workspace.ts";

/** A file that is about to be uploaded: it has an id and no bytes yet. */
export function createFile(
  workspace: Workspace,
  { user, name, size }: { readonly user: string; readonly name: string; readonly size: number },
): StoredFile {
  const file: StoredFile = {
    id: createId("F"),
    name,
    title: name,
    mimetype: mimetypeOf(name),
    size,
    user,
    created: Math.floor(workspace.clock.now() / 1_000),
    completed: false,
  };
  workspace.state.files.save(file);
  workspace.touch();
  return file;
}

/** Ends an upload: from now on methods know the file, and blocks some moments later. */
export function completeFile(workspace: Workspace, file: StoredFile, title: string): StoredFile {
  const wait = workspace.realistic ? workspace.timings.fileReadyMs : 0;
  const readyAt = workspace.clock.now() + wait;
  const completed = { ...file, title, completed: true, readyAt };
  workspace.state.files.save(completed);
  workspace.touch();
  void emitEvent(workspace, {
    type: "file_created",
    file_id: file.id,
    user_id: file.user,
    file: { id: file.id },
    event_ts: workspace.state.timestamps.next(),
  });
  return completed;
}

/** Records that a file was shared in a channel, and emits the event. */
export function shareFile(workspace: Workspace, file: StoredFile, channel: Channel): StoredFile {
  const channels = [...new Set([...(file.channels ?? []), channel.id])];
  const shared = { ...file, channels };
  workspace.state.files.save(shared);
  workspace.touch();
  void emitEvent(
    workspace,
    {
      type: "file_shared",
      file_id: file.id,
      user_id: file.user,
      file: { id: file.id },
      channel_id: channel.id,
      event_ts: workspace.state.timestamps.next(),
    },
    channel,
  );
  return shared;
}

/** Whether a member may see a file: their own, or one that was shared where they are. */
export function seesFile(workspace: Workspace, user: string, file: StoredFile): boolean {
  if (file.user === user) return true;
  if (user === BOT_USER_ID && file.givenToApp === true) return true;
  return (file.channels ?? []).some((channel) => workspace.state.directory.sees(user, channel));
}
