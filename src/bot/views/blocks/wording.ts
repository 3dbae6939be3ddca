import { showHidden, showHiddenInLine } from "../../../shared/visible-text.ts";
import type { Wording } from "../../../shared/wording.ts";
import { LIMITS, splitText } from "../../../slack/limits.ts";
import { escapeText } from "../../../slack/text.ts";

/** A value that is longer stands in a box of its own, below its sentence. */
const INLINE_CHARS = 400;
const FENCE = "```";
/** Of a box: room for the fences, and for the words around it. */
const BOX_CHARS = LIMITS.sectionText - 100;
/** Of a sentence within one section. */
const LINE_CHARS = LIMITS.sectionText - 50;

/** Ids and mentions of people, groups and channels, as definitions hold them. */
const PERSON = /^(?:<@)?([UW](?=[A-Z]*\d)[A-Z0-9]{5,20})(?:\|[^<>]*)?>?$/;
const GROUP = /^(?:<!subteam\^)?(S(?=[A-Z]*\d)[A-Z0-9]{5,20})(?:\|[^<>]*)?>?$/;
const CHANNEL = /^(?:<#)?([CG](?=[A-Z]*\d)[A-Z0-9]{5,20})(?:\|[^<>]*)?>?$/;

/**
 * A value as code: Slack reads nothing in it as markup, and nothing in it can end it. What cannot be seen is shown with marks; in
 * one line.
 */
export function showAsCode(value: string): string {
  const shown = escapeText(withoutTicks(showHiddenInLine(value)));
  return `\`${shown === "" ? "⟨empty⟩" : shown}\``;
}

/** A value in boxes with its lines, nothing lost; as many as its length needs. */
export function showInBoxes(value: string): readonly string[] {
  const shown = escapeText(withoutTicks(showHidden(value)));
  return splitText(shown, BOX_CHARS).map((part) => `${FENCE}\n${part}\n${FENCE}`);
}

/** Does a value need a box of its own? */
export function needsBox(value: string): boolean {
  return value.length > INLINE_CHARS || value.trim().includes("\n");
}

/** A sentence in lines of mrkdwn, each short enough for a section: words as they are, values as code, ids as names. */
export function showWording(sentence: Wording): readonly string[] {
  const boxes: string[] = [];
  const lines: string[] = [];
  let line = "";
  for (const piece of sentence) {
    const shown =
      typeof piece === "string"
        ? escapeText(piece)
        : showPiece(piece.value, (box) => boxes.push(...box));
    if (line.length + shown.length > LINE_CHARS) {
      lines.push(line);
      line = "";
    }
    line += shown;
  }
  return [...lines, line, ...boxes];
}

function showPiece(value: string, box: (lines: readonly string[]) => void): string {
  const named = showName(value);
  if (named !== null) return named;
  const code = showAsCode(value);
  if (!needsBox(value) && code.length <= 2 * INLINE_CHARS) return code;
  box(showInBoxes(value));
  return "(in the box below)";
}

/** An id as Slack's clients show it; `null`: the value is none. */
function showName(value: string): string | null {
  const person = PERSON.exec(value)?.[1];
  if (person !== undefined) return `<@${person}>`;
  const group = GROUP.exec(value)?.[1];
  if (group !== undefined) return `<!subteam^${group}>`;
  const channel = CHANNEL.exec(value)?.[1];
  return channel === undefined ? null : `<#${channel}>`;
}

/** A back quote would end the code. */
function withoutTicks(shown: string): string {
  return shown.replaceAll("`", "⟨U+0060⟩");
}
