import type { JsonObject } from "../../shared/json.ts";
import type { Answerable } from "./answerable.ts";
import type { RequestOpened } from "./requests.ts";

/**
 * What people and their settings do to an execution as a whole, besides cancelling it. Stored like the
 * other events (`events.ts`).
 */
export type ControlEvent =
  | ExecutionReopened
  | ExecutionMigrated
  | ExecutionHeld
  | ExecutionResumed
  | SlotAcquired;

/** A request that came with an idempotency key. */
export interface KeyedRequest {
  readonly key: string;
  /** SHA-256 of what was asked: distinguishes a repeat from a reused key. */
  readonly bodyHash: string;
}

/** A person retries an execution that failed or was cancelled. */
export interface ExecutionReopened {
  readonly type: "execution_reopened";
  /**
   * The entry that is done again, or the body that continues; absent: everything continues where it
   * was given up.
   */
  readonly path?: string;
  /** Variables that get other values. */
  readonly variables?: JsonObject;
  /** Steps that are done again although they had their effect, by their ids: an admin named them. */
  readonly again?: readonly string[];
  readonly by: string;
  /** Who answers for that besides `by`: the owner of a token. */
  readonly answerable?: readonly Answerable[];
  readonly asked?: KeyedRequest;
  readonly signalId: string;
  /** When it has to be over now. */
  readonly deadline: number;
  /** How it had ended: running totals take that back. */
  readonly ended: { readonly status: "failed" | "cancelled"; readonly at: number };
  readonly at: number;
}

/** A person moves a waiting execution to another version of its workflow. */
export interface ExecutionMigrated {
  readonly type: "execution_migrated";
  readonly version: number;
  /**
   * Steps that wait for a decision, and what is asked from now on; whatever was asked before
   * decides nothing any more.
   */
  readonly asked: readonly { readonly path: string; readonly request: RequestOpened }[];
  /**
   * Types of finished entries whose step the version does not have, or has with another type; by
   * path.
   */
  readonly formerTypes?: Readonly<Record<string, string>>;
  /** Versions of the named prompts that it did not ask before. */
  readonly prompts?: Readonly<Record<string, number>>;
  readonly by: string;
  /** Who answers for that besides `by`: the owner of a token, the deployer of the version. */
  readonly answerable?: readonly Answerable[];
  readonly signalId: string;
  readonly at: number;
}

/**
 * It enters no step and begins no attempt until it is resumed. What is under way ends; decisions
 * count; its time stands still.
 */
export interface ExecutionHeld {
  readonly type: "execution_held";
  readonly reason: HoldReason;
  /** Who paused. */
  readonly by?: string;
  /** The line in which it waits for a slot. */
  readonly line?: string;
  readonly at: number;
}

/** `slot`: as many as may run with this key do already. */
export type HoldReason = "pause" | "slot";

export interface ExecutionResumed {
  readonly type: "execution_resumed";
  readonly at: number;
}

/** It is one of those that may run with its key; it keeps the slot to its end. */
export interface SlotAcquired {
  readonly type: "slot_acquired";
  /** Workflow and key. */
  readonly line: string;
  readonly slot: number;
  readonly at: number;
}
