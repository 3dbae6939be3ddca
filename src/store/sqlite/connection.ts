import type { DatabaseSync, StatementSync } from "node:sqlite";
import { AppError } from "../../shared/errors.ts";
import { toStoreError } from "./failure.ts";
import { GroupCommit } from "./group-commit.ts";

/**
 * An open database as the areas of the store use it: prepared statements, reads at once, writes in
 * groups.
 */
export class Connection {
  readonly #database: DatabaseSync;
  readonly #group: GroupCommit;
  /** What messages call the database. */
  readonly #name: string;

  constructor(database: DatabaseSync, name: string) {
    this.#database = database;
    this.#name = name;
    this.#group = new GroupCommit(database);
  }

  /**
   * How many transactions were committed; with how many writes were made, it shows the grouping.
   */
  get transactions(): number {
    return this.#group.transactions;
  }

  prepare(sql: string): StatementSync {
    return this.#database.prepare(sql);
  }

  /**
   * Runs queries. They see every write that has resolved.
   *
   * @throws {AppError} `store_unavailable`.
   */
  async read<T>(work: () => T): Promise<T> {
    this.#assertOpen();
    try {
      return work();
    } catch (error) {
      throw toStoreError(error, this.#name);
    }
  }

  /**
   * Runs statements in the transaction of this turn; all of them or none.
   *
   * @returns what `work` returned, once it is durable.
   * @throws {AppError} what `work` threw, or `store_unavailable`.
   */
  async write<T>(work: () => T): Promise<T> {
    this.#assertOpen();
    try {
      return await this.#group.add(work);
    } catch (error) {
      throw toStoreError(error, this.#name);
    }
  }

  /** Commits what waits and closes the file. A second call does nothing. */
  close(): void {
    if (!this.#database.isOpen) return;
    this.#group.flush();
    this.#database.close();
  }

  #assertOpen(): void {
    if (this.#database.isOpen) return;
    throw new AppError({
      code: "store_unavailable",
      message: `${this.#name} is closed, because the bot is stopping. Try again when it runs.`,
      retryable: true,
    });
  }
}
