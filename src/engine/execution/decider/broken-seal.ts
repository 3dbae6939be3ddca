import { asAppError } from "../../../shared/errors.ts";
import { hashJson, isJsonObject, type Json } from "../../../shared/json.ts";
import { shortJson } from "../../../shared/json-text.ts";
import type { CompiledWorkflow } from "../../definition/compile.ts";
import {
  type Governor,
  type PlannedRelease,
  placeOf,
  type ReleasePlan,
  readsOf,
  releasePlan,
} from "../../definition/release-plan.ts";
import { compileExpression } from "../../language/expression.ts";
import type { Scope } from "../../language/scope.ts";
import type { Change, Release, Seal } from "../../model/seal.ts";
import type { ReadonlyFrame, ReadonlyRequest, ReadonlyState } from "../../model/state.ts";
import { framePath, isWithin, stepIdOf } from "../../model/step-path.ts";
import { approvalPathOf, decidedRequests } from "./decided-requests.ts";
import { executionScope } from "./execution-scope.ts";
import { type Path, resolveRelease } from "./seal.ts";

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
    // Where the branch that asked is over, how it ended was for the join to judge, as values were. Another entry of it is another branch.
    const asked = framePath(approvalPathOf(request));
    const isForJoin = seal.from === undefined && !holds(asked, frame.path);
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
  const after = resolveRelease(planned, shown, scope);
  if (after.hash !== before.hash) return differences(before, after);
  // Where it was asked at the step itself, the bounds were before people's eyes.
  const isHere = seal.from === planned.place;
  return isHere
    ? []
    : [...whenFails(before, scope), ...isOpenStill(before, stepIdOf(seal.approval))];
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
function isOpenStill({ strict, later }: Release, approval: string): readonly Change[] {
  if (strict !== true) return [];
  // The decision itself was not to be seen before it was made.
  const filled = later.filter(({ by }) => by !== approval);
  return filled.map(({ path, by }) => ({ what: path, before: null, after: `filled by ${by}` }));
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
