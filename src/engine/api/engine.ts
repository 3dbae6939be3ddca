import type { Outage } from "../../shared/circuit-breaker.ts";
import type { Absences } from "./absences.ts";
import type { Access } from "./access.ts";
import type { Approvals } from "./approvals.ts";
import type { Audit } from "./audit.ts";
import type { ConversationReading } from "./conversation.ts";
import type { Costs, QueueStats } from "./costs.ts";
import type { CredentialKeeping } from "./credentials.ts";
import type { Data } from "./data.ts";
import type { Drafts } from "./drafts.ts";
import type { Evaluations } from "./evaluation.ts";
import type { Executions } from "./executions.ts";
import type { Files } from "./files.ts";
import type { Jobs } from "./jobs.ts";
import type { Prompts } from "./prompts.ts";
import type { Repeats } from "./repeats.ts";
import type { Sessions } from "./sessions.ts";
import type { Sharing } from "./sharing.ts";
import type { Streams } from "./streams.ts";
import type { Tokens } from "./tokens.ts";
import type { Triggers } from "./triggers.ts";
import type { Workflows } from "./workflows.ts";

/** What the bot and the web call: everything they may do with workflows and executions. */
export interface Engine {
  readonly access: Access;
  readonly workflows: Workflows;
  readonly executions: Executions;
  readonly streams: Streams;
  readonly approvals: Approvals;
  readonly audit: Audit;
  readonly triggers: Triggers;
  readonly prompts: Prompts;
  readonly drafts: Drafts;
  readonly conversation: ConversationReading;
  readonly costs: Costs;
  readonly evaluations: Evaluations;
  readonly sharing: Sharing;
  readonly files: Files;
  readonly absences: Absences;
  readonly credentials: CredentialKeeping;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly repeats: Repeats;
  readonly data: Data;
  readonly jobs: Jobs;
  readonly health: Health;
}

/** Whether the engine can work, and how much waits for it. */
export interface Health {
  /** Whether the store takes writes, as it was within the last five seconds. @throws {AppError} `store_unavailable`. */
  assertWritable(): Promise<void>;
  /** What is left to do, for monitoring. */
  queueStats(): Promise<QueueStats>;
  /** Models and systems that this process does not call for the moment, because they failed repeatedly. */
  outages(): readonly Outage[];
  /**
   * Calls one again at once, as if it had not failed.
   *
   * @returns whether it was left alone until then. @throws {AppError} `not_allowed` unless they are an admin.
   */
  endOutage(id: string, by: string): Promise<boolean>;
}
