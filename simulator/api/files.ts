import { BOT_ID, BOT_USER_ID, TEAM } from "../identity.ts";
import { type JsonObject, toObjects, toText } from "../json.ts";
import { postMessage } from "../workspace/conversation.ts";
import type { StoredFile } from "../workspace/files.ts";
import { createId, createSecret } from "../workspace/ids.ts";
import type { Channel } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { botDraft, checkBlocks } from "./message-content.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { invalidArguments, SlackError } from "./slack-error.ts";

const MAX_FILE_BYTES = 16 * 1024 * 1024;

/** Uploading in three steps: ask for an address, send the bytes there, complete. */
export function registerFiles(methods: MethodRegistry): void {
  const writing = { tier: 4, token: "bot", scopes: ["files:write"] } as const;
  methods.add("files.getUploadURLExternal", { ...writing, run: runGetUrl });
  methods.add("files.completeUploadExternal", { ...writing, run: runComplete });
  methods.add("files.info", { tier: 4, token: "bot", scopes: ["files:read"], run: runInfo });
}

/** A file as methods and messages show it. */
export function wireFile(workspace: Workspace, file: StoredFile): JsonObject {
  const address = `${workspace.url}/files/${file.id}/${encodeURIComponent(file.name)}`;
  const extension = /\.(\w+)$/.exec(file.name)?.[1] ?? "binary";
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: extension.toLowerCase(),
    pretty_type: extension.toUpperCase(),
    user: file.user,
    user_team: TEAM.id,
    editable: false,
    size: file.size,
    mode: "hosted",
    is_external: false,
    external_type: "",
    is_public: true,
    public_url_shared: false,
    display_as_bot: false,
    username: "",
    bot_id: BOT_ID,
    url_private: address,
    url_private_download: address,
    permalink: address,
    permalink_public: address,
    is_starred: false,
    has_rich_preview: false,
    file_access: "visible",
  };
}

function runGetUrl({ workspace, args }: ApiCall): JsonObject {
  const name = args.required("filename");
  const size = Number(args.required("length"));
  if (!Number.isInteger(size) || size <= 0)
    throw invalidArguments("length must be a positive number");
  if (size > MAX_FILE_BYTES) throw new SlackError("file_upload_size_restricted");
  const id = createId("F");
  workspace.state.files.save({
    id,
    name,
    title: name,
    mimetype: mimetypeOf(name),
    size,
    user: BOT_USER_ID,
    created: Math.floor(workspace.clock.now() / 1_000),
    completed: false,
  });
  workspace.touch();
  return { upload_url: `${workspace.url}/upload/${id}/${createSecret()}`, file_id: id };
}

function runComplete({ workspace, args }: ApiCall): JsonObject {
  const given = toObjects(args.json("files"));
  if (given.length === 0) throw invalidArguments("missing required field: files");
  const files = given.map((one) => {
    const file = workspace.state.files.find(toText(one["id"]) ?? "");
    if (file === undefined || workspace.state.files.bytes(file.id) === undefined) {
      throw new SlackError("file_not_found");
    }
    return { ...file, title: toText(one["title"]) ?? file.title, completed: true };
  });
  const channels = targets(workspace, args.text("channel_id") ?? args.text("channels"));
  for (const file of files) workspace.state.files.save(file);
  const shown = files.map((file) => wireFile(workspace, file));
  for (const channel of channels) share(workspace, channel, shown, args);
  return { files: shown };
}

function targets(workspace: Workspace, ids: string | undefined): readonly Channel[] {
  return (ids ?? "")
    .split(",")
    .filter((id) => id !== "")
    .map((id) => {
      const channel = workspace.state.directory.channel(id);
      if (channel === undefined) throw new SlackError("channel_not_found");
      return channel;
    });
}

function share(
  workspace: Workspace,
  channel: Channel,
  files: readonly JsonObject[],
  args: ApiCall["args"],
): void {
  const threadTs = args.text("thread_ts");
  const text = args.text("initial_comment");
  const blocks = args.objects("blocks", "invalid_blocks_format");
  if (blocks !== undefined) checkBlocks(blocks);
  postMessage(workspace, channel, {
    ...botDraft(workspace, {
      ...(text === undefined ? {} : { text }),
      ...(blocks === undefined ? {} : { blocks }),
    }),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    files,
  });
}

function runInfo({ workspace, args }: ApiCall): JsonObject {
  const file = workspace.state.files.find(args.required("file"));
  if (file === undefined || !file.completed) throw new SlackError("file_not_found");
  return { file: wireFile(workspace, file), comments: [], response_metadata: { next_cursor: "" } };
}

function mimetypeOf(name: string): string {
  const types: Readonly<Record<string, string>> = {
    txt: "text/plain",
    md: "text/markdown",
    csv: "text/csv",
    json: "application/json",
    pdf: "application/pdf",
    png: "image/png",
    jpg: "image/jpeg",
    jpeg: "image/jpeg",
    gif: "image/gif",
  };
  const extension = /\.(\w+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(types, extension) ? (types[extension] ?? "") : "application/octet-stream";
}
