import type { Json } from "../json.ts";
import { escapeMrkdwn } from "../markup.ts";
import { type LinkKind, type Place, textOf } from "./place.ts";
import { asLink } from "./slack-place.ts";
import { encodeComponent, urlPlace } from "./url-place.ts";

/**
 * Markdown, as Slack's block `markdown` takes it (https://docs.slack.dev/reference/block-kit/blocks/markdown-block). Values are no
 * links, mentions or images there, and within the address of a link of the definition they stay within it. Marks of emphasis stay.
 */
export const markdownPlace: Place = {
  name: "Markdown",
  write: (pieces) => {
    /** The text so far, from where an address may have begun. */
    let line = "";
    return pieces.map((piece) => {
      const text = typeof piece === "string" ? piece : textOf(piece.value);
      const written =
        typeof piece === "string" ? text : writeValue(piece.value, piece.link, text, line);
      line = (line + written).slice(-MAX_ADDRESS);
      return written;
    });
  },
  alone: (value, _template, link) => asMarkdown(value, link) ?? escapeMarkdown(textOf(value)),
};

/** Characters in which the beginning of an address is searched. */
const MAX_ADDRESS = 2000;

function writeValue(
  value: Json | undefined,
  link: LinkKind | undefined,
  text: string,
  before: string,
): string {
  const address = /\]\(([^()\s]*)$/.exec(before)?.[1];
  if (address === undefined) return asMarkdown(value, link) ?? escapeMarkdown(text);
  // What is no address becomes a path, which leads nowhere.
  if (address === "") return inAddress(/^https?:\/\//i.test(text) ? text : encodeComponent(text));
  if (!/^https?:/i.test(address) || text === "") return encodeComponent(text);
  const piece = { template: "A value", isSecret: false, value: text };
  return inAddress(urlPlace.write([address, piece])[1] ?? "");
}

/** What would end an address in brackets. */
function inAddress(url: string): string {
  return url.replaceAll(/[()<>\s\\]/g, (one) =>
    encodeURIComponent(one).replace("(", "%28").replace(")", "%29"),
  );
}

function asMarkdown(value: Json | undefined, link: LinkKind | undefined): string | null {
  return link === "url" && asLink(value, link) !== null
    ? `<${inAddress(textOf(value))}>`
    : asLink(value, link);
}

/** Brackets begin links and images, `<` begins tags, mentions and addresses; bare addresses are found by their beginning. */
function escapeMarkdown(text: string): string {
  return escapeMrkdwn(text)
    .replaceAll(/[\\[\]]/g, "\\$&")
    .replaceAll("://", "\\://")
    .replaceAll(/www\./gi, (found) => `${found.slice(0, -1)}\\.`);
}
