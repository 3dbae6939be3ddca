import { escapeBroadcasts } from "../markup.ts";
import { type Place, textOf } from "./place.ts";
import { encodeComponent, urlPlace } from "./url-place.ts";

/**
 * Slack's markup (https://docs.slack.dev/messaging/formatting-message-text). Values notify no channel and no group; links,
 * emphasis and mentions of single people in them stay. Within a link of the definition a value stays within the link.
 */
export const slackPlace: Place = {
  name: "Slack's markup",
  write: (pieces) => {
    const written: string[] = [];
    /** Since the last `<` that is still open; `null`: outside of links and mentions. */
    let inner: string | null = null;
    for (const piece of pieces) {
      if (typeof piece === "string") {
        written.push(piece);
        inner = openAngle(inner, piece);
        continue;
      }
      const text = textOf(piece.value);
      if (inner === null) written.push(escapeBroadcasts(text));
      else {
        // A value that begins with "!" would make a mention of many people of a "<" before it.
        if (inner === "" && text.startsWith("!")) defuse(written);
        const safe = writeInAngle(text, inner);
        written.push(safe);
        inner += safe;
      }
    }
    return written;
  },
  alone: (value) => escapeBroadcasts(textOf(value)),
};

/** What stands after the last `<` of a text that no `>` has closed. */
function openAngle(inner: string | null, text: string): string | null {
  const opens = text.lastIndexOf("<");
  const closes = text.lastIndexOf(">");
  if (opens > closes) return text.slice(opens + 1);
  return closes >= 0 || inner === null ? null : inner + text;
}

/** A `<` before a blank or a digit is a sign of the text: `fewer < 5`. */
const MAY_BE_LINK = /^(?:$|[^\s\p{N}])/u;

function writeInAngle(text: string, inner: string): string {
  const isTarget = !inner.includes("|");
  if (isTarget && /^[a-z]+:/i.test(inner)) return urlPlaceAfter(inner, text);
  const escaped = text.replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return isTarget && MAY_BE_LINK.test(inner) ? escaped.replaceAll("|", "%7C") : escaped;
}

function urlPlaceAfter(before: string, text: string): string {
  if (text === "") return "";
  const value = { template: "A value", isSecret: false, value: text };
  return urlPlace.write([before, value])[1] ?? encodeComponent(text);
}

/** Escapes the `<` at the end of what is written. */
function defuse(written: string[]): void {
  const index = written.findLastIndex((text) => text !== "");
  const before = written[index] ?? "";
  if (before.endsWith("<")) written[index] = `${before.slice(0, -1)}&lt;`;
}
