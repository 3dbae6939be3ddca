import type { KnownBlock } from "@slack/types";
import type { OpenRequest } from "../../engine/api/approvals.ts";
import type { BudgetStatus, CostSummary } from "../../engine/api/costs.ts";
import type { ExecutionSummary } from "../../engine/api/executions.ts";
import type { Pause, WorkflowSummary } from "../../engine/api/workflows.ts";
import type { Outage } from "../../shared/circuit-breaker.ts";
import type { RefusalSummary } from "../reconciler/refusal-log.ts";

/** Under the heading of a part that could not be read. */
export const UNREADABLE = "They cannot be shown at the moment.";

/** What App Home shows one person. `null` in place of a part: it could not be read. */
export interface HomeContent {
  /** What came of the click that this view answers. */
  readonly notice: readonly KnownBlock[];
  readonly decisions: HomeDecisions;
  /** Do they get a receipt for each decision? */
  readonly hasReceipts: boolean;
  readonly runs: HomeRuns | null;
  readonly workflows: HomeWorkflows | null;
  readonly costs: HomeCosts | null;
  /** What waits for an admin; `null`: this person is none. */
  readonly admin: HomeAdmin | null;
  /** The slash command as this workspace knows it. */
  readonly command: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What waits for a decision of this person. */
export interface HomeDecisions {
  /** Those of one page, the newest first. */
  readonly shown: readonly HomeDecision[];
  /** Where the page begins among all, counted from 0. */
  readonly from: number;
  readonly total: number;
  /** How many of all can be decided by a click alone. */
  readonly simple: number;
  /** What could not be read and is missing: a sentence each, in mrkdwn. */
  readonly gaps: readonly string[];
  /** They are still being read. */
  readonly isPending: boolean;
}

export interface HomeDecision {
  readonly open: OpenRequest;
  /** Of the request, in one line of mrkdwn. */
  readonly title: string;
  /** What it asks, whole, in mrkdwn; empty: it has no text. */
  readonly message: string;
  /** In mrkdwn: the workflow's name, and who or what started the run. */
  readonly workflow: string;
  readonly starter: string | null;
  /** Names and values of the run's inputs in mrkdwn. */
  readonly facts: readonly (readonly [string, string])[];
}

/** The runs that this person started, each list the newest first. */
export interface HomeRuns {
  readonly underWay: readonly HomeRun[];
  readonly ended: readonly HomeRun[];
  /** Have they started more than these? */
  readonly hasMore: boolean;
}

export interface HomeRun {
  readonly run: ExecutionSummary;
  /** Why it is where it is, or how it ended: mrkdwn, a line each. */
  readonly lines: readonly string[];
}

/** The workflows that this person may run. */
export interface HomeWorkflows {
  readonly all: readonly WorkflowSummary[];
  /** Those that they ran last, and others if those are few. */
  readonly first: readonly WorkflowSummary[];
}

export interface HomeCosts {
  readonly summary: CostSummary;
  /** Of this month, as far as this person may see them. */
  readonly budgets: readonly BudgetStatus[];
  /** Names of workflows by id. */
  readonly names: ReadonlyMap<string, string>;
  /** The chart as it was last drawn; `null`: there is none. */
  readonly picture: HomePicture | null;
  /** In place of the table, text: Slack did not take the table here. */
  readonly isPlain: boolean;
}

/** A chart that was uploaded. */
export interface HomePicture {
  /** Slack's id of the file. */
  readonly fileId: string;
  /** When it was drawn, in milliseconds since 1970. */
  readonly at: number;
}

export interface HomeAdmin {
  /** `null`: not everything is paused. */
  readonly everything: Pause | null;
  readonly paused: readonly { readonly workflow: WorkflowSummary; readonly pause: Pause }[];
  /** Triggers that are switched off. */
  readonly switchedOff: readonly {
    readonly workflow: WorkflowSummary;
    readonly trigger: string;
    readonly pause: Pause;
  }[];
  readonly outages: readonly Outage[];
  readonly refusals: readonly RefusalSummary[];
  readonly drafts: readonly HomeDraft[];
  /** Workflows or drafts could not be read: those that are paused or wait for a review may be missing. */
  readonly isIncomplete: boolean;
}

/** A draft that waits for an admin. */
export interface HomeDraft {
  readonly id: string;
  readonly round: number;
  readonly name: string;
  readonly ownerId: string;
  /** When it was last changed, in milliseconds since 1970. */
  readonly at: number;
  /** The workflow that it changes; `null`: it is a new one. */
  readonly changes: string | null;
}
