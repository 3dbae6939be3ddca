import { approval } from "./approval.ts";
import type { StepType } from "./step-type.ts";
import { transform } from "./transform.ts";
import { wait } from "./wait.ts";

/** Every kind of step that definitions may name. */
export const stepTypes = [approval, transform, wait] as const;

/** The kinds by name. */
export const stepTypeMap: ReadonlyMap<string, StepType> = new Map(
  stepTypes.map((type: StepType): [string, StepType] => [type.kind, type]),
);
