import { parametersOf, type SqlToken, sqlTokens } from "../../../shared/sql/sql-tokens.ts";
import type { ConfigProblem } from "../../definition/step-type.ts";

const MAX_OVERLAP_MS = 86_400_000;

/** Words that end a query before its last row, or have no place within another one. */
const NO_PART = new Set(["LIMIT", "OFFSET", "FETCH", "FOR"]);

/** Problems of a trigger that finds rows by a mark: its query becomes a part of another one. */
export function checkMark(config: {
  readonly query: string;
  readonly mark: string;
  readonly key?: string | readonly string[] | undefined;
  readonly overlap?: number | undefined;
}): readonly ConfigProblem[] {
  return [...checkQuery(config.query), ...checkPlace(config)];
}

/** Problems of what a row is known by. */
export function checkPlace({
  mark,
  key,
  overlap,
}: {
  readonly mark?: string | undefined;
  readonly key?: string | readonly string[] | undefined;
  readonly overlap?: number | undefined;
}): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const columns = [mark, ...(typeof key === "object" ? key : [])];
  if (new Set(columns).size < columns.length) {
    problems.push({
      path: ["key"],
      message: "a column is named twice",
      fix: 'Name it once. The mark may be the key alone: "key": "id" with "mark": "id".',
    });
  }
  if (overlap !== undefined && overlap > MAX_OVERLAP_MS) {
    problems.push({
      path: ["overlap"],
      message: "rows are waited for up to a day",
      fix: "Give 1d or less.",
    });
  }
  return problems;
}

function checkQuery(query: string): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const add = (message: string, fix: string) => problems.push({ path: ["query"], message, fix });
  const tokens = sqlTokens(query.replace(/[;\s]+$/, "")).filter(({ kind }) => kind !== "comment");
  if (parametersOf(tokens).size > 0) {
    add(
      'with "mark" the query has no values',
      'Leave the comparison with $1 out: it is made with "mark" and "key".',
    );
  }
  if (!["SELECT", "WITH", "VALUES", "TABLE"].includes(tokens[0]?.text ?? "")) {
    add(
      'with "mark" the query has to read alone',
      "Write one SELECT that gives all rows, new and old.",
    );
  }
  const word = outermost(tokens).find(({ kind, text }) => kind === "word" && NO_PART.has(text));
  if (word !== undefined || tokens.some(({ kind, text }) => kind === "symbol" && text === ";")) {
    add(
      `with "mark" the query has no ${word?.text ?? "semicolon"}: it is asked for its new rows alone, in batches`,
      "Leave it out.",
    );
  }
  return problems;
}

/** The tokens that stand in no parentheses. */
function outermost(tokens: readonly SqlToken[]): readonly SqlToken[] {
  let depth = 0;
  return tokens.filter(({ kind, text }) => {
    if (kind === "symbol" && text === "(") depth += 1;
    if (kind === "symbol" && text === ")") depth -= 1;
    return depth === 0;
  });
}
