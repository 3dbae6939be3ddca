import type { Socket } from "node:net";
import { BSON, type Document, MongoClient } from "mongodb";
import { messagesOf, type WireMessage, wireReply } from "./mongo-wire.ts";
import { startTcpProxy } from "./tcp-proxy.ts";

/**
 * Stands in for a server with change streams: a way to one that has none. It answers the commands of change streams itself, from
 * the writes that come by, and lets the server evaluate the stages after `$changeStream`. A double of the wire, not a server: it
 * knows the writes of this store alone and has no history.
 */
export interface ChangeStreamDouble extends AsyncDisposable {
  /** URI of a database by way of the double. */
  uri(database: string): string;
  /** How often somebody has asked for a stream. */
  readonly asked: number;
  /** Streams that are open. */
  readonly open: number;
  /** What whoever asks for a stream is answered from now on; `null`: the stream. */
  refuse(code: number | null): void;
  /** Cuts the connections over which streams are read. */
  cut(): void;
  /** Ends all streams with an error of this code. */
  fail(code: number): void;
}

interface Stream {
  readonly database: string;
  readonly stages: readonly Document[];
  readonly waiting: Document[];
  reads: number;
  /** Answers the read that is under way. */
  answer: ((reply: Document) => void) | null;
  socket: Socket | null;
}

/** How long a read of a stream waits for something to tell; the first does not wait, so that tests do not. */
const AWAIT_MS = 1000;

class Double {
  asked = 0;
  refusal: number | null = null;
  readonly streams = new Map<string, Stream>();
  readonly #evaluator: MongoClient;
  readonly #scratch: string;
  #ids = 0;
  /** Writes are told in their order. */
  #telling: Promise<unknown> = Promise.resolve();

  constructor(evaluator: MongoClient, scratch: string) {
    this.#evaluator = evaluator;
    this.#scratch = scratch;
  }

  /** @returns whether the command was answered here. */
  take({ command, requestId }: WireMessage, socket: Socket): boolean {
    const answer = (reply: Document): void => void socket.write(wireReply(requestId, reply));
    const stage: unknown = command["pipeline"]?.[0]?.$changeStream;
    if (command["aggregate"] !== undefined && stage !== undefined) {
      answer(this.#opened(command));
      return true;
    }
    if (command["getMore"] !== undefined) return this.#read(command, answer, socket);
    if (command["killCursors"] === undefined) return false;
    const [id] = command["cursors"];
    const stream = this.streams.get(String(id));
    if (!stream) return false;
    this.end(stream, failure(237, "CursorKilled"));
    answer({ cursorsKilled: [id], ok: 1 });
    return true;
  }

  /** A write was done. */
  tell(command: Document): void {
    const changes = changesOf(command);
    if (changes.length === 0) return;
    this.#telling = this.#telling.then(() => this.#evaluate(command["$db"], changes));
    this.#telling.catch(() => undefined);
  }

  end(stream: Stream, reply: Document): void {
    for (const [id, known] of this.streams) if (known === stream) this.streams.delete(id);
    stream.answer?.(reply);
  }

  #opened(command: Document): Document {
    this.asked += 1;
    if (this.refusal !== null) return failure(this.refusal, "Refused");
    this.#ids += 1;
    const id = BSON.Long.fromNumber(1_000_000_000_000 + this.#ids);
    const database: string = command["$db"];
    const stages = command["pipeline"].slice(1);
    this.streams.set(String(id), {
      database,
      stages,
      waiting: [],
      reads: 0,
      answer: null,
      socket: null,
    });
    return { cursor: { id, ns: `${database}.$cmd.aggregate`, firstBatch: [] }, ok: 1 };
  }

  #read(command: Document, answer: (reply: Document) => void, socket: Socket): boolean {
    const id = command["getMore"];
    const stream = this.streams.get(String(id));
    if (!stream) return false;
    const ns = `${stream.database}.$cmd.aggregate`;
    const give = (): void =>
      stream.answer?.({ cursor: { id, ns, nextBatch: stream.waiting.splice(0) }, ok: 1 });
    stream.reads += 1;
    const timer = setTimeout(give, stream.waiting.length > 0 || stream.reads === 1 ? 0 : AWAIT_MS);
    stream.socket = socket;
    stream.answer = (reply) => {
      clearTimeout(timer);
      stream.answer = null;
      answer(reply);
    };
    return true;
  }

  async #evaluate(database: string, changes: readonly Document[]): Promise<void> {
    const scratch = this.#evaluator
      .db(this.#scratch)
      .collection<Document & { readonly _id: number }>("changes");
    const documents = changes.map((change) => {
      this.#ids += 1;
      return { _id: this.#ids, ...change };
    });
    await scratch.insertMany(documents);
    const ids = documents.map(({ _id }) => _id);
    for (const [id, stream] of this.streams) {
      if (stream.database !== database) continue;
      const told = await scratch
        .aggregate([{ $match: { _id: { $in: ids } } }, ...stream.stages])
        .toArray();
      stream.waiting.push(...told.map((one) => ({ ...one, _id: { _data: String(one["_id"]) } })));
      const ns = `${database}.$cmd.aggregate`;
      if (stream.answer && stream.waiting.length > 0)
        stream.answer({
          cursor: { id: BSON.Long.fromString(id), ns, nextBatch: stream.waiting.splice(0) },
          ok: 1,
        });
    }
  }
}

export async function startChangeStreamDouble(serverUri: string): Promise<ChangeStreamDouble> {
  const evaluator = await new MongoClient(serverUri).connect();
  const scratch = evaluator.db().databaseName;
  const double = new Double(evaluator, scratch);
  const proxy = await startTcpProxy(serverUri, (client, upstream) => {
    passOn(double, client, upstream);
  });
  return {
    uri: (database) => `mongodb://127.0.0.1:${proxy.port}/${database}?directConnection=true`,
    get asked() {
      return double.asked;
    },
    get open() {
      return double.streams.size;
    },
    refuse: (code) => {
      double.refusal = code;
    },
    cut: () => {
      for (const stream of double.streams.values()) stream.socket?.destroy();
      double.streams.clear();
    },
    fail: (code) => {
      for (const stream of double.streams.values()) double.end(stream, failure(code, "Failed"));
    },
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await evaluator.db(scratch).dropDatabase();
      await evaluator.close();
    },
  };
}

/** Passes on what the double does not answer, and tells it of writes once the server has answered them. */
function passOn(double: Double, client: Socket, upstream: Socket): void {
  const writes = new Map<number, Document>();
  const fromClient = messagesOf((bytes, message) => {
    if (message !== null && double.take(message, client)) return;
    if (message !== null) writes.set(message.requestId, message.command);
    upstream.write(bytes);
  });
  const fromServer = messagesOf((bytes, message) => {
    client.write(bytes);
    const write = message && writes.get(message.responseTo);
    if (message) writes.delete(message.responseTo);
    if (write && message?.command["ok"] === 1) double.tell(write);
  });
  client.on("data", fromClient);
  upstream.on("data", fromServer);
}

function failure(code: number, codeName: string): Document {
  return { ok: 0, code, codeName };
}

/** What a write changes, as change events. An id is in each filter by which this store changes what is told of. */
function changesOf(command: Document): readonly Document[] {
  const { insert, update, delete: remove, findAndModify, $db: db } = command;
  if (findAndModify !== undefined) return [];
  const ns = { db, coll: insert ?? update ?? remove };
  if (insert !== undefined) {
    return command["documents"].map((fullDocument: Document) => ({
      operationType: "insert",
      ns,
      documentKey: { _id: fullDocument["_id"] },
      fullDocument,
    }));
  }
  const [operationType, parts] =
    update !== undefined ? ["replace", command["updates"]] : ["delete", command["deletes"] ?? []];
  return parts.map(({ q, u }: Document) => ({
    operationType: isUpdate(u) ? "update" : operationType,
    ns,
    documentKey: { _id: typeof q._id === "object" ? null : q._id },
  }));
}

function isUpdate(u: Document | undefined): boolean {
  return Object.keys(u ?? {}).some((key) => key.startsWith("$"));
}
