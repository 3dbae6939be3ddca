import type { DatabaseSync, StatementSync } from "node:sqlite";
import { isAppError } from "../../shared/errors.ts";
import { isOwnFault } from "./failure.ts";

/** Most writes in one transaction: bounds how long one turn of the event loop can last. */
const MAX_GROUP = 1_000;

/** Settles the promise of one write, once the transaction is durable. */
type Outcome = () => void;

interface Write {
  /** Runs the statements. @returns what settles its promise. */
  readonly run: () => Outcome;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts all writes of one turn of the event loop into one transaction, so that a hundred executions
 * pay for one flush of the disk.
 *
 * Every write has a savepoint of its own: one that is refused leaves no trace and does not disturb
 * the others. If the database itself fails, all writes of the group are undone and all of them
 * reject.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #save: StatementSync;
  readonly #release: StatementSync;
  #queue: Write[] = [];
  #scheduled: NodeJS.Immediate | null = null;
  #transactions = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#save = database.prepare("SAVEPOINT one_write");
    this.#release = database.prepare("RELEASE one_write");
  }

  /** How many transactions were committed. */
  get transactions(): number {
    return this.#transactions;
  }

  /**
   * Runs `work` in the transaction of this turn.
   *
   * Values that the caller may change later must be turned to text before, not in `work`.
   *
   * @returns what `work` returned, once it is durable. Rejects with what `work` threw, or with the
   * error of the transaction.
   */
  add<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const run = (): Outcome => {
        const value = work();
        return () => resolve(value);
      };
      this.#queue.push({ run, reject });
      this.#scheduled ??= setImmediate(() => this.#turn());
    });
  }

  /** Commits everything that waits, now. */
  flush(): void {
    if (this.#scheduled !== null) clearImmediate(this.#scheduled);
    this.#scheduled = null;
    while (this.#queue.length > 0) this.#commitGroup(this.#queue.splice(0, MAX_GROUP));
  }

  #turn(): void {
    this.#scheduled = null;
    this.#commitGroup(this.#queue.splice(0, MAX_GROUP));
    if (this.#queue.length > 0) this.#scheduled = setImmediate(() => this.#turn());
  }

  #commitGroup(group: readonly Write[]): void {
    let outcomes: readonly Outcome[];
    try {
      // IMMEDIATE takes the write lock at once: a group never fails halfway because another program
      // began to write.
      this.#database.exec("BEGIN IMMEDIATE");
      outcomes = group.map((write) => this.#runOne(write));
      this.#database.exec("COMMIT");
    } catch (error) {
      this.#rollback();
      for (const write of group) write.reject(error);
      return;
    }
    this.#transactions += 1;
    for (const settle of outcomes) settle();
  }

  #runOne(write: Write): Outcome {
    this.#save.run();
    try {
      const outcome = write.run();
      this.#release.run();
      return outcome;
    } catch (error) {
      // A full disk may have ended the transaction already: then the others are gone too.
      const alone = this.#database.isTransaction && (isAppError(error) || isOwnFault(error));
      if (!alone) throw error;
      this.#database.exec("ROLLBACK TO one_write; RELEASE one_write");
      return () => write.reject(error);
    }
  }

  #rollback(): void {
    if (!this.#database.isTransaction) return;
    try {
      this.#database.exec("ROLLBACK");
    } catch {
      // The group is reported as failed in any case; SQLite undoes what is left when the file is
      // next opened.
    }
  }
}
