/** A token of SQL; `other` where dialects differ. */
export interface SqlToken {
  readonly kind: "word" | "name" | "text" | "number" | "parameter" | "symbol" | "comment" | "other";
  /** Words in upper case, names without their quotes, the rest as written. */
  readonly text: string;
}

const SPACE = /\s+/y;
const RULES: readonly (readonly [SqlToken["kind"], RegExp])[] = [
  ["comment", /--[^\n]*/y],
  ["parameter", /\$\d+/y],
  // PostgreSQL's strings with escapes.
  ["other", /[eE]'(?:[^'\\]|''|\\[^])*(?:'|$)/y],
  ["text", /'(?:[^']|'')*(?:'|$)/y],
  ["name", /"(?:[^"]|"")*(?:"|$)/y],
  // A name in brackets is SQLite's; with a quote inside it is an index of PostgreSQL.
  ["other", /`(?:[^`]|``)*(?:`|$)|\[[^\]['"$]*\]/y],
  ["word", /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ["number", /\d+(?:\.\d+)?/y],
  ["symbol", /[(),.=;*-]/y],
];
const DOLLAR_QUOTE = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;
const COMMENT_BORDER = /\/\*|\*\//g;

/** Splits SQL into tokens, comments among them. Never fails; linear time. */
export function sqlTokens(sql: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  // PostgreSQL's comments nest, those of SQLite do not: where they are not closed as nested ones, they are SQLite's.
  let nests = true;
  for (let at = 0; at < sql.length; ) {
    at = matchAt(SPACE, sql, at)?.end ?? at;
    if (at === sql.length) break;
    if (sql.startsWith("/*", at)) {
      const end: number | null = nests ? endOfNestedComment(sql, at) : null;
      nests = end !== null;
      const after = end ?? endOf("*/", sql, at + 2);
      tokens.push({ kind: "comment", text: sql.slice(at, after) });
      at = after;
      continue;
    }
    const { token, end } = tokenAt(sql, at);
    tokens.push(token);
    at = end;
  }
  return tokens;
}

/** The parameters of a statement, `$1`, `$2` …: not what only looks like one in a text or a comment. */
export function parametersOf(tokens: readonly SqlToken[]): ReadonlySet<string> {
  return new Set(tokens.filter(({ kind }) => kind === "parameter").map(({ text }) => text));
}

function tokenAt(sql: string, at: number): { readonly token: SqlToken; readonly end: number } {
  const quote = matchAt(DOLLAR_QUOTE, sql, at);
  if (quote) {
    const end = endOf(quote.text, sql, quote.end);
    return { token: { kind: "other", text: sql.slice(at, end) }, end };
  }
  for (const [kind, rule] of RULES) {
    const found = matchAt(rule, sql, at);
    if (found) return { token: { kind, text: normalize(kind, found.text) }, end: found.end };
  }
  return { token: { kind: "other", text: sql.charAt(at) }, end: at + 1 };
}

/** The position after the next `mark`; the end of the text if there is none. */
function endOf(mark: string, sql: string, from: number): number {
  const found = sql.indexOf(mark, from);
  return found === -1 ? sql.length : found + mark.length;
}

function endOfNestedComment(sql: string, at: number): number | null {
  let depth = 0;
  COMMENT_BORDER.lastIndex = at;
  for (let border = COMMENT_BORDER.exec(sql); border; border = COMMENT_BORDER.exec(sql)) {
    depth += border[0] === "/*" ? 1 : -1;
    if (depth === 0) return COMMENT_BORDER.lastIndex;
  }
  return null;
}

function normalize(kind: SqlToken["kind"], text: string): string {
  if (kind === "word") return text.toUpperCase();
  return kind === "name" ? text.slice(1, -1).replaceAll('""', '"') : text;
}

function matchAt(
  rule: RegExp,
  sql: string,
  at: number,
): { readonly text: string; readonly end: number } | null {
  rule.lastIndex = at;
  const text = rule.exec(sql)?.[0];
  return text ? { text, end: at + text.length } : null;
}
