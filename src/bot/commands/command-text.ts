import { dropUnseen, trimUnseen } from "../../shared/unseen.ts";

const FENCED = /^```\s*([\s\S]*?)\s*```$/;
/** Bold, italic, struck out or code as a whole. */
const MARKED = /^([*_~`])([^\n]+)\1$/;
const QUOTED = /^["“„‟«'‘]([^"“”„‟«»'‘’]+)["“”»'’]$/;
const HELP = /^(?:-{1,2}h(?:elp)?|[–—]help|\?+)$/i;

/** A text without the marks of formatting around it all. */
export function withoutMarks(text: string): string {
  const fenced = FENCED.exec(text)?.[1];
  if (fenced !== undefined) return withoutMarks(fenced.trim());
  const [, mark = "", inside = ""] = MARKED.exec(text) ?? [];
  // `a` or `b` begins and ends with a mark, too.
  return mark === "" || inside.includes(mark) ? text : withoutMarks(inside.trim());
}

/**
 * A command as it was meant: without marks of formatting, and without what people type before it where it was pasted whole.
 *
 * @param before - `/workflow`, or the name of the bot.
 */
export function readCommandText(typed: string, before: readonly string[]): string {
  const marked = withoutMarks(trimUnseen(typed));
  const text = QUOTED.exec(marked)?.[1]?.trim() ?? marked;
  const lower = text.toLowerCase();
  const named = before.find((one) => lower === one || lower.startsWith(`${one.toLowerCase()} `));
  if (named !== undefined) return readCommandText(text.slice(named.length), before);
  return HELP.test(dropUnseen(text)) ? "help" : text;
}
