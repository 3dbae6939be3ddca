import type { AttemptCost, RequestOpened, StepError } from "./events.ts";

/** Nobody knows whether an attempt had its effect, and its policy is to ask: the step waits for a person. */
export interface OutcomeAsked extends AttemptCost {
  readonly type: "outcome_asked";
  readonly path: string;
  readonly attempt: number;
  readonly error: StepError;
  readonly request: RequestOpened;
  readonly at: number;
}

/** What a person says of an attempt whose outcome nobody knew. */
export type OutcomeChoice = "happened" | "again" | "fail";

/** A person has looked. What follows for the step is told by an event of its own. */
export interface OutcomeTold {
  readonly type: "outcome_told";
  readonly path: string;
  readonly requestId: string;
  readonly by: string;
  readonly choice: OutcomeChoice;
  readonly at: number;
}
