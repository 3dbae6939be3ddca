import { type Collection, MongoBulkWriteError } from "mongodb";
import { type AppError, isAppError } from "../../shared/errors.ts";
import type { Inserted } from "./collections.ts";
import { DUPLICATE_KEY, toStoreError, unconfirmed } from "./failure.ts";

/**
 * Commands under way at a time. While they are, what arrives waits for the next one and travels in
 * it together.
 */
const MAX_COMMANDS = 4;
/** Documents in one command: bounds how long the first one waits for the last. */
const MAX_DOCUMENTS = 200;

interface Waiting<D> {
  readonly document: D;
  readonly resolve: (isFirst: boolean) => void;
  readonly reject: (error: unknown) => void;
}

function byId({ document: a }: Waiting<Inserted>, { document: b }: Waiting<Inserted>): number {
  return a._id < b._id ? -1 : Number(a._id > b._id);
}

/** The part of a connection that a batcher needs. */
interface Caller {
  readonly name: string;
  readonly ask: <T>(call: () => Promise<T>) => Promise<T>;
}

/** How the insert of one document ended. */
type Outcome = "first" | "taken" | AppError;

/**
 * Inserts documents on unique ids. Each is an insert of its own, which decides who was first;
 * documents that arrive while others are under way share one command, so that a hundred executions
 * do not need a hundred round trips.
 */
export class InsertBatcher<D extends Inserted> {
  readonly #connection: Caller;
  readonly #collection: Collection<Inserted>;
  #queue: Waiting<D>[] = [];
  #commands = 0;
  #isScheduled = false;

  constructor(connection: Caller, collection: Collection<Inserted>) {
    this.#connection = connection;
    this.#collection = collection;
  }

  /**
   * Inserts a document, which must not be changed afterwards.
   *
   * @returns `false` if the id was taken by a document with another `insertId`. A repeat after a
   * lost answer finds its own document and says `true`.
   */
  add(document: D): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ document, resolve, reject });
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      setImmediate(() => {
        this.#isScheduled = false;
        this.#send();
      });
    });
  }

  #send(): void {
    while (this.#commands < MAX_COMMANDS && this.#queue.length > 0) {
      // In one order everywhere: a server that inserts a command in one transaction, as FerretDB's does, answers "deadlock detected" to one of
      // two processes that insert the same ids in different orders.
      const group = this.#queue.splice(0, MAX_DOCUMENTS).sort(byId);
      this.#commands += 1;
      void this.#insertAll(group).finally(() => {
        this.#commands -= 1;
        this.#send();
      });
    }
  }

  async #insertAll(group: readonly Waiting<D>[]): Promise<void> {
    const outcomes = await this.#outcomes(group.map(({ document }) => document));
    group.forEach((waiting, index) => {
      const outcome = outcomes[index];
      if (outcome === "first") waiting.resolve(true);
      else if (outcome === "taken") waiting.resolve(false);
      else waiting.reject(outcome);
    });
  }

  async #outcomes(documents: readonly D[]): Promise<readonly Outcome[]> {
    try {
      const outcomes = await this.#connection.ask(() => this.#insertOnce(documents));
      return await this.#recognizeOwn(documents, outcomes);
    } catch (error) {
      const failure = toStoreError(error, this.#connection.name);
      // A document that the driver will not send at all must not take the others along.
      if (documents.length > 1 && !isAppError(failure, "store_unavailable")) {
        return (await Promise.all(documents.map((one) => this.#outcomes([one])))).flat();
      }
      return documents.map(() => failure);
    }
  }

  async #insertOnce(documents: readonly D[]): Promise<readonly Outcome[]> {
    try {
      await this.#collection.insertMany(documents, { ordered: false });
      return documents.map(() => "first");
    } catch (error) {
      if (!(error instanceof MongoBulkWriteError)) throw error;
      const failures = [error.writeErrors].flat();
      // Without a failed document it is the majority that did not confirm: it is unknown what will
      // stay.
      if (failures.length === 0 || error.result.getWriteConcernError()) throw error;
      const outcomes: Outcome[] = documents.map(() => "first");
      for (const failure of failures) {
        outcomes[failure.index] =
          failure.code === DUPLICATE_KEY ? "taken" : toStoreError(error, this.#connection.name);
      }
      return outcomes;
    }
  }

  /**
   * Which of the taken ids are taken by the very document that was sent: its first sending had
   * arrived.
   */
  async #recognizeOwn(
    documents: readonly D[],
    outcomes: readonly Outcome[],
  ): Promise<readonly Outcome[]> {
    const taken = documents.filter((_, index) => outcomes[index] === "taken");
    if (taken.length === 0) return outcomes;
    const ids = taken.map(({ _id }) => _id);
    const found = await this.#connection.ask(() =>
      this.#collection.find({ _id: { $in: ids } }, { projection: { insertId: 1 } }).toArray(),
    );
    const owners = new Map(found.map(({ _id, insertId }) => [_id, insertId]));
    return documents.map((document, index) => {
      const outcome = outcomes[index] ?? "first";
      if (outcome !== "taken") return outcome;
      const owner = owners.get(document._id);
      // Refused as a duplicate, and yet not there for a majority: what refused it may still be
      // undone.
      if (owner === undefined) return unconfirmed(this.#connection.name);
      return owner === document.insertId ? "first" : "taken";
    });
  }
}
