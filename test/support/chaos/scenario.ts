import type { Json, JsonObject } from "../../../src/shared/json.ts";
import type { Random } from "./random.ts";

/** A workflow of the chaos run, and how executions of it are planned. */
export interface Scenario {
  /** Deployed from a file at every start of the bot. */
  readonly definition: JsonObject & { readonly id: string };
  /** How often it is chosen, compared with others. @default 1 */
  readonly weight?: number;
  plan(chance: Random): Plan;
}

/** One execution as it shall go, whatever dies. */
export interface Plan {
  readonly variables: JsonObject;
  /** What people choose on its cards, in this order. */
  readonly clicks?: readonly Click[];
  /** Everybody clicks at the same moment, so that nobody knows whose choice is first. */
  readonly isContested?: boolean;
  /** It is cancelled so many milliseconds after its start. */
  readonly cancelAfterMs?: number;
  /** The event `chaos.go` of this run is told so many milliseconds after its start. */
  readonly eventAfterMs?: number;
  /** When it has failed, somebody has it go on. */
  readonly isRetried?: boolean;
  /** Of the runs of one line the next one begins when the last one is over. */
  readonly line?: string;
  /** The executions that its steps start; they carry a variable `part`. */
  readonly children?: Children;
  readonly expected: Expected;
}

export interface Children {
  readonly count: number;
  readonly status: Expected["status"];
  /** Whether they begin depends on when something came. */
  readonly isMaybe?: boolean;
}

export interface Click {
  readonly user: string;
  readonly choice: string;
}

export interface Expected {
  readonly status: "completed" | "failed" | "cancelled";
  /** Absent: not compared. */
  readonly output?: Json;
  /** Each as `kind name`, such as `http pay`. Exactly these happen, under one key each. */
  readonly effects: readonly string[];
  /** These may happen, too: it depends on when something came. */
  readonly maybe?: readonly string[];
}

/** An execution of the run: its plan under the name that all its effects carry. */
export interface PlannedRun {
  /** `r0017`: variable `run` of the execution. */
  readonly name: string;
  readonly workflowId: string;
  readonly startedBy: "api" | "webhook";
  readonly plan: Plan;
}

/** One thing that happened outside, as its receiver saw it. */
export interface Effect {
  /** Name of the execution's plan. */
  readonly run: string;
  /** `kind name`. */
  readonly name: string;
  /** The idempotency key under which it came: header, Message-ID, metadata or column. */
  readonly key: string;
  /** What was to be done: the same in every repeat. */
  readonly content: string;
}
