import type { JsonObject } from "../json.ts";

const MAX_KEPT = 2_000;

/** One call that the app made. */
export interface CallRecord {
  readonly method: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly ms: number;
  readonly status: number;
  readonly ok: boolean;
  readonly error?: string;
  /** Arguments as they were read; never a token. */
  readonly args: JsonObject;
}

/** The latest calls, oldest first. */
export class CallLog {
  #records: CallRecord[] = [];

  add(record: CallRecord): void {
    this.#records.push(record);
    if (this.#records.length > 2 * MAX_KEPT) this.#records = this.#records.slice(-MAX_KEPT);
  }

  list(method?: string): readonly CallRecord[] {
    const kept = this.#records.slice(-MAX_KEPT);
    return method === undefined ? kept : kept.filter((record) => record.method === method);
  }

  clear(): void {
    this.#records = [];
  }
}
