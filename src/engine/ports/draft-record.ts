import type { JsonObject } from "../../shared/json.ts";

/** A workflow that somebody described, before it is deployed or put away. */
export interface DraftRecord {
  readonly id: string;
  /** Slack user id of who described it. */
  readonly ownerId: string;
  readonly channel: string;
  /** Thread in which it is talked about. */
  readonly threadTs: string;
  /** The newest definition; `null`: none was written yet. */
  readonly source: JsonObject | null;
  /** What was asked for, changes included. */
  readonly description: string;
  /** How many definitions were written: 1 is the first. */
  readonly round: number;
  readonly status: "open" | "deployed" | "discarded";
  /** Slack's time stamp of the message that shows it; `null`: none yet. */
  readonly messageTs: string | null;
  /** Slack user id of who deployed or discarded it. */
  readonly settledBy: string | null;
  /** As which version it was deployed. */
  readonly version: number | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}
