import { setTimeout } from "node:timers/promises";
import { type ChangeStream, type Document, MongoServerError } from "mongodb";
import { type Change, type ChangeListener, PAUSE_MARKS } from "../../engine/ports/changes.ts";
import { AFTER_ANY } from "../executions.ts";
import type { Connection } from "./connection.ts";
import { isOwnFault, toStoreError } from "./failure.ts";

/** Pauses before a stream that broke is opened again. */
const MIN_PAUSE_MS = 500;
const MAX_PAUSE_MS = 60_000;

/** How long closing may take. */
const MAX_CLOSING_MS = 1000;

/**
 * What servers answer that have no change streams, or do not let us open one: a standalone (40573),
 * compatible servers (`Unrecognized pipeline stage name`, `CommandNotFound`, `CommandNotSupported`,
 * `NotImplemented`), a user without the right (`Unauthorized`). They would say so again.
 */
const NO_STREAMS: readonly unknown[] = [40_573, 40_324, 59, 115, 238, 13];

const KINDS: Readonly<Record<string, Change>> = {
  inbox: "executions",
  heads: "executions",
  processes: "executions",
  marks: "pauses",
  workflows: "workflows",
};

/**
 * Lets through what another process may have to poll for, and of that nothing but where it
 * happened: a signal; an execution that its process has no room for; a process that has left and
 * released its executions; a pause; a version.
 *
 * Timers and leases are missing on purpose: they become due without a write. So are heads that
 * change: the worker that releases one sets its timer. Exported for the test that checks what a
 * server lets through.
 */
const CHANGES_THAT_MATTER: readonly Document[] = [
  {
    $match: {
      $or: [
        { "ns.coll": "inbox", operationType: "insert" },
        {
          "ns.coll": "heads",
          operationType: "insert",
          "fullDocument.owner": { $exists: false },
        },
        { "ns.coll": "processes", operationType: "delete" },
        {
          "ns.coll": "marks",
          "documentKey._id": { $gte: PAUSE_MARKS, $lt: PAUSE_MARKS + AFTER_ANY },
        },
        { "ns.coll": "workflows" },
      ],
    },
  },
  { $project: { "ns.coll": 1 } },
];

/**
 * Rings for changes by one change stream over the database, for as long as the server has it. One
 * that broke is opened anew, after pauses that grow; where it had come is of no interest, because
 * the listener polls for everything then.
 */
export class ChangeStreamWatch implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #listener: ChangeListener;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<void>;
  #stream: ChangeStream | null = null;
  /** When the last one was open; `null`: it never was. */
  #openedAt: number | null = null;

  constructor(connection: Connection, listener: ChangeListener) {
    this.#connection = connection;
    this.#listener = listener;
    this.#ended = this.#run();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    const closed = this.#stream?.close().catch(() => undefined);
    // A server that does not answer must not keep the process from ending.
    const patience = setTimeout(MAX_CLOSING_MS, undefined, { ref: false });
    await Promise.race([Promise.all([closed, this.#ended]), patience]);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let pauseMs = MIN_PAUSE_MS; !signal.aborted; ) {
      const error = await this.#follow();
      if (signal.aborted) return;
      if (hasNoStreams(error)) {
        const problem = `the server refuses them (MongoDB error ${error.code})`;
        this.#listener.stateChanged({ kind: "unsupported", problem });
        return;
      }
      this.#listener.stateChanged({ kind: "broken", problem: this.#problem(error) });
      // One that was open for longer than the pause was no failed attempt.
      const openMs = this.#openedAt === null ? 0 : performance.now() - this.#openedAt;
      if (openMs > pauseMs) pauseMs = MIN_PAUSE_MS;
      await setTimeout(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS);
    }
  }

  /**
   * Opens a stream and rings for what comes until it ends. @returns why it ended; `null`: the
   * server closed it.
   */
  async #follow(): Promise<unknown> {
    const stream = this.#connection.changes([...CHANGES_THAT_MATTER]);
    this.#stream = stream;
    this.#openedAt = null;
    try {
      // Opens it, and waits for a first answer of it: up to a second if nothing changes.
      await stream.tryNext();
      if (this.#stopping.signal.aborted) return null;
      this.#openedAt = performance.now();
      this.#listener.stateChanged({ kind: "live" });
      // Read in this form the driver does not resume by itself, so that one knows while nothing
      // rings.
      for await (const change of stream.stream()) this.#tell(change);
      return null;
    } catch (error) {
      return error;
    } finally {
      await stream.close().catch(() => undefined);
    }
  }

  #tell(change: Document): void {
    const kind = KINDS[String(change["ns"]?.coll)];
    if (kind !== undefined && !this.#stopping.signal.aborted) this.#listener.changed(kind);
  }

  #problem(error: unknown): string {
    return error === null
      ? "the server closed it"
      : toStoreError(error, this.#connection.name).message;
  }
}

function hasNoStreams(error: unknown): error is MongoServerError {
  if (!(error instanceof MongoServerError)) return false;
  return NO_STREAMS.includes(error.code) || isOwnFault(error);
}
