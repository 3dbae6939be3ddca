import { BOT_USER_ID } from "../identity.ts";
import { type JsonObject, toObjects, toText } from "../json.ts";
import { postMessage } from "../workspace/conversation.ts";
import { completeFile, createFile, seesFile, shareFile } from "../workspace/file-actions.ts";
import type { StoredFile } from "../workspace/files.ts";
import { createSecret } from "../workspace/ids.ts";
import type { Channel } from "../workspace/records.ts";
import { isVisible } from "./channel-argument.ts";
import { botDraft, checkBlocks } from "./message-content.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { invalidArguments, SlackError } from "./slack-error.ts";
import { wireFile } from "./wire-file.ts";

const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Uploading in three steps: ask for an address, send the bytes there, complete. */
export function registerFiles(methods: MethodRegistry): void {
  const writing = { tier: 4, token: "bot", scopes: ["files:write"] } as const;
  methods.add("files.getUploadURLExternal", { ...writing, run: runGetUrl });
  methods.add("files.completeUploadExternal", { ...writing, run: runComplete });
  methods.add("files.delete", { ...writing, tier: 3, run: runDelete });
  methods.add("files.info", { tier: 4, token: "bot", scopes: ["files:read"], run: runInfo });
}

function runGetUrl({ workspace, args }: ApiCall): JsonObject {
  const name = args.required("filename");
  const size = Number(args.required("length"));
  if (!Number.isInteger(size) || size <= 0)
    throw invalidArguments("length must be a positive number");
  if (size > MAX_FILE_BYTES) throw new SlackError("file_upload_size_restricted");
  const { id } = createFile(workspace, { user: BOT_USER_ID, name, size });
  return { upload_url: `${workspace.url}/upload/${id}/${createSecret()}`, file_id: id };
}

function runComplete(call: ApiCall): JsonObject {
  const { workspace, args } = call;
  const given = toObjects(args.json("files"));
  if (given.length === 0) throw invalidArguments("missing required field: files");
  const uploads = given.map((one) => {
    const file = workspace.state.files.find(toText(one["id"]) ?? "");
    if (file === undefined || workspace.state.files.bytes(file.id) === undefined) {
      throw new SlackError("file_not_found");
    }
    return { file, title: toText(one["title"]) ?? file.title };
  });
  const channels = targets(call, args.text("channel_id") ?? args.text("channels"));
  let files = uploads.map(({ file, title }) => completeFile(workspace, file, title));
  for (const channel of channels) files = share(call, channel, files);
  return { files: files.map((file) => wireFile(workspace, file)) };
}

/** @throws {SlackError} `channel_not_found`, or `not_in_channel` when the bot is no member. */
function targets({ workspace }: ApiCall, ids: string | undefined): readonly Channel[] {
  return (ids ?? "")
    .split(",")
    .filter((id) => id !== "")
    .map((id) => {
      const channel = workspace.state.directory.channel(id);
      if (channel === undefined || !isVisible(channel)) throw new SlackError("channel_not_found");
      if (!channel.members.includes(BOT_USER_ID)) throw new SlackError("not_in_channel");
      return channel;
    });
}

function share(
  { workspace, args }: ApiCall,
  channel: Channel,
  files: readonly StoredFile[],
): StoredFile[] {
  const threadTs = args.text("thread_ts");
  const text = args.text("initial_comment");
  const blocks = args.objects("blocks", "invalid_blocks_format");
  if (blocks !== undefined) checkBlocks(workspace, blocks);
  const shared = files.map((file) => shareFile(workspace, file, channel));
  postMessage(workspace, channel, {
    ...botDraft(workspace, {
      ...(text === undefined ? {} : { text }),
      ...(blocks === undefined ? {} : { blocks }),
    }),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    files: shared.map((file) => wireFile(workspace, file)),
  });
  return shared;
}

function runInfo(call: ApiCall): JsonObject {
  const file = visible(call);
  const { channels = [] } = file;
  const { directory } = call.workspace.state;
  const places = (isIm: boolean, isPrivate: boolean): readonly string[] =>
    channels.filter((id) => {
      const channel = directory.channel(id);
      return channel?.isIm === isIm && (channel.isPrivate === true) === isPrivate;
    });
  return {
    file: {
      ...wireFile(call.workspace, file),
      channels: places(false, false),
      groups: places(false, true),
      ims: places(true, false),
    },
    comments: [],
  };
}

function runDelete(call: ApiCall): JsonObject {
  const file = visible(call);
  if (file.user !== BOT_USER_ID) throw new SlackError("cant_delete_file");
  call.workspace.state.files.remove(file.id);
  call.workspace.touch();
  return {};
}

/** @throws {SlackError} `file_not_found` also for files of places where the bot is not. */
function visible({ workspace, args }: ApiCall): StoredFile {
  const file = workspace.state.files.find(args.required("file"));
  if (file?.completed !== true || !seesFile(workspace, BOT_USER_ID, file)) {
    throw new SlackError("file_not_found");
  }
  return file;
}
