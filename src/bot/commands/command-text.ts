import { dropUnseen, trimUnseen } from "../../shared/unseen.ts";

const FENCE = "```";
/** Bold, italic, struck out or code as a whole. */
const MARKED = /^([*_~`])([^\n]+)\1$/;
const QUOTED = /^["“„‟«'‘]([^"“”„‟«»'‘’]+)["“”»'’]$/;
const HELP = /^(?:-{1,2}h(?:elp)?|[–—]help|\?+)$/i;

/** How many marks stand around each other, and how often a command is pasted with what stands before it. */
const MOST = 8;

/** A text without the marks of formatting around it all. */
export function withoutMarks(text: string): string {
  let rest = text;
  for (let n = 0; n < MOST; n += 1) {
    const inside = insideMarks(rest);
    if (inside === null) break;
    rest = inside.trim();
  }
  return rest;
}

function insideMarks(text: string): string | null {
  const isFenced = text.startsWith(FENCE) && text.endsWith(FENCE);
  if (isFenced && text.length >= 2 * FENCE.length) return text.slice(FENCE.length, -FENCE.length);
  const [, mark = "", inside = ""] = MARKED.exec(text) ?? [];
  // `a` or `b` begins and ends with a mark, too.
  return mark === "" || inside.includes(mark) ? null : inside;
}

/**
 * A command as it was meant: without marks of formatting, and without what people type before it where it was pasted whole.
 *
 * @param before - `/workflow`, or the name of the bot.
 */
export function readCommandText(typed: string, before: readonly string[]): string {
  let text = plainCommand(typed);
  for (let n = 0; n < MOST; n += 1) {
    const lower = text.toLowerCase();
    const named = before.find((one) => lower === one || lower.startsWith(`${one.toLowerCase()} `));
    if (named === undefined) break;
    text = plainCommand(text.slice(named.length));
  }
  return HELP.test(dropUnseen(text)) ? "help" : text;
}

function plainCommand(typed: string): string {
  const marked = withoutMarks(trimUnseen(typed));
  return QUOTED.exec(marked)?.[1]?.trim() ?? marked;
}
