import type { JsonObject } from "../../json.ts";

/** What the log of an execution folds to. */
export interface SnapshotRecord {
  readonly executionId: string;
  /** The last commit that is in it. */
  readonly rev: number;
  readonly state: JsonObject;
}

/** The part of a store that spares reading a log from its beginning. Never needed: it may lag, and be lost. */
export interface SnapshotStore {
  /** Keeps what the log folds to up to a revision, instead of an older one. */
  writeSnapshot(snapshot: SnapshotRecord): Promise<void>;
  readSnapshot(executionId: string): Promise<SnapshotRecord | null>;
}
