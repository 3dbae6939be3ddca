import { escapeText } from "./typed-text.ts";

/** Entities in angle brackets: people, channels, groups, dates, links. */
const ENTITY = /<(?:[@#][A-Z0-9]+|![a-z][^<>]*|(?:https?|mailto|tel|slack):[^<>]*)(?:\|[^<>]*)?>/g;

/**
 * The text of an app's message as Slack keeps and returns it: `&`, `<` and `>` that the app did not escape are escaped. A
 * bot that reads a text back and sends it again must not escape it twice.
 */
export function storedText(text: string): string {
  let stored = "";
  let end = 0;
  for (const entity of text.matchAll(ENTITY)) {
    stored += escapeText(text.slice(end, entity.index)) + entity[0];
    end = entity.index + entity[0].length;
  }
  return stored + escapeText(text.slice(end));
}
