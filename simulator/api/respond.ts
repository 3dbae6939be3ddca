import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../http/read-body.ts";
import { send, sendJson } from "../http/send.ts";
import { BOT_USER_ID } from "../identity.ts";
import { isJsonObject, type JsonObject, parseJson } from "../json.ts";
import {
  deleteEphemeral,
  deleteMessage,
  editEphemeral,
  editMessage,
  postEphemeral,
  postMessage,
} from "../workspace/conversation.ts";
import type { Channel } from "../workspace/records.ts";
import type { ResponseTarget } from "../workspace/response-urls.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { Arguments } from "./arguments.ts";
import { botDraft, type Content, readContent, requireContent } from "./message-content.ts";
import { SlackError } from "./slack-error.ts";

/** Answers a post to a `response_url`. */
export async function handleResponseUrl(
  workspace: Workspace,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const at = workspace.clock.now();
  const secret = request.url?.split("/")[3] ?? "";
  const bytes = await readBody(request);
  const body = parseJson(bytes.toString("utf8"));
  const args = new Arguments(isJsonObject(body) ? body : {});
  const target = workspace.state.responseUrls.use(secret);
  workspace.touch();
  const error = target === undefined ? "expired_url" : refusal(workspace, target, args);
  const status = error === undefined ? 200 : error === "expired_url" ? 404 : 400;
  workspace.traffic.add(
    {
      type: "call",
      method: "response_url",
      at,
      ms: workspace.clock.now() - at,
      status,
      ok: error === undefined,
      ...(error === undefined ? {} : { error }),
      args: args.toLog(),
      response: error === undefined ? { ok: true } : { ok: false, error },
    },
    bytes.length,
  );
  if (error === undefined) send(response, 200, "text/plain; charset=utf-8", "ok");
  else sendJson(response, status, { ok: false, error });
}

function refusal(
  workspace: Workspace,
  target: ResponseTarget,
  args: Arguments,
): string | undefined {
  try {
    respond(workspace, target, args);
    return undefined;
  } catch (error) {
    if (error instanceof SlackError) return error.code;
    throw error;
  }
}

/**
 * Posts, replaces or deletes what an app answers to an interaction; also used for the content of an acknowledgement.
 *
 * @throws {SlackError} for content that Slack refuses.
 */
export function respond(workspace: Workspace, target: ResponseTarget, args: Arguments): void {
  const channel = workspace.state.directory.channel(target.channel);
  if (channel === undefined) throw new SlackError("channel_not_found");
  if (channel.isArchived === true) throw new SlackError("is_archived");
  if (args.flag("delete_original")) {
    deleteOriginal(workspace, channel, target);
    return;
  }
  const content = readContent(workspace, args);
  requireContent(content);
  if (wantsReplacement(args) && replaceOriginal(workspace, channel, target, content)) return;
  const threadTs = args.text("thread_ts") ?? target.threadTs;
  const draft = {
    ...botDraft(workspace, content),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
  };
  if (args.text("response_type") === "in_channel") postMessage(workspace, channel, draft);
  else postEphemeral(workspace, channel, target.user, draft);
}

/**
 * Slack's guides contradict each other about an answer to a click that says neither. The harsher reading applies here, so that an
 * app that forgets `replace_original: false` loses its message in the simulator already.
 */
function wantsReplacement(args: Arguments): boolean {
  if (args.has("replace_original")) return args.flag("replace_original");
  return !args.has("response_type");
}

function deleteOriginal(workspace: Workspace, channel: Channel, target: ResponseTarget): void {
  const ts = target.messageTs ?? "";
  const ephemeral = workspace.state.messages.ephemeral(channel.id, ts);
  const message = workspace.state.messages.find(channel.id, ts);
  if (ephemeral !== undefined) deleteEphemeral(workspace, channel, ephemeral.reader, ts);
  else if (message !== undefined) void deleteMessage(workspace, channel, message);
}

/** Returns false when there is no original, as with a slash command: the answer is then posted. */
function replaceOriginal(
  workspace: Workspace,
  channel: Channel,
  target: ResponseTarget,
  content: Content,
): boolean {
  const ts = target.messageTs ?? "";
  const edited = { user: BOT_USER_ID, ts: workspace.state.timestamps.next() };
  const ephemeral = workspace.state.messages.ephemeral(channel.id, ts);
  if (ephemeral !== undefined) {
    const next = { ...withoutContent(ephemeral.message), text: "", ...content, edited };
    editEphemeral(workspace, channel, ephemeral.reader, next);
    return true;
  }
  const message = workspace.state.messages.find(channel.id, ts);
  if (message === undefined) return false;
  const { metadata } = message;
  const kept = metadata === undefined ? {} : { metadata };
  void editMessage(workspace, channel, message, {
    ...withoutContent(message),
    text: "",
    ...kept,
    ...content,
    edited,
  });
  return true;
}

function withoutContent<T extends object>(
  message: T,
): Omit<T, "blocks" | "attachments" | "metadata"> {
  const copy = { ...message, blocks: undefined, attachments: undefined, metadata: undefined };
  const { blocks: _blocks, attachments: _attachments, metadata: _metadata, ...rest } = copy;
  return rest;
}

/** Whether an acknowledgement has something to show. */
export function hasContent(payload: unknown): payload is JsonObject {
  if (!isJsonObject(payload)) return false;
  return ["text", "blocks", "attachments"].some((name) => payload[name] !== undefined);
}
