import { completeBlocks } from "../block-kit/complete-blocks.ts";
import { fileProblems } from "../block-kit/file-problems.ts";
import { LIMITS } from "../block-kit/limits.ts";
import { validateBlocks } from "../block-kit/validate-blocks.ts";
import { APP_ID, BOT_ID, BOT_USER_ID } from "../identity.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { botProfile } from "../payloads/people.ts";
import { storedText } from "../text/stored-text.ts";
import type { Draft } from "../workspace/conversation.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { Arguments } from "./arguments.ts";
import { readMetadata } from "./metadata.ts";
import { SlackError } from "./slack-error.ts";

/** Longer texts are cut, as Slack does. */
const MAX_TEXT = 40_000;
const MAX_ATTACHMENTS = 100;

/** The parts of a message that an app can write; a part is absent when the call did not mention it. */
export interface Content {
  readonly text?: string;
  readonly blocks?: readonly JsonObject[];
  readonly attachments?: readonly JsonObject[];
  readonly metadata?: JsonObject;
}

/**
 * Reads and checks what an app wants to say.
 *
 * @throws {SlackError} `invalid_blocks`, `invalid_blocks_format`, `invalid_attachments`, `invalid_metadata_format` or
 * `invalid_metadata_schema`.
 */
export function readContent(workspace: Workspace, args: Arguments): Content {
  const text = readText(args);
  const blocks = args.objects("blocks", "invalid_blocks_format");
  const attachments = readAttachments(args);
  const metadata = readMetadata(args);
  if (blocks !== undefined) checkBlocks(workspace, blocks);
  return {
    ...(text === undefined ? {} : { text: storedText(text.slice(0, MAX_TEXT)) }),
    ...(blocks === undefined ? {} : { blocks: completeBlocks(blocks) }),
    ...(attachments === undefined ? {} : { attachments: numbered(workspace, attachments) }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** @throws {SlackError} `markdown_text_conflict` or `msg_too_long`. */
function readText(args: Arguments): string | undefined {
  const markdown = args.text("markdown_text");
  if (markdown === undefined) return args.text("text");
  if (args.has("text") || args.has("blocks")) throw new SlackError("markdown_text_conflict");
  if (markdown.length > LIMITS.markdown) throw new SlackError("msg_too_long");
  return markdown;
}

/** @throws {SlackError} `invalid_attachments` or `too_many_attachments`. */
function readAttachments(args: Arguments): readonly JsonObject[] | undefined {
  const attachments = args.objects("attachments", "invalid_attachments");
  if ((attachments?.length ?? 0) > MAX_ATTACHMENTS) throw new SlackError("too_many_attachments");
  return attachments;
}

/** @throws {SlackError} `no_text` when there is nothing to show. */
export function requireContent(content: Content): void {
  const shown = [content.blocks ?? [], content.attachments ?? []].some((list) => list.length > 0);
  if (content.text === undefined && !shown) throw new SlackError("no_text");
}

/** A warning for the answer when the text was cut. */
export function truncationWarning(args: Arguments): JsonObject {
  if ((args.text("text")?.length ?? 0) <= MAX_TEXT) return {};
  return {
    warning: "message_truncated",
    response_metadata: { warnings: ["message_truncated"] },
  };
}

/** The bot's message with this content. */
export function botDraft(workspace: Workspace, content: Content): Draft {
  const { text = "", ...rest } = content;
  return {
    user: BOT_USER_ID,
    bot_id: BOT_ID,
    app_id: APP_ID,
    bot_profile: botProfile(workspace),
    text,
    ...rest,
  };
}

/** @throws {SlackError} `invalid_blocks` with what is wrong and where. */
export function checkBlocks(workspace: Workspace, blocks: readonly Json[]): void {
  const context = { files: workspace.state.files, now: workspace.clock.now() };
  const problems = [
    ...validateBlocks(blocks, "message", "/blocks"),
    ...fileProblems(context, blocks, "/blocks"),
  ];
  if (problems.length === 0) return;
  const errors = problems.map(({ message, pointer }) => `${message} [json-pointer:${pointer}]`);
  throw new SlackError("invalid_blocks", {
    errors,
    response_metadata: { messages: errors.map((error) => `[ERROR] ${error}`) },
  });
}

function numbered(workspace: Workspace, attachments: readonly JsonObject[]): readonly JsonObject[] {
  return attachments.map((attachment, index) => {
    const blocks = attachment["blocks"];
    if (Array.isArray(blocks)) {
      checkBlocks(workspace, blocks);
      return { id: index + 1, ...attachment, blocks: completeBlocks(blocks.filter(isJsonObject)) };
    }
    return { id: index + 1, ...attachment };
  });
}
