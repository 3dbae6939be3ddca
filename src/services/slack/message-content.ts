import type { KnownBlock } from "@slack/types";
import { z } from "zod";
import { inPlace } from "../../engine/definition/param-traits.ts";
import type { ServiceContext } from "../../engine/ports/service.ts";
import { AppError } from "../../shared/errors.ts";
import { type JsonObject, readOwn } from "../../shared/json.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { markdownPlace } from "../../shared/places/markdown-place.ts";
import { slackPlace } from "../../shared/places/slack-place.ts";
import { beginningOf } from "../../shared/shorten.ts";
import { type ChannelFinder, isChannelId } from "../../slack/channels.ts";
import type { MessageMark } from "../../slack/messages.ts";
import { unparsedBlocks } from "../../slack/unparsed.ts";
import { markupInBlock, placeInBlocks } from "./block-place.ts";
import { nameOf } from "./slack-names.ts";

const CUT_NOTE = "\n… (cut: the text was longer than Slack takes)";
const MAX_BLOCKS = 50;

/** https://docs.slack.dev/reference/block-kit/blocks/markdown-block: all of a message together. */
const MAX_MARKDOWN = 12_000;

/** Slack itself checks what is inside: new kinds of blocks appear all the time. */
const Block = z.custom<KnownBlock>(
  (value) => typeof readOwn(value, "type") === "string",
  "a list of Block Kit objects",
);

/** What a message says: Slack's own markup, Markdown, or blocks. */
export const CONTENT = {
  message: inPlace(z.string().min(1), slackPlace)
    .optional()
    .describe("Slack's own markup; beside blocks or Markdown what notifications show"),
  markdown: inPlace(z.string().min(1), markdownPlace)
    .optional()
    .describe("Markdown, as in a document: headings, tables, lists, code"),
  blocks: inPlace(z.array(Block).max(MAX_BLOCKS), markupInBlock, placeInBlocks)
    .optional()
    .describe("blocks of Block Kit, in place of Markdown"),
};

/** What a message says, as parameters have it. */
export interface MessageContent {
  readonly message?: string | undefined;
  readonly markdown?: string | undefined;
  readonly blocks?: readonly KnownBlock[] | undefined;
}

/** What is wrong with the content of a message, which may hold templates. */
export function contentProblems({ message, markdown, blocks }: JsonObject) {
  if (message === undefined && markdown === undefined) {
    const fix = 'Add "message", or "markdown". With "blocks" it is what notifications show.';
    return [{ path: ["message"], message: "is missing", fix }];
  }
  if (markdown === undefined || blocks === undefined) return [];
  return [
    {
      path: ["markdown"],
      message: 'cannot be given together with "blocks"',
      fix: 'Remove one of them, or write a block {"type": "markdown", "text": "…"}.',
    },
  ];
}

/** What a call to Slack says. */
export type SlackContent =
  | { readonly text: string }
  | { readonly text: string; readonly blocks: KnownBlock[] };

/**
 * The content as Slack takes it.
 *
 * @param maxText - characters of the text, beyond which it is cut, with a note.
 */
export function toSlackContent(
  { message, markdown, blocks }: MessageContent,
  maxText: number,
): SlackContent {
  const text = shorten(message ?? markdown ?? "", maxText);
  // A block in place of `markdown_text`: that takes no text for notifications.
  if (markdown !== undefined)
    return { text, blocks: [{ type: "markdown", text: shorten(markdown, MAX_MARKDOWN) }] };
  return blocks === undefined ? { text } : { text, blocks: unparsedBlocks(blocks) };
}

function shorten(text: string, max: number): string {
  return text.length > max ? beginningOf(text, max - CUT_NOTE.length) + CUT_NOTE : text;
}

/**
 * What may be read in the channel: where people of other organizations read along, everything that is sensitive in the run is masked.
 *
 * @param name - the channel as the parameters name it.
 * @throws {AppError} if it is not known who reads it, and something would have to be masked.
 */
export async function forReaders(
  { message, markdown, blocks }: MessageContent,
  { name, id }: { readonly name: string; readonly id: string },
  channels: ChannelFinder,
  { hideSensitive }: ServiceContext,
): Promise<MessageContent> {
  const content = omitUndefined({ message, markdown, blocks });
  const masked = hideSensitive?.(content);
  if (masked === undefined || JSON.stringify(masked) === JSON.stringify(content)) return content;
  if (!isChannelId(id)) {
    throw new AppError({
      code: "slack_rejected",
      message: `The message holds sensitive values, and it is not known whether other organizations read ${nameOf(name)}, since the bot is not in it. Invite the bot there, or leave the values out.`,
    });
  }
  return (await channels.isShared(id)) ? masked : content;
}

const EVENT_TYPE = "heddle_step";

/** What a step's message is recognized by. */
export function markOf({ idempotencyKey }: ServiceContext): MessageMark {
  return { event_type: EVENT_TYPE, event_payload: { key: idempotencyKey } };
}

/** The same, with whose message it is: that says who may change it. */
export function ownedMarkOf(context: ServiceContext): MessageMark {
  const { executionId: run, workflowId: workflow } = context;
  const { event_type, event_payload } = markOf(context);
  return { event_type, event_payload: { ...event_payload, run, workflow } };
}

/**
 * May this run change or delete a message? Its own ones; those of other runs of the same workflow if no person started it, who
 * could have chosen which message: else a person who may start a workflow could take away what others' runs have said.
 */
export function isOwnMessage(
  message: object,
  { executionId, workflowId, startedBy }: ServiceContext,
): boolean {
  const metadata = readOwn(message, "metadata");
  if (readOwn(metadata, "event_type") !== EVENT_TYPE) return false;
  const payload = readOwn(metadata, "event_payload");
  if (readOwn(payload, "run") === executionId) return true;
  return startedBy === undefined && readOwn(payload, "workflow") === workflowId;
}
