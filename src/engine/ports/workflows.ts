import type { JsonObject } from "../../shared/json.ts";
import type { NameKind } from "./name-checks.ts";

/** Workflows, and their numbered versions that never change. */
export interface WorkflowStore {
  get(workflowId: string): Promise<WorkflowRecord | null>;
  /** By id. */
  list(): Promise<readonly WorkflowRecord[]>;
  /** Replaces the workflow with this id, or stores it. */
  save(workflow: WorkflowRecord): Promise<void>;
  /** @returns `false` if the number is taken. */
  insertVersion(version: VersionRecord): Promise<boolean>;
  getVersion(workflowId: string, version: number): Promise<VersionRecord | null>;
  /** Newest number first, without the definitions. */
  listVersions(workflowId: string): Promise<readonly VersionSummary[]>;
}

export interface WorkflowRecord {
  readonly workflowId: string;
  readonly name: string;
  readonly activeVersion: number;
  /** Content hash that each file of the workflows folder last deployed, by file name. */
  readonly files: Readonly<Record<string, string>>;
  readonly updatedAt: number;
  /** Nothing starts it any more. Absent: it is not archived. */
  readonly archived?: Archived;
}

/** Who archived something, and when. */
export interface Archived {
  /** Slack user id, or `api`. */
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface VersionSummary {
  readonly workflowId: string;
  readonly version: number;
  /** SHA-256 of the canonical definition without `version`. */
  readonly contentHash: string;
  readonly deployedBy: string;
  readonly deployedAt: number;
}

export interface VersionRecord extends VersionSummary {
  readonly definition: JsonObject;
  /** What names of the definition stood for when it was deployed. Absent: in old versions, and if none was pinned. */
  readonly pins?: readonly PinnedName[];
}

/** A name of a definition, and what stands for it when the version is executed. */
export interface PinnedName {
  readonly kind: NameKind;
  readonly name: string;
  readonly pin: string;
}

/** Described workflows. */
export interface DraftStore {
  /** @returns `false` if there is one with this id. */
  insert(draft: DraftRecord): Promise<boolean>;
  get(id: string): Promise<DraftRecord | null>;
  /** The newest draft of a thread by `createdAt`, of one moment the greatest id. */
  findInThread(channel: string, threadTs: string): Promise<DraftRecord | null>;
  /** The drafts of a channel, the greatest `threadTs` first; of one thread the oldest first. */
  listIn(channel: string, limit: number): Promise<readonly DraftRecord[]>;
  /** The drafts of all channels from `since` on by `createdAt`, the newest first; of one moment the greatest id. */
  listNewest(since: number, limit: number): Promise<readonly DraftRecord[]>;
  /** Those from before a moment, by `createdAt`; in the same order. */
  listBefore(before: number, limit: number): Promise<readonly DraftRecord[]>;
  /** Removes the draft with this id, if there is one. */
  remove(id: string): Promise<void>;
  /** Replaces the draft with this id, or stores it. */
  save(draft: DraftRecord): Promise<void>;
}

/** What a draft was, so that a change can be undone. */
export interface DraftRound {
  readonly source: JsonObject;
  readonly description: string;
}

/** A workflow that a person described, before it is deployed or discarded. */
export interface DraftRecord {
  readonly id: string;
  /** Slack user id of the person who described it. */
  readonly ownerId: string;
  readonly channel: string;
  /** Thread in which it is discussed. */
  readonly threadTs: string;
  /** The newest definition; `null`: none was written yet. */
  readonly source: JsonObject | null;
  /** What the person wants, changes included. */
  readonly description: string;
  /** How many definitions were written: 1 is the first. */
  readonly round: number;
  readonly status: "open" | "deployed" | "discarded";
  /** Slack's time stamp of the message that shows it; `null`: none yet. */
  readonly messageTs: string | null;
  /** Slack user id of the person who deployed or discarded it. */
  readonly settledBy: string | null;
  /** As which version it was deployed. */
  readonly version: number | null;
  /** The version that it changes; absent: it is a new workflow. */
  readonly base?: { readonly workflowId: string; readonly version: number };
  /** What it was before each change, the newest last; at most twenty. Absent in old records. */
  readonly earlier?: readonly DraftRound[];
  /** What the model says of its newest definition, in the language of the description. Absent: nothing. */
  readonly notes?: string;
  /** What the model asked instead of writing the next round, and what the person had asked of it before. Absent: nothing is asked. */
  readonly asked?: { readonly question: string; readonly wanted: string };
  readonly createdAt: number;
  readonly updatedAt: number;
}
