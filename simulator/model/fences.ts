/** A text in which each fenced part is replaced by a mark, and the parts themselves. */
export interface Fenced {
  /** The text with `⟦n⟧` where part n stood. */
  readonly text: string;
  readonly parts: readonly string[];
}

/** The ways in which prompts set text from outside apart; the first that begins, wins. */
const FENCE = new RegExp(
  [
    String.raw`<(?<tag>[A-Za-z][\w:.-]*)(?:\s[^<>]*)?>(?<inTag>[\s\S]*?)</\k<tag>(?:\s[^<>]*)?>`,
    "(?<ticks>`{3,})[^\\n`]*\\n(?<inTicks>[\\s\\S]*?)\\k<ticks>",
    String.raw`"""(?<inQuotes>[\s\S]*?)"""`,
    String.raw`<<<+[^<>\n]*>>>+(?<inMarkers>[\s\S]*?)<<<+\s*(?:END|/)[^<>\n]*>>>+`,
    String.raw`<<<+[ \t]*(?<word>[\w:-]*)[^\n<>]*\n(?<inAngles>[\s\S]*?)\n?\k<word>[ \t]*>>>+`,
    String.raw`-{3,}[ \t]*BEGIN (?<name>[^\n]+?)[ \t]*-{3,}(?<inDashes>[\s\S]*?)-{3,}[ \t]*END \k<name>[ \t]*-{3,}`,
    String.raw`«(?<inGuillemets>[\s\S]*?)»`,
  ].join("|"),
  "g",
);

/** The longest text that is read of a prompt, so that no text can keep the rules busy for long. */
const CHARACTERS_READ = 40_000;

/** @returns the first 40,000 characters of `text` with its fenced parts taken out, outermost fences only. */
export function splitFences(text: string): Fenced {
  const parts: string[] = [];
  // A mark that is already in the text would be taken for one of ours.
  const marked = text
    .slice(0, CHARACTERS_READ)
    .replace(/[⟦⟧]/g, "")
    .replace(FENCE, (...args) => {
      const groups: Record<string, string | undefined> = args.at(-1);
      const inside = Object.entries(groups).find(
        ([name, value]) => name.startsWith("in") && value !== undefined,
      );
      parts.push((inside?.[1] ?? "").trim());
      return `⟦${parts.length - 1}⟧`;
    });
  return { text: marked, parts };
}

/** @returns the number of the part that `mark` stands for; `undefined` when it is no mark. */
export function markedPart(mark: string): number | undefined {
  const found = /^["'(]?⟦(\d+)⟧["')]?$/.exec(mark.trim());
  return found === null ? undefined : Number(found[1]);
}

/** @returns `text` without its marks. */
export function withoutMarks(text: string): string {
  return text.replace(/⟦\d+⟧/g, " ");
}
