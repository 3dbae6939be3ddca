import type { JsonObject } from "../../shared/json.ts";

/** The step of another execution that started this one. */
export interface ParentStep {
  readonly executionId: string;
  readonly path: string;
  readonly attempt: number;
  /** It waits for the end, which is therefore sent to it. */
  readonly waits: boolean;
  /** A decision has released the start with these values: no person changes them afterwards. */
  readonly released?: boolean;
}

/**
 * A step starts another workflow: the run is inserted after this commit, again and again until it
 * is there.
 */
export interface ChildStarted {
  readonly type: "child_started";
  readonly path: string;
  readonly stepId: string;
  readonly attempt: number;
  /** Follows from the step's key: inserting it twice starts it once. */
  readonly childId: string;
  readonly workflowId: string;
  readonly version: number;
  readonly variables: JsonObject;
  /** The step waits for the end; else it continues at once, and the child goes its own way. */
  readonly waits: boolean;
  /** A decision has released the start with these values. */
  readonly released?: boolean;
  /**
   * Most that the child may spend, held against the cap until it has ended; absent: it can cost
   * nothing.
   */
  readonly allottedNano?: number;
  readonly at: number;
}

/**
 * A step has found the workflow that it starts; the start waits until others have settled what they
 * hold of the cap.
 */
export interface ChildHeld {
  readonly type: "child_held";
  readonly path: string;
  readonly stepId: string;
  readonly attempt: number;
  readonly child: ChildPlan;
  readonly at: number;
}

/** The end of an execution that a step of this one started and waits for. */
export interface ChildEnded {
  readonly type: "child_ended";
  readonly path: string;
  readonly attempt: number;
  readonly childId: string;
  readonly status: "completed" | "failed" | "cancelled";
  /** What it spent. Its own workflow's totals have it already. */
  readonly spentNano: number;
  readonly costUnknown?: boolean;
  readonly signalId: string;
  readonly at: number;
}

/** Which workflow a step asks for. */
export interface ChildRequest {
  readonly workflowId: string;
  /** Absent: the active one. */
  readonly version?: number;
  readonly variables: JsonObject;
}

/** A run that can be started: its version and inputs were checked. */
export interface ChildPlan {
  readonly workflowId: string;
  readonly version: number;
  readonly variables: JsonObject;
  /** Most that its definition lets it spend; 0: it has no step that can cost anything. */
  readonly capNano: number;
}
