import type { Json } from "../../shared/json.ts";

/** A request that changes something, which its caller may repeat under a key, and what it was answered. */
export interface AnswerRecord {
  /** Of caller, address and key. */
  readonly id: string;
  /** SHA-256 of what was asked, in hexadecimal: a repeat asks the same. */
  readonly askedHash: string;
  /** Random: who does the work. */
  readonly holder: string;
  /** From then on the key is free; milliseconds since 1970. Short while it is under way, and renewed: the process may die. */
  readonly expiresAt: number;
  /** `null`: it is under way. */
  readonly answer: { readonly status: number; readonly body: Json } | null;
}

/** Answers to requests that may be repeated. */
export interface AnswerStore {
  /** @returns what was stored first under this id and has not expired: the given record, or an earlier one. */
  claim(record: AnswerRecord, now: number): Promise<AnswerRecord>;
  /** Replaces the record with this id, if it has the same holder. */
  save(record: AnswerRecord): Promise<void>;
  /** Frees an id that this holder has. */
  remove(id: string, holder: string): Promise<void>;
}
