import type { Clock } from "../clock.ts";
import type { Ack, Delivery, DeliveryKind } from "../delivery/transport.ts";
import type { JsonObject } from "../json.ts";

const MAX_ENTRIES = 4_000;
/** Estimated by the length of what went over the wire. */
const MAX_BYTES = 48 * 1024 * 1024;

interface Entry {
  /** Grows from entry to entry; stays when the entry changes. */
  readonly id: number;
  /** Number of the latest change of the whole log that touched this entry. */
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A payload sent to the app and, once known, its acknowledgement. */
export interface DeliveryEntry extends Entry {
  readonly type: "delivery";
  readonly kind: DeliveryKind;
  readonly payload: JsonObject;
  readonly retry?: Delivery["retry"];
  /** The fault applied to it: `delay`, `duplicate`, `reorder` or `drop`. */
  readonly fault?: string;
  /** Absent until the app acknowledged or its time was over. */
  readonly ack?: Ack;
}

/** One call that the app made, and its answer. */
export interface CallEntry extends Entry {
  readonly type: "call";
  /** The Web API method, or `response_url`. */
  readonly method: string;
  /** From the request to its answer. */
  readonly ms: number;
  /** HTTP status; 0 when the connection was cut without an answer. */
  readonly status: number;
  readonly ok: boolean;
  readonly error?: string;
  /** Arguments as they were read; never a token. */
  readonly args: JsonObject;
  readonly response: JsonObject;
}

/** A Socket Mode connection opened, closed or was asked to disconnect. */
export interface ConnectionEntry extends Entry {
  readonly type: "connection";
  readonly event: "opened" | "closed" | "disconnect";
  readonly connections: number;
  readonly reason?: string;
}

export type TrafficEntry = DeliveryEntry | CallEntry | ConnectionEntry;
/** An entry before it has its numbers. */
export type NewEntry =
  | Omit<DeliveryEntry, "id" | "seq">
  | Omit<CallEntry, "id" | "seq">
  | Omit<ConnectionEntry, "id" | "seq">;

/** The latest traffic between Slack and the app, oldest first. Bounded in number and in size. */
export class TrafficLog {
  readonly #clock: Clock;
  readonly #entries = new Map<number, { readonly entry: TrafficEntry; readonly bytes: number }>();
  readonly #listeners = new Set<(entry: TrafficEntry) => void>();
  #bytes = 0;
  #nextId = 1;
  #seq = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Number of the latest change. */
  get lastSeq(): number {
    return this.#seq;
  }

  /**
   * Adds an entry.
   *
   * @param bytes - about how much memory it holds.
   * @returns its id.
   */
  add(entry: NewEntry, bytes: number): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.#save({ ...entry, id, seq: 0 }, bytes);
    return id;
  }

  /** Notes what became of a delivery. Does nothing when the entry is forgotten already. */
  settle(id: number, ack: Ack): void {
    const known = this.#entries.get(id);
    if (known?.entry.type !== "delivery") return;
    this.#save({ ...known.entry, ack }, known.bytes);
  }

  /** Records that a connection opened, closed or was asked to disconnect. */
  connection(event: ConnectionEntry["event"], connections: number, reason?: string): void {
    const at = this.#clock.now();
    const why = reason === undefined ? {} : { reason };
    this.add({ type: "connection", at, event, connections, ...why }, 100);
  }

  /** Entries that were added or changed after the change `since`, oldest first. */
  list(since = 0): readonly TrafficEntry[] {
    return [...this.#entries.values()]
      .map(({ entry }) => entry)
      .filter((entry) => entry.seq > since);
  }

  /** The latest calls, oldest first; of one method if it is named. */
  calls(method?: string): readonly CallEntry[] {
    return this.list()
      .filter((entry) => entry.type === "call")
      .filter((entry) => method === undefined || entry.method === method);
  }

  /** The latest deliveries, oldest first. */
  deliveries(): readonly DeliveryEntry[] {
    return this.list().filter((entry) => entry.type === "delivery");
  }

  /** Calls `listener` with every entry that is added or changed. Returns a function that ends that. */
  subscribe(listener: (entry: TrafficEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #save(entry: TrafficEntry, bytes: number): void {
    this.#seq += 1;
    const numbered = { ...entry, seq: this.#seq };
    if (!this.#entries.has(entry.id)) this.#bytes += bytes;
    this.#entries.set(entry.id, { entry: numbered, bytes });
    this.#forgetOldest();
    for (const listener of this.#listeners) listener(numbered);
  }

  #forgetOldest(): void {
    for (const [id, { bytes }] of this.#entries) {
      if (this.#entries.size <= MAX_ENTRIES && this.#bytes <= MAX_BYTES) return;
      this.#entries.delete(id);
      this.#bytes -= bytes;
    }
  }
}
