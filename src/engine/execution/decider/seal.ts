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
import type { CompiledWorkflow } from "../../definition/compile.ts";
import {
  type Governor,
  type LaterNames,
  type PlannedRelease,
  placeOf,
  type ReleasePlan,
  readsOf,
  releasePlan,
} from "../../definition/release-plan.ts";
import { compileExpression } from "../../language/expression.ts";
import { withMarks } from "../../language/marks.ts";
import { type Scope, withRoot } from "../../language/scope.ts";
import type { Change, ExecutionEvent, Fact, Release, Seal } from "../../model/events.ts";
import type { Edits } from "../../model/requests.ts";
import type { ReadonlyFrame, ReadonlyRequest, ReadonlyState } from "../../model/state.ts";
import { framePath, isWithin } from "../../model/step-path.ts";
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
      return resolve(release, shown, scope);
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

/** A decision that does not hold for a step that is about to begin. */
export interface BrokenSeal {
  /** `null`: there was no decision. */
  readonly request: ReadonlyRequest | null;
  /** Place of the approval step. */
  readonly approval: string;
  readonly changed: readonly Change[];
}

/**
 * Compares a step with an effect, right before it begins, with what the decisions on the way to it
 * have released. Pure.
 *
 * @returns the decision that has to be asked again first; `null`: all hold, or none was needed.
 */
export function brokenSeal(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  frame: ReadonlyFrame,
  place: string,
): BrokenSeal | null {
  const plan = releasePlan(workflow);
  const asked = plan.governorsOf(place).flatMap(({ place: approval, isNamed }) =>
    decidedRequests(workflow, state, frame, approval).map((request) => ({
      request,
      approval,
      isNamed,
    })),
  );
  const broken: BrokenSeal[] = neverAsked(plan, place, asked);
  const order = [...state.requests.values()];
  const askedAt = (request: ReadonlyRequest | null): number =>
    request ? order.indexOf(request) : -1;
  const last = lastAsked(plan, order, asked);
  for (const { request, approval } of last) {
    const changed = changesSince(workflow, state, frame, place, approval, request);
    if (changed.length > 0) broken.push({ request, approval, changed });
    for (const before of plan.approvalsBefore(approval)) {
      if (last.some((one) => one.approval === before.place)) continue;
      for (const earlier of decidedRequests(workflow, state, frame, before.place)) {
        if (!before.choices.includes(earlier.outcome?.decision ?? "")) continue;
        const edited = editsSince(state, earlier);
        if (edited.length > 0)
          broken.push({ request: earlier, approval: before.place, changed: edited });
      }
    }
  }
  // The one that was asked first is asked first again.
  const [first = null] = broken.toSorted((a, b) => askedAt(a.request) - askedAt(b.request));
  return first;
}

/** The approvals that a step cannot be come to without, and that were not decided. */
function neverAsked(plan: ReleasePlan, place: string, asked: readonly Asked[]): BrokenSeal[] {
  const governors = plan.governorsOf(place);
  const certain = governors.filter(
    (one) => one.isCertain && !asked.some(({ approval }) => approval === one.place),
  );
  const isAround = (one: Governor): boolean => holds(framePath(one.place), framePath(place));
  // One or another has to be asked.
  const isMissing = certain.length + asked.length === 0 && plan.isAskedFor(place);
  const missing = isMissing ? governors.filter(isAround).slice(0, 1) : certain;
  return missing.map((one) => ({ request: null, approval: one.place, changed: [NEVER_ASKED] }));
}

/** Those that count: without those after which the run came to another approval. */
function lastAsked(
  plan: ReleasePlan,
  order: readonly ReadonlyRequest[],
  asked: readonly Asked[],
): readonly Asked[] {
  // To ask again does not bring the run to the approval once more.
  const cameTo = ({ request }: Asked): number =>
    order.findIndex((one) => approvalPathOf(one) === approvalPathOf(request));
  const isOver = (one: Asked): boolean =>
    asked.some((other) => order.indexOf(one.request) < cameTo(other) && follows(plan, one, other));
  return asked.filter((one) => one.isNamed || !isOver(one));
}

/** True for a step that a decision has released, or whose whole execution a decision elsewhere has. */
export function isReleased(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  path: string,
): boolean {
  if (state.start.parent?.released === true) return true;
  const frame = state.frames.get(framePath(path));
  const governors = releasePlan(workflow).governorsOf(placeOf(workflow, path));
  return governors.some(
    ({ place }) => frame && decidedRequests(workflow, state, frame, place).length > 0,
  );
}

interface Asked {
  readonly request: ReadonlyRequest;
  readonly approval: string;
  /** The author names the step in the approval's `releases`. */
  readonly isNamed: boolean;
}

/**
 * True when the way to the step went on from one approval to another, whose decision counts then. In
 * branches side by side both do.
 */
function follows(plan: ReleasePlan, one: Asked, other: Asked): boolean {
  if (one.approval === other.approval) return false;
  if (areSideBySide(one.approval, other.approval)) return false;
  return plan.approvalsBefore(other.approval).some(({ place }) => place === one.approval);
}

/** Do the places part at the branches of one step? */
function areSideBySide(one: string, other: string): boolean {
  const first = one.split("/");
  const second = other.split("/");
  const parting = first.findIndex((segment, index) => segment !== second[index]);
  return parting % 2 === 1 && parting < second.length;
}

const NEVER_ASKED: Change = { what: "this step", before: "not asked for", after: "about to begin" };

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

type Path = readonly string[];

function resolve(planned: PlannedRelease, shown: readonly Path[], scope: Scope): Release {
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
    return { params: entry.params, does: does.slice(0, MAX_PARAMS) };
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

/**
 * The decided requests of an approval that are on the way to a body: the latest one, and where bodies
 * that are over asked side by side, the latest of each.
 */
function decidedRequests(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  frame: ReadonlyFrame,
  approval: string,
): readonly ReadonlyRequest[] {
  const found = [...state.requests.values()].flatMap((request) => {
    const path = approvalPathOf(request);
    if (!isDecided(request) || placeOf(workflow, path) !== approval) return [];
    const body = framePath(path);
    const holder = holderOf(body, frame.path);
    // What was asked again for a step is not on the way to those beside it.
    const isBeside = holder === null || holderOf(framePath(request.path), frame.path) === null;
    return isBeside ? [] : [{ request, holder, body: withoutEntries(body) }];
  });
  // What an earlier entry of the holder asked is over.
  const newest = found.at(-1)?.holder;
  const own = found.filter(({ holder }) => holder === newest);
  return [...new Map(own.map(({ body, request }) => [body, request])).values()];
}

function isDecided({ outcome, opened }: ReadonlyRequest): boolean {
  if (outcome === null || opened.budget || opened.doubt) return false;
  return outcome.decision !== "cancelled" && outcome.decision !== "superseded";
}

/** The entry of the approval step that a request belongs to. */
export function approvalPathOf({ opened, path }: ReadonlyRequest): string {
  return opened.seal?.approval ?? path;
}

/**
 * The entry that holds a body, within the innermost body that is around it and another one.
 *
 * @returns empty: it is around the other itself; `null`: the two are executed side by side.
 */
function holderOf(body: string, other: string): string | null {
  if (body === "") return "";
  const segments = body.split("/");
  const others = other === "" ? [] : other.split("/");
  const parting = segments.findIndex((segment, index) => segment !== others[index]);
  if (parting === -1) return "";
  if (parting % 2 === 0) return segments[parting] ?? "";
  return parting < others.length ? null : "";
}

function withoutEntries(path: string): string {
  return path.replaceAll(/#\d+/g, "");
}

/** What is not as it was when a decision was asked, or why it does not release the step. */
function changesSince(
  workflow: CompiledWorkflow,
  state: ReadonlyState,
  frame: ReadonlyFrame,
  place: string,
  approval: string,
  request: ReadonlyRequest,
): readonly Change[] {
  const seal = request.sealed ?? request.opened.seal;
  // Asked by a release that sealed nothing.
  if (!seal) return [];
  const plan = releasePlan(workflow);
  const decision = request.outcome?.decision ?? "";
  const before = seal.releases.find((release) => release.place === place);
  if (seal.definition !== plan.contentHash)
    return [{ what: "the workflow", before: "as it was shown", after: "another version" }];
  if (!before?.choices.includes(decision)) {
    // Where the branch that asked is over, how it ended was for the join to judge, as values were.
    const isForJoin = seal.from === undefined && !holds(framePath(approval), framePath(place));
    return isForJoin ? editsSince(state, request) : [notReleased(decision)];
  }
  const edits = editsSince(state, request);
  if (edits.length > 0) return edits;
  const planned = plan.releasesOf(approval, seal.from).find((release) => release.place === place);
  return planned
    ? differencesNow(before, planned, seal, readsOf(plan.stepAt(approval)), state, frame)
    : [notReleased(decision)];
}

/** Compares what was released with what would be now. */
function differencesNow(
  before: Release,
  planned: PlannedRelease,
  seal: Seal,
  shown: readonly Path[],
  state: ReadonlyState,
  frame: ReadonlyFrame,
): readonly Change[] {
  const scope = executionScope(state, frame, "");
  const after = resolve(planned, shown, scope);
  if (after.hash !== before.hash) return differences(before, after);
  // Where it was asked at the step itself, the bounds were before people's eyes.
  const isHere = seal.from === planned.place;
  return isHere ? [] : [...whenFails(before, scope), ...isOpenStill(before)];
}

function notReleased(decision: string): Change {
  return { what: "the decision", before: decision, after: "does not release this step" };
}

/** Is a body that of a step, or around it? */
function holds(body: string, other: string): boolean {
  return body === "" || body === other || isWithin(other, body);
}

/** Values that people gave since, as far as the request shows them or its releases read them. */
function editsSince(state: ReadonlyState, request: ReadonlyRequest): readonly Change[] {
  const saw = new Set(request.opened.seal?.saw);
  return state.reopened.slice(request.reopenings).flatMap(({ edits, by }) =>
    edits
      .filter(({ name }) => saw.has(name) || saw.has("*"))
      .map(({ name, before, after }) => ({
        what: `variables.${name} (changed by <@${by}>)`,
        before,
        after,
      })),
  );
}

function whenFails({ when }: Release, scope: Scope): readonly Change[] {
  if (when === undefined) return [];
  try {
    const holds = compileExpression(when).evaluate(scope);
    return holds === true
      ? []
      : [{ what: `the condition ${when}`, before: "true", after: JSON.stringify(holds) }];
  } catch (error) {
    return [{ what: `the condition ${when}`, before: "true", after: asAppError(error).message }];
  }
}

/** What was open has been filled, and the author wants it to be seen. */
function isOpenStill({ strict, later }: Release): readonly Change[] {
  if (strict !== true) return [];
  return later.map(({ path, by }) => ({ what: path, before: null, after: `filled by ${by}` }));
}

function differences(before: Release, after: Release): readonly Change[] {
  const known = new Map(before.facts.map((fact) => [fact.path, fact]));
  const facts = after.facts.flatMap((fact): Change[] => {
    const earlier = known.get(fact.path);
    known.delete(fact.path);
    if (earlier?.hash === fact.hash) return [];
    return [{ what: fact.path, before: earlier?.text ?? null, after: fact.text }];
  });
  const gone = [...known.values()].map(({ path, text }) => ({
    what: path,
    before: text,
    after: null,
  }));
  const isKnown = before.params !== null && after.params !== null;
  const params = isKnown ? paramDifferences(before.params, after.params, "") : [];
  const all = [...facts, ...gone, ...params];
  return all.length > 0 ? all : [{ what: "what it does", before: before.does, after: after.does }];
}

function paramDifferences(before: Json, after: Json, path: string): readonly Change[] {
  if (hashJson(before) === hashJson(after)) return [];
  if (isJsonObject(before) && isJsonObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) =>
      paramDifferences(
        before[name] ?? null,
        after[name] ?? null,
        path === "" ? name : `${path}.${name}`,
      ),
    );
  }
  return [{ what: path, before: shortJson(before), after: shortJson(after) }];
}
