import { isJsonObject, type Json, type JsonObject } from "../../json.ts";
import type { StepProgram, StepType } from "../steps/step-type.ts";
import { END } from "./graph.ts";

/** A step as far as it can be understood: a definition with one slip is checked for all others too. */
export interface DraftStep {
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
}

/** The part of a draft that can be read before types are known. */
export type RawStep = Omit<DraftStep, "type" | "program">;

const MAX_STEPS = 1000;

/** The steps of a document, without those that are no objects. */
export function readSteps(document: JsonObject): readonly RawStep[] {
  const steps = document["steps"];
  if (!Array.isArray(steps)) return [];
  return steps
    .slice(0, MAX_STEPS)
    .flatMap((source: Json, index) =>
      isJsonObject(source) ? [readStep(source, ["steps", index])] : [],
    );
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

/** The names that the outputs of steps are stored under, each with the ids of its steps. */
export function writtenVariables(
  steps: readonly RawStep[],
): ReadonlyMap<string, readonly string[]> {
  const written = new Map<string, string[]>();
  for (const step of steps) {
    const name = step.config["outputVariable"];
    if (typeof name !== "string") continue;
    written.set(name, [...(written.get(name) ?? []), step.id]);
  }
  return written;
}
