import type { PointedMessage } from "../engine/ports/conversations.ts";
import { readOwn } from "../shared/json.ts";
import { readTyped, unescapeText } from "./text.ts";

/** Where the members of a block, an element or an attachment hold what people read, in the order in which it is shown. */
const READ = [
  "title",
  "pretext",
  "text",
  "fields",
  "elements",
  "blocks",
  "caption",
  "rows",
  "fallback",
];

/** Kinds whose parts stand in one line. */
const INLINE = new Set(["rich_text_section", "rich_text_preformatted", "rich_text_quote"]);

/** What people press rather than read. */
const PRESSED = new Set(["actions", "button", "context_actions"]);

/** How deep blocks may hold each other; Slack's own stop at five. */
const MAX_DEPTH = 10;

/**
 * A message as Slack hands it over, in an answer or a payload, for a run to begin with.
 *
 * @param ts - of the message itself, also where it is a reply.
 */
export function toPointed(channel: string, ts: string, message: unknown): PointedMessage {
  return {
    channel,
    ts,
    threadTs: textAt(message, "thread_ts") ?? ts,
    text: readMessageText(message),
    messageUser: textAt(message, "user") ?? null,
  };
}

/** What a message says, as it was typed: its text, else that of its blocks, else that of its attachments. */
export function readMessageText(message: unknown): string {
  return readTyped(sentText(message));
}

/**
 * What people read of a message: links by their labels, without the addresses behind them, channels and groups by their names.
 *
 * @returns the text, and if Slack says which signs its emoji are, another one with these in place of their names (`:tada:`).
 */
export function readShown(message: unknown): readonly string[] {
  const shown = unescapeText(
    sentText(message).replaceAll(ENTITY, (_whole, target: string, label?: string) =>
      shownEntity(target, label),
    ),
  );
  const signs = new Map(emojiIn(readOwn(message, "blocks"), 0));
  const withSigns = shown.replaceAll(
    /:([\w+'-]{1,100}):(?::skin-tone-\d:)?/g,
    (whole, name: string) => signs.get(name) ?? whole,
  );
  return withSigns === shown ? [shown] : [shown, withSigns];
}

/** What Slack puts in place of people, channels, groups, links and dates. */
const ENTITY = /<([^<>|]*)(?:\|([^<>]*))?>/g;

function shownEntity(target: string, label: string | undefined): string {
  if (target.startsWith("#")) return label ? `#${label}` : " ";
  if (label) return label;
  // Slack shows the name of the person or the group, which is not known here.
  if (/^(?:@|!subteam)/.test(target)) return " ";
  return target.startsWith("!") ? `@${target.slice(1)}` : target.replace(/^(?:mailto|tel):/i, "");
}

/** In Slack's form. */
function sentText(message: unknown): string {
  const text = textAt(message, "text") ?? "";
  if (text.trim() !== "") return text;
  return (
    partsOf(readOwn(message, "blocks"), 0).join("\n") ||
    partsOf(readOwn(message, "attachments"), 0).join("\n")
  );
}

/** Names and signs of the emoji in rich text (docs.slack.dev/reference/block-kit/blocks/rich-text-block); own emoji have no sign. */
function emojiIn(value: unknown, depth: number): readonly (readonly [string, string])[] {
  if (depth > MAX_DEPTH || typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((part) => emojiIn(part, depth + 1));
  if (textAt(value, "type") !== "emoji") return emojiIn(readOwn(value, "elements"), depth + 1);
  const codes = (textAt(value, "unicode") ?? "").split("-");
  if (!codes.every((code) => /^(?:10|[\da-f])?[\da-f]{1,4}$/i.test(code))) return [];
  const sign = String.fromCodePoint(...codes.map((code) => Number.parseInt(code, 16)));
  return [[textAt(value, "name") ?? "", sign]];
}

/** The readable lines of blocks. */
function partsOf(value: unknown, depth: number): readonly string[] {
  if (typeof value === "string") return value === "" ? [] : [value];
  if (depth > MAX_DEPTH || typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((part) => partsOf(part, depth + 1));
  if (PRESSED.has(textAt(value, "type") ?? "")) return [];
  const entity = entityOf(value);
  if (entity !== null) return [entity];
  const members = READ.filter((name) => name !== "fallback" || !Object.hasOwn(value, "text"));
  const parts = members.flatMap((name) => partsOf(readOwn(value, name), depth + 1));
  return INLINE.has(textAt(value, "type") ?? "") ? [parts.join("")] : parts;
}

/** An element of rich text that has no text of its own, as a message's text would write it. */
function entityOf(element: object): string | null {
  const type = textAt(element, "type");
  if (type === "user") return `<@${textAt(element, "user_id") ?? ""}>`;
  if (type === "channel") return `<#${textAt(element, "channel_id") ?? ""}>`;
  if (type === "usergroup") return `<!subteam^${textAt(element, "usergroup_id") ?? ""}>`;
  if (type === "emoji") return `:${textAt(element, "name") ?? ""}:`;
  if (type === "link") return textAt(element, "text") ?? textAt(element, "url") ?? "";
  return null;
}

function textAt(value: unknown, key: string): string | undefined {
  const found = readOwn(value, key);
  return typeof found === "string" ? found : undefined;
}
