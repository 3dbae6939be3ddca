import type { JsonObject } from "../json.ts";
import type { Directory } from "../workspace/directory.ts";
import { addressOf, BARE_HOST, MAIL } from "./bare-links.ts";

const ENTITY = String.raw`<(?<entity>@[UW][A-Z0-9]+|#C[A-Z0-9]+|!subteam\^S[A-Z0-9]+|!here|!channel|!everyone|(?:https?:\/\/|mailto:)[^\s|>]+)(?:\|(?<label>[^>]*))?>`;
const LINK = String.raw`(?<link>https?:\/\/[^\s<>]*[^\s<>.,;:!?)"'])`;
const MENTION = String.raw`(?<![\w@])@(?<name>[\w.-]*\w)`;
const CHANNEL = String.raw`(?<![\w#&])#(?<channel>[a-z0-9_-]+)`;
const EMOJI = String.raw`(?<![\w:]):(?<emoji>[a-z0-9_+-]+):(?![\w:])`;
const TOKENS = new RegExp([ENTITY, LINK, MAIL, BARE_HOST, MENTION, CHANNEL, EMOJI].join("|"), "g");

/** A piece of what a person typed: plain text, or something that Slack writes in its own form. */
interface Piece {
  readonly wire: string;
  readonly element: JsonObject;
}

/** The text of a message as Slack sends it: names and addresses in angle brackets, the rest escaped. */
export function toWireText(typed: string, directory: Directory): string {
  return pieces(typed, directory)
    .map((piece) => piece.wire)
    .join("");
}

/** The `rich_text` block that clients send along with a message. */
export function toRichTextBlock(typed: string, directory: Directory, blockId: string): JsonObject {
  const elements = pieces(typed, directory).map((piece) => piece.element);
  return {
    type: "rich_text",
    block_id: blockId,
    elements: [{ type: "rich_text_section", elements }],
  };
}

/** A `rich_text` value with plain text. */
export function toRichText(text: string): JsonObject {
  return {
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
  };
}

/** `&`, `<` and `>` as Slack writes them; what is written so already stays. */
export function escapeText(text: string): string {
  return text
    .replaceAll(/&(?!(?:amp|lt|gt);)/g, "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}

function pieces(typed: string, directory: Directory): readonly Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of typed.matchAll(TOKENS)) {
    const piece = special(match, directory);
    if (piece === undefined) continue;
    if (match.index > end) found.push(plain(typed.slice(end, match.index)));
    found.push(piece);
    end = match.index + match[0].length;
  }
  if (end < typed.length) found.push(plain(typed.slice(end)));
  return found;
}

function plain(text: string): Piece {
  const shown = text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
  return { wire: escapeText(text), element: { type: "text", text: shown } };
}

function special(match: RegExpMatchArray, directory: Directory): Piece | undefined {
  const { entity, label, link, mail, bare, name, channel, emoji } = match.groups ?? {};
  if (entity !== undefined) return entityPiece(entity, label);
  if (link !== undefined) return { wire: `<${link}>`, element: { type: "link", url: link } };
  if (mail !== undefined || bare !== undefined) return addressPiece(match);
  if (emoji !== undefined) return { wire: match[0], element: { type: "emoji", name: emoji } };
  if (name !== undefined) return namedPiece(name, directory);
  const found = directory.channelByName(channel ?? "");
  return found === undefined ? undefined : entityPiece(`#${found.id}`, found.name);
}

function addressPiece({ groups = {} }: RegExpMatchArray): Piece | undefined {
  const address = addressOf(groups);
  return address === undefined ? undefined : entityPiece(address.url, address.text);
}

/** Resolves a typed name to a person, a group or everyone (`@channel`, `@here`). */
function namedPiece(name: string, directory: Directory): Piece | undefined {
  if (["here", "channel", "everyone"].includes(name)) return entityPiece(`!${name}`, undefined);
  const user = directory.userByName(name);
  if (user !== undefined) return entityPiece(`@${user.id}`, undefined);
  const group = directory.usergroupByHandle(name);
  return group === undefined ? undefined : entityPiece(`!subteam^${group.id}`, undefined);
}

function entityPiece(entity: string, label: string | undefined): Piece {
  const wire = label === undefined ? `<${entity}>` : `<${entity}|${label}>`;
  const id = entity.slice(1);
  if (entity.startsWith("@")) return { wire, element: { type: "user", user_id: id } };
  if (entity.startsWith("#")) return { wire, element: { type: "channel", channel_id: id } };
  if (entity.startsWith("!subteam^")) {
    return { wire, element: { type: "usergroup", usergroup_id: entity.slice("!subteam^".length) } };
  }
  if (entity.startsWith("!")) return { wire, element: { type: "broadcast", range: id } };
  return {
    wire,
    element: { type: "link", url: entity, ...(label === undefined ? {} : { text: label }) },
  };
}
