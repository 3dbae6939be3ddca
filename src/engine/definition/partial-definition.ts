import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { END, type Graph } from "./graph.ts";
import type { StepProgram, StepType } from "./step-type.ts";

/** A step as far as it can be understood: a definition with one slip is checked for all others too. */
export interface PartialStep {
  /** Where the step is in the document. */
  readonly path: readonly PropertyKey[];
  /** Empty when it is missing or no text. */
  readonly id: string;
  readonly config: JsonObject;
  readonly next: string | Readonly<Record<string, string>> | undefined;
  readonly fallbackStep: string | undefined;
  /** The step as it is written. */
  readonly source: JsonObject;
  /** `null`: the type is not known. */
  readonly type: StepType | null;
  /** `null`: the configuration does not fit its type. */
  readonly program: StepProgram | null;
  /** The bodies that the step holds, in the order of the definition. */
  readonly bodies: readonly PartialBody[];
}

/** The part of a draft that can be read before types are known. */
export type RawStep = Omit<PartialStep, "type" | "program" | "bodies">;

/** A list of steps that belong together, before they are checked. */
export interface RawBody {
  /** Branch id; empty for the root, and when it is missing or no text. */
  readonly id: string;
  /** Where the list of steps is in the document. */
  readonly path: readonly PropertyKey[];
  readonly isRoot: boolean;
  /** The variable that holds the item, in a body that is executed for each item of a list. */
  readonly item?: string | undefined;
  readonly steps: readonly RawStep[];
}

/** Steps that belong together, each checked by itself, and how they follow each other. */
export interface PartialBody extends Omit<RawBody, "steps"> {
  readonly steps: readonly PartialStep[];
  readonly graph: Graph;
}

/** The steps of a list, without those that are no objects. */
export function readBody(list: Json | undefined, place: Omit<RawBody, "steps">): RawBody {
  if (!Array.isArray(list)) return { ...place, steps: [] };
  const steps = list.flatMap((source: Json, index) =>
    isJsonObject(source) ? [readStep(source, [...place.path, index])] : [],
  );
  if (place.isRoot) return { ...place, steps };
  // In the body of a step, a missing `next` means the next step of the list.
  const following = steps.map((step, index) => ({
    ...step,
    next: step.next ?? (steps[index + 1]?.id || undefined),
  }));
  return { ...place, steps: following };
}

function readStep(source: JsonObject, path: readonly PropertyKey[]): RawStep {
  const text = (value: Json | undefined): string | undefined =>
    typeof value === "string" ? value : undefined;
  const config = source["config"];
  return {
    path,
    source,
    id: text(source["id"]) ?? "",
    config: isJsonObject(config) ? config : {},
    next: readNext(source["next"]),
    fallbackStep: text(source["fallbackStep"]),
  };
}

function readNext(next: Json | undefined): RawStep["next"] {
  if (typeof next === "string") return next;
  if (!isJsonObject(next)) return undefined;
  // A target that is no text has its problem from the schema; here it only must not seem to be missing.
  return Object.fromEntries(
    Object.entries(next).map(([key, target]) => [key, typeof target === "string" ? target : END]),
  );
}
