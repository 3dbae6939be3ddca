import { type SqlToken, sqlTokens } from "../../shared/sql/sql-tokens.ts";

/*
 * The policy for a statement with an unknown outcome (connection lost during COMMIT) if its step
 * sets no `onUnknown`. Judged by its form, since the usual idempotent write should not need a
 * person: an upsert, which changes nothing when it runs again, is repeated; for any other statement
 * a person decides.
 */

/** Whether the statement only reads, given a connection on which the database forbids changes. */
export function isRead(sql: string): boolean {
  const first = sqlTokens(sql)[0];
  return first?.kind === "word" && ["SELECT", "VALUES", "WITH", "TABLE"].includes(first.text);
}

const WRITES: ReadonlySet<string> = new Set(["INSERT", "UPDATE", "DELETE", "MERGE", "INTO"]);

/** Whether the statement only reads, by its form, whatever the connection allows: `WITH` can hold a write. */
export function isPlainRead(sql: string): boolean {
  return (
    isRead(sql) && !sqlTokens(sql).some(({ kind, text }) => kind === "word" && WRITES.has(text))
  );
}

/**
 * Whether the statement is `INSERT INTO t (a, b) VALUES ($1, 'x'), … ON CONFLICT (a) DO NOTHING`,
 * or `DO UPDATE SET` whose values are parameters, literals and `EXCLUDED`.
 *
 * The statement must set the columns of the conflict by parameters or literals: a default such as a
 * serial number would differ the second time, so there would be no conflict.
 */
export function isUpsert(sql: string): boolean {
  return new UpsertReader(sqlTokens(sql)).read();
}

class UpsertReader {
  readonly #tokens: readonly SqlToken[];
  #at = 0;

  constructor(tokens: readonly SqlToken[]) {
    this.#tokens = tokens;
  }

  read(): boolean {
    if (!this.#words("INSERT", "INTO") || !this.#path()) return false;
    const columns = this.#names();
    if (columns === null || !this.#words("VALUES") || !this.#rows()) return false;
    if (!this.#words("ON", "CONFLICT")) return false;
    const target = this.#names();
    if (target === null || !target.every((name) => columns.includes(name))) return false;
    if (!this.#words("DO") || !this.#action()) return false;
    return this.#returning() && this.#end();
  }

  #rows(): boolean {
    do {
      if (!this.#list(() => this.#constant())) return false;
    } while (this.#symbol(","));
    return true;
  }

  #action(): boolean {
    if (this.#words("NOTHING")) return true;
    if (!this.#words("UPDATE", "SET")) return false;
    do {
      if (this.#name() === null || !this.#symbol("=")) return false;
      const isExcluded = this.#words("EXCLUDED");
      if (isExcluded ? !this.#symbol(".") || this.#name() === null : !this.#constant()) {
        return false;
      }
    } while (this.#symbol(","));
    return true;
  }

  /** `RETURNING *` or names: they change nothing. */
  #returning(): boolean {
    if (!this.#words("RETURNING")) return true;
    if (this.#symbol("*")) return true;
    do {
      if (this.#name() === null) return false;
    } while (this.#symbol(","));
    return true;
  }

  #end(): boolean {
    this.#symbol(";");
    return this.#at === this.#tokens.length;
  }

  #constant(): boolean {
    this.#symbol("-");
    const token = this.#tokens[this.#at];
    const isConstant =
      token !== undefined &&
      (["parameter", "number"].includes(token.kind) ||
        // A backslash is an escape in some dialects only.
        (token.kind === "text" && !token.text.includes("\\")) ||
        (token.kind === "word" && ["NULL", "TRUE", "FALSE"].includes(token.text)));
    if (isConstant) this.#at += 1;
    return isConstant;
  }

  #list(item: () => boolean): boolean {
    if (!this.#symbol("(")) return false;
    do {
      if (!item()) return false;
    } while (this.#symbol(","));
    return this.#symbol(")");
  }

  #names(): readonly string[] | null {
    const names: string[] = [];
    const isRead = this.#list(() => {
      const name = this.#name();
      if (name !== null) names.push(name);
      return name !== null;
    });
    return isRead ? names : null;
  }

  #path(): boolean {
    do {
      if (this.#name() === null) return false;
    } while (this.#symbol("."));
    return true;
  }

  /** A name as it compares with others; quoted ones keep their case. */
  #name(): string | null {
    const token = this.#tokens[this.#at];
    if (token?.kind !== "word" && token?.kind !== "name") return null;
    this.#at += 1;
    return token.kind === "word" ? token.text.toLowerCase() : token.text;
  }

  #words(...words: readonly string[]): boolean {
    const isThere = words.every((word, index) => {
      const token = this.#tokens[this.#at + index];
      return token?.kind === "word" && token.text === word;
    });
    if (isThere) this.#at += words.length;
    return isThere;
  }

  #symbol(text: string): boolean {
    const token = this.#tokens[this.#at];
    const isThere = token?.kind === "symbol" && token.text === text;
    if (isThere) this.#at += 1;
    return isThere;
  }
}
