import { type SqlToken, sqlTokens } from "./sql-tokens.ts";

/*
 * Every query of a workflow is a transaction and a session of its own. Statements that only set up, or end, what others work in
 * would be executed and have no effect, or take the effect from their own query.
 */

const TRANSACTION =
  "each query is a transaction of its own, saved when it succeeds and undone when it fails. Put changes that belong together into one statement (WITH … AS (INSERT …) UPDATE …), or into a function of the database";
const SETTING =
  "settings end with the query that makes them. Make them in the statement that needs them (set_config), or have the operator set it for the database user (ALTER ROLE … SET)";
const LOCK =
  "the lock would end with this query. Lock within the statement that changes something: SELECT … FOR UPDATE in a WITH, or pg_advisory_xact_lock there";
const LISTENER =
  "the connection would be given back before a notification comes. Use a trigger of type database-change";
const SESSION =
  "what it prepares would be gone with this query. Write the statement itself as the query";
const COPY =
  "its data would pass beside the result. Use SELECT to read, and INSERT with values to write";
const TEMPORARY =
  "a temporary table would be gone with this query. Use WITH, or a table that stays";

/** Why a statement that begins with this word cannot be a query. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ...["BEGIN", "START", "COMMIT", "END", "ROLLBACK", "ABORT", "SAVEPOINT", "RELEASE"].map(
    (word) => [word, TRANSACTION] as const,
  ),
  ...["SET", "RESET", "DISCARD", "LOAD"].map((word) => [word, SETTING] as const),
  ...["LISTEN", "UNLISTEN"].map((word) => [word, LISTENER] as const),
  ...["PREPARE", "EXECUTE", "DEALLOCATE", "DECLARE", "FETCH", "MOVE", "CLOSE"].map(
    (word) => [word, SESSION] as const,
  ),
  ["LOCK", LOCK],
]);

/** Functions whose effect ends with the query, if the query does nothing else. */
const REFUSED_CALLS: ReadonlyMap<string, string> = new Map([
  ["SET_CONFIG", SETTING],
  ...["LOCK", "LOCK_SHARED", "XACT_LOCK", "XACT_LOCK_SHARED", "UNLOCK", "UNLOCK_SHARED"].flatMap(
    (name) => [[`PG_ADVISORY_${name}`, LOCK] as const, [`PG_TRY_ADVISORY_${name}`, LOCK] as const],
  ),
  ["PG_ADVISORY_UNLOCK_ALL", LOCK],
]);

/**
 * Why a text cannot be the one statement of a query, in PostgreSQL or SQLite, and what to do instead; `null`: it can.
 *
 * Judged by its form alone: what a function of the database does is not seen.
 */
export function whyNotStandalone(sql: string): string | null {
  // The text of a statement ends there in PostgreSQL's protocol.
  if (sql.includes("\0")) return "it holds the character U+0000. Remove it";
  const tokens = sqlTokens(sql).filter(({ kind }) => kind !== "comment");
  const [first] = tokens.filter(({ kind }) => kind === "word");
  if (first === undefined) return "it has to hold one statement, and holds none";
  const word = first.text;
  const reason = REFUSED.get(word) ?? (word === "COPY" && sendsCopy(tokens) ? COPY : null);
  if (reason !== null) return `${word} has no use here: ${reason}`;
  if (isTemporary(tokens, word)) return `it would have no effect: ${TEMPORARY}`;
  if (isSeveral(tokens, word)) {
    return "it has to hold one statement, and holds several. Write one for each step, or combine them into one (WITH)";
  }
  const call = onlyCall(tokens);
  const why = call === null ? undefined : REFUSED_CALLS.get(call);
  return why === undefined ? null : `${call?.toLowerCase()}() alone has no use here: ${why}`;
}

function sendsCopy(tokens: readonly SqlToken[]): boolean {
  return tokens.some((token) => isWord(token, "STDIN") || isWord(token, "STDOUT"));
}

/** `CREATE [LOCAL] TEMP …`, `SELECT … INTO TEMP …`; a column or a table may be named so. */
function isTemporary(tokens: readonly SqlToken[], first: string): boolean {
  return tokens.some((token, at) => {
    if (!isWord(token, "TEMP") && !isWord(token, "TEMPORARY")) return false;
    const [command, before] = [tokens[at - 2], tokens[at - 1]];
    const isInto =
      isWord(before, "INTO") && !isWord(command, "INSERT") && !isWord(command, "MERGE");
    if (isInto) return first === "SELECT" || first === "WITH";
    if (first !== "CREATE") return false;
    return ["CREATE", "LOCAL", "GLOBAL", "REPLACE"].some((word) => isWord(before, word));
  });
}

/** The bodies of functions and triggers hold statements of their own. */
function isSeveral(tokens: readonly SqlToken[], first: string): boolean {
  if (first === "CREATE") return false;
  const end = tokens.findIndex(isEnd);
  return end !== -1 && tokens.slice(end).some((token) => !isEnd(token));
}

/** The function of `SELECT f(…) [AS name]`, if that is all. */
function onlyCall(tokens: readonly SqlToken[]): string | null {
  const rest = tokens.filter((token) => !isEnd(token));
  if (!isWord(rest[0], "SELECT")) return null;
  const open = rest.findIndex(({ kind, text }) => kind === "symbol" && text === "(");
  const name = rest[open - 1];
  const path = rest.slice(1, open);
  if (name === undefined || !path.every(isPathPart)) return null;
  const after = rest.slice(closingOf(rest, open) + 1);
  const isAll = after.length === 0 || (isWord(after[0], "AS") && after.length === 2);
  return isAll ? name.text.toUpperCase() : null;
}

function isPathPart({ kind, text }: SqlToken): boolean {
  return kind === "word" || kind === "name" || text === ".";
}

/** The position of the bracket that closes the one at `open`; the end if there is none. */
function closingOf(tokens: readonly SqlToken[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at += 1) {
    const { kind, text } = tokens[at] ?? { kind: "other", text: "" };
    if (kind !== "symbol") continue;
    if (text === "(") depth += 1;
    if (text === ")") depth -= 1;
    if (depth === 0) return at;
  }
  return tokens.length;
}

function isEnd({ kind, text }: SqlToken): boolean {
  return kind === "symbol" && text === ";";
}

function isWord(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === "word" && token.text === word;
}
