import type { Json } from "../json.ts";
import { escapeMrkdwn } from "../markup.ts";
import { isUserId } from "../slack-ids.ts";
import { findBareUrls } from "./bare-urls.ts";
import { type LinkKind, type Place, textOf } from "./place.ts";
import { encodeComponent, urlPlace } from "./url-place.ts";

/**
 * Slack's markup (https://docs.slack.dev/messaging/formatting-message-text). Values are text there, no mentions and no
 * links, unless the definition says so of an input, or puts them into a mention or a link of its own. There they stay within it,
 * and what is no id or address is text.
 *
 * Messages are sent without Slack's own search for addresses and names, which would find those of values, too. So the addresses
 * that the definition writes become links here.
 */
export const slackPlace: Place = {
  name: "Slack's markup",
  write: (pieces) => {
    const written: string[] = [];
    /** Since the last `<` that is still open; `null`: outside of links and mentions. */
    let inner: string | null = null;
    for (const piece of findBareUrls(pieces)) {
      if (typeof piece === "string") {
        written.push(piece);
        inner = openAngle(inner, piece);
        continue;
      }
      const text = textOf(piece.value);
      if (inner === null) written.push(asLink(piece.value, piece.link) ?? escapeMrkdwn(text));
      else if (isMisfit(inner, text)) {
        defuse(written);
        written.push(escapeMrkdwn(text));
        inner = null;
      } else {
        const safe = writeInAngle(text, inner);
        written.push(safe);
        inner += safe;
      }
    }
    return written;
  },
  alone: (value, _template, link) => asLink(value, link) ?? escapeMrkdwn(textOf(value)),
};

/** A value as a link or a mention; `null` for one that is none. */
export function asLink(value: Json | undefined, link: LinkKind | undefined): string | null {
  if (link === undefined || typeof value !== "string") return null;
  if (link === "user") return isUserId(value) ? `<@${value}>` : null;
  if (link === "channel") return /^[CG][A-Z0-9]+$/.test(value) ? `<#${value}>` : null;
  return ADDRESS.test(value) && URL.canParse(value) ? `<${inAngle(value)}>` : null;
}

/** What stands after the last `<` of a text that no `>` has closed. */
function openAngle(inner: string | null, text: string): string | null {
  const opens = text.lastIndexOf("<");
  const closes = text.lastIndexOf(">");
  if (opens > closes) return text.slice(opens + 1);
  return closes >= 0 || inner === null ? null : inner + text;
}

/** A `<` before a blank or a digit is a sign of the text: `fewer < 5`. */
const MAY_BE_LINK = /^(?:$|[^\s\p{N}])/u;
/** A whole address that a value may bring into a link of the definition. */
const ADDRESS = /^(?:https?:\/\/|mailto:|tel:)[^\s]*$/i;

/** Whether a value would make something else of the `<` before it than the definition means: a mention, or of one another one. */
function isMisfit(inner: string, text: string): boolean {
  if (text === "") return false;
  if (inner === "") return !ADDRESS.test(text);
  if (inner === "!") return true;
  return /^(?:[@#]|!subteam\^)$/.test(inner) && !/^[A-Z0-9]+$/.test(text);
}

function writeInAngle(text: string, inner: string): string {
  const isTarget = !inner.includes("|");
  if (isTarget && /^[a-z]+:/i.test(inner)) return urlPlaceAfter(inner, text);
  return isTarget && MAY_BE_LINK.test(inner) ? inAngle(text) : escapeMrkdwn(text);
}

function inAngle(text: string): string {
  return escapeMrkdwn(text).replaceAll("|", "%7C");
}

function urlPlaceAfter(before: string, text: string): string {
  if (text === "") return "";
  const value = { template: "A value", isSecret: false, value: text };
  return urlPlace.write([before, value])[1] ?? encodeComponent(text);
}

/** Escapes the `<` of the definition that is open, so that it begins nothing. */
function defuse(written: string[]): void {
  const index = written.findLastIndex((text) => text.includes("<"));
  const before = written[index] ?? "";
  const at = before.lastIndexOf("<");
  if (at >= 0) written[index] = `${before.slice(0, at)}&lt;${before.slice(at + 1)}`;
}
