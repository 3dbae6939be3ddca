/** A token of SQL; `other` where dialects differ. */
export interface SqlToken {
  readonly kind: "word" | "name" | "text" | "number" | "parameter" | "symbol" | "other";
  /** Words in upper case, names without their quotes, the rest as written. */
  readonly text: string;
}

const SPACE = /\s+/y;
const RULES: readonly (readonly [SqlToken["kind"], RegExp])[] = [
  ["other", /--[^\n]*|\/\*[^]*?(?:\*\/|$)/y],
  ["other", /\$[A-Za-z_]*\$/y],
  ["parameter", /\$\d+/y],
  ["text", /'(?:[^']|'')*(?:'|$)/y],
  ["name", /"(?:[^"]|"")*(?:"|$)/y],
  ["other", /`(?:[^`]|``)*(?:`|$)|\[[^\]]*(?:\]|$)/y],
  ["word", /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ["number", /\d+(?:\.\d+)?/y],
  ["symbol", /[(),.=;*-]/y],
];

/** Splits SQL into tokens. Never fails; linear time. */
export function sqlTokens(sql: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  for (let at = 0; at < sql.length; ) {
    at = matchAt(SPACE, sql, at)?.end ?? at;
    if (at === sql.length) break;
    const token = tokenAt(sql, at);
    tokens.push(token.token);
    at = token.end;
  }
  return tokens;
}

function tokenAt(sql: string, at: number): { readonly token: SqlToken; readonly end: number } {
  for (const [kind, rule] of RULES) {
    const found = matchAt(rule, sql, at);
    if (found) return { token: { kind, text: normalize(kind, found.text) }, end: found.end };
  }
  return { token: { kind: "other", text: sql.charAt(at) }, end: at + 1 };
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
