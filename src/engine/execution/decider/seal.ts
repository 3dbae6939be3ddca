import { asAppError } from "../../../shared/errors.ts";
import {
  hashJson,
  isJsonObject,
  type Json,
  type JsonObject,
  toJson,
} from "../../../shared/json.ts";
import { shortJson } from "../../../shared/json-text.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { beginningOf } from "../../../shared/shorten.ts";
import type { CompiledWorkflow } from "../../definition/compile.ts";
import {
  type LaterNames,
  type PlannedRelease,
  placeOf,
  readsOf,
  releasePlan,
} from "../../definition/release-plan.ts";
import { withMarks } from "../../language/marks.ts";
import { type Scope, withRoot } from "../../language/scope.ts";
import type { ExecutionEvent } from "../../model/events.ts";
import type { Edits } from "../../model/requests.ts";
import type { Fact, Release, Seal } from "../../model/seal.ts";
import type { ReadonlyFrame, ReadonlyRequest, ReadonlyState } from "../../model/state.ts";
import { framePath } from "../../model/step-path.ts";
import { executionScope } from "./execution-scope.ts";

/** Characters of a release's parameters that a request keeps; longer ones are sealed by their hash alone. */
const MAX_PARAMS = 200_000;

/** Where a decision is asked. */
export interface AskedAt {
  /** Path of the approval step's entry. */
  readonly approval: string;
  /** The body in which it is asked. */
  readonly frame: ReadonlyFrame;
  /** Place of the step with an effect that waits for it; absent: the approval step itself asks. */
  readonly from?: string;
}

/**
 * What a decision that is asked now would release, with everything that is known. Pure.
 *
 * Values that steps write between the question and a released step, and the decision itself, stay
 * open: they are named, not resolved.
 */
export function sealOf(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  asked: AskedAt,
  edits: Edits = {},
): Seal {
  const plan = releasePlan(workflow);
  const place = placeOf(workflow, asked.approval);
  const shown = readsOf(plan.stepAt(place));
  const planned = plan.releasesOf(place, asked.from);
  return {
    approval: asked.approval,
    ...omitUndefined({ from: asked.from }),
    definition: plan.contentHash,
    releases: planned.map((release) => {
      const frame = frameFor(state, asked.frame, release);
      const scope = withVariables(executionScope(state, frame, ""), edits);
      return resolveRelease(release, shown, scope);
    }),
    saw: variablesOf([...shown, ...planned.flatMap(({ reads }) => reads)]),
  };
}

/**
 * The event that seals a decision anew, with the values that its deciders gave instead of those that were asked.
 *
 * @returns nothing if they gave none.
 */
export function sealEdits(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  path: string,
  request: ReadonlyRequest | null,
  edits: Edits | undefined,
  now: number,
): readonly ExecutionEvent[] {
  const frame = state.frames.get(framePath(path));
  const { seal, id: requestId = "" } = request?.opened ?? {};
  if (!frame || !seal || !edits || Object.keys(edits).length === 0) return [];
  const { approval, from } = seal;
  const asked = { approval, frame, ...omitUndefined({ from }) };
  const sealed = sealOf(workflow, state, asked, edits);
  return [{ type: "decision_sealed", path, requestId, seal: sealed, at: now }];
}

/** The scope once the edits have been made. */
function withVariables(scope: Scope, edits: Edits): Scope {
  if (Object.keys(edits).length === 0) return scope;
  const values = Object.entries(edits).map(([name, { after }]): [string, Json] => [name, after]);
  const variables = { ...toJsonObject(scope.roots["variables"]), ...Object.fromEntries(values) };
  return withRoot(scope, "variables", variables);
}

function toJsonObject(value: unknown): JsonObject {
  const json = toJson(value ?? {});
  return isJsonObject(json) ? json : {};
}

/** The body whose names a release is resolved by: outside of the items that the way to the step leaves. */
function frameFor(
  state: ReadonlyState,
  frame: ReadonlyFrame,
  { leaves }: PlannedRelease,
): ReadonlyFrame {
  if (leaves === "") return frame;
  const depth = leaves.split("/").length - 2;
  const outer = frame.path.split("/").slice(0, depth).join("/");
  return state.frames.get(outer) ?? frame;
}

export type Path = readonly string[];

/** A release as it is now: everything that is known of it. */
export function resolveRelease(
  planned: PlannedRelease,
  shown: readonly Path[],
  scope: Scope,
): Release {
  const { step, place, choices, bound, later, reads } = planned;
  const { params, does } = resolveParams(planned, scope);
  const open = readsOf(step).filter((path) => isLater(later, path));
  const sealed = {
    step: step.definition.id,
    place,
    choices,
    does,
    later: open.map((path) => ({ path: path.join("."), by: writerOf(later, path) })),
    facts: factsOf([...shown, ...reads], later, scope),
    ...omitUndefined({ when: bound.when, strict: bound.strict }),
  };
  const hash = hashJson(toJson({ ...sealed, params }));
  const isShown = params !== null && JSON.stringify(params).length <= MAX_PARAMS;
  return { ...sealed, params: isShown ? params : null, hash };
}

function resolveParams(
  { step, later }: PlannedRelease,
  scope: Scope,
): { readonly params: JsonObject | null; readonly does: string } {
  try {
    const entry = step.program.enter({
      scope: withMarks(scope, (path) => isLater(later, path)),
      key: "",
      now: 0,
      startedBy: null,
    });
    if (entry.kind !== "run") return { params: null, does: "" };
    const does = step.program.effect?.describe(entry.params) ?? "";
    return { params: entry.params, does: beginningOf(does, MAX_PARAMS) };
  } catch (error) {
    return { params: null, does: `Cannot be resolved now: ${asAppError(error).message}` };
  }
}

/** The key of an entry differs from entry to entry, and costs grow: neither is part of what is decided. */
function isLater({ steps, variables }: LaterNames, [root, name]: Path): boolean {
  if (root === "costAccumulator") return true;
  if (root === "execution") return name === "idempotencyKey";
  if (root === "stepResults") return name === undefined ? steps.size > 0 : steps.has(name);
  if (root === "variables") return name === undefined ? variables.size > 0 : variables.has(name);
  return false;
}

function writerOf({ variables }: LaterNames, [root = "", name = ""]: Path): string {
  if (root === "variables") return variables.get(name) ?? "";
  return root === "stepResults" ? name : "";
}

function factsOf(reads: readonly Path[], later: LaterNames, scope: Scope): readonly Fact[] {
  const facts = new Map<string, Fact>();
  for (const path of reads) {
    const value = knownAt(path, later, scope);
    const name = path.join(".");
    if (value !== undefined) facts.set(name, toFact(name, toJson(value)));
  }
  return [...facts.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** Of all variables or results at once those are known that are not written later. */
function knownAt(path: Path, later: LaterNames, scope: Scope): Json | undefined {
  const [root = "", name] = path;
  if (root !== "variables" && root !== "stepResults") return undefined;
  if (name !== undefined) return isLater(later, path) ? undefined : scope.read(path);
  const known = Object.entries(toJsonObject(scope.roots[root])).filter(
    ([each]) => !isLater(later, [root, each]),
  );
  return Object.fromEntries(known);
}

function toFact(path: string, value: Json): Fact {
  return { path, hash: hashJson(value).slice(0, 16), text: shortJson(value) };
}

/** Names of variables; `*` stands for all, where they are read at once or by a name that is computed. */
function variablesOf(reads: readonly Path[]): readonly string[] {
  const names = reads.flatMap(([root, name]) => (root === "variables" ? [name ?? "*"] : []));
  return [...new Set(names)].toSorted();
}
