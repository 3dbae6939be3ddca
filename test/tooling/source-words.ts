/** A piece of a source, with the line on which it begins. */
export interface Piece {
  readonly kind: "comment" | "log" | "code";
  readonly line: number;
  readonly text: string;
}

/** A dropped word that was found, and what to write instead. */
export interface Finding {
  readonly line: number;
  readonly word: string;
  readonly instead: string;
}

/** A comment, a string, a template or a regular expression; everything between them is code. */
const TOKEN =
  /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[^]|[^`\\])*`|(?<=[=(,:[!&|?{};>\n]\s*)\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;

const LOG_CALL = /\blog(?:ger)?\??\.(?:trace|debug|info|warn|error|fatal)\(/gi;

/**
 * Takes a source apart: its comments, the texts of its log lines, and its code. Strings and templates are in none of them,
 * unless a logger is called with them.
 */
export function piecesOf(source: string): readonly Piece[] {
  const pieces: Piece[] = [];
  const lineAt = (index: number): number => source.slice(0, index).split("\n").length;
  let code = "";
  let end = 0;
  for (const match of source.matchAll(TOKEN)) {
    const [text] = match;
    const isComment = text.startsWith("/*") || text.startsWith("//");
    if (isComment) pieces.push({ kind: "comment", line: lineAt(match.index), text });
    const between = source.slice(end, match.index);
    end = match.index + text.length;
    if (!isComment && isLogged(code + between)) {
      pieces.push({ kind: "log", line: lineAt(match.index), text });
    }
    // Blanks keep the lines and the parentheses of the code where they are.
    code += between + text.replaceAll(/[^\n]/g, " ");
  }
  code += source.slice(end);
  return [...pieces, { kind: "code", line: 1, text: code }];
}

/** Whether what follows this code is an argument of a call of a logger. */
function isLogged(code: string): boolean {
  const call = [...code.slice(-1000).matchAll(LOG_CALL)].at(-1);
  if (call === undefined) return false;
  let depth = 1;
  for (const character of code.slice(-1000).slice(call.index + call[0].length)) {
    if (character === "(") depth += 1;
    if (character === ")") depth -= 1;
    if (depth === 0) return false;
  }
  return true;
}

/**
 * Finds dropped words in pieces of a source.
 *
 * @param words - patterns by what to write instead; a pattern matches whole words, in any case of its first letter.
 */
export function findWords(
  pieces: readonly Piece[],
  words: readonly (readonly [pattern: string, instead: string])[],
): readonly Finding[] {
  return pieces.flatMap(({ line, text }) =>
    words.flatMap(([pattern, instead]) =>
      [...text.matchAll(wholeWord(pattern))].map(({ index, 0: word }) => ({
        line: line + text.slice(0, index).split("\n").length - 1,
        word: word.replaceAll(/\s+(?:\*\s)?/g, " "),
        instead,
      })),
    ),
  );
}

/** In a comment that is wrapped, a line break and an asterisk stand for the blank of a phrase. */
function wholeWord(pattern: string): RegExp {
  const [first = "", ...rest] = pattern.replaceAll(" ", "\\s+(?:\\*\\s+|//\\s*)?");
  const anyCase = /[a-z]/.test(first) ? `[${first}${first.toUpperCase()}]` : first;
  return new RegExp(`(?<![\\w$])${anyCase}${rest.join("")}(?![\\w$])`, "g");
}
