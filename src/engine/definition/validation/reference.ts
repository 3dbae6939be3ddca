import { didYouMean } from "../../../shared/did-you-mean.ts";
import { writePath } from "../../language/missing-value.ts";
import { EXECUTION_FIELDS, SCOPE_ROOTS, STEP_RESULT_FIELDS } from "../../language/scope.ts";
import type { PartialBody, PartialStep } from "../partial-definition.ts";
import type { ProblemCollector } from "../problem.ts";
import { type SymbolSource, symbolsOf } from "./symbols.ts";

/** One of the bodies around a place. */
export interface Level {
  readonly body: PartialBody;
  /** The step of the body at which the place is, or which holds it; `null`: after all steps. */
  readonly here: string | null;
}

/** What the references of a definition are checked against. */
export interface ReferenceContext {
  /** The bodies around the place, the innermost first: names resolve in this order. */
  readonly levels: readonly Level[];
  /** Names of the declared inputs; `null`: every variable is possible. */
  readonly inputs: ReadonlySet<string> | null;
}

/** What the output of a step with branches holds for each. */
const BRANCH_FIELDS: readonly string[] = ["branchId", "status", "results", "error"];

/** What the output of a step holds for each item of its list. */
const ITEM_FIELDS: readonly string[] = ["index", "status", "output", "error"];

/** Where a reference stands. */
export interface ReferencePlace {
  readonly path: readonly PropertyKey[];
  /** `null`: the definition's `output`, which is evaluated after all steps. */
  readonly step: PartialStep | null;
  readonly form: "template" | "expression";
  /** Names that may begin a path here, besides those of every scope. */
  readonly roots?: readonly string[];
  /** True when `has(…)` asks for the value first: it may then be missing. */
  readonly isTested?: boolean;
}

/** Checks one path: that there is such a thing, and that it is there when the step is entered. */
export function checkReference(
  reference: readonly string[],
  place: ReferencePlace,
  context: ReferenceContext,
  collector: ProblemCollector,
): void {
  const [root, name] = reference;
  if (root === undefined || place.roots?.includes(root)) return;
  if (root === "secrets") return checkSecret(reference, place, collector);
  if (!SCOPE_ROOTS.some((known) => known === root))
    return unknownRoot(root, place, context, collector);
  if (name === undefined) return;
  if (root === "stepResults") checkStepResult(reference, name, place, context, collector);
  if (root === "variables") checkVariable(name, place, context, collector);
  if (root === "execution" && !EXECUTION_FIELDS.some((field) => field === name)) {
    collector.problem(
      place.path,
      `"execution" has no "${short(name)}"`,
      `It has ${EXECUTION_FIELDS.join(", ")}.${didYouMean(name, EXECUTION_FIELDS)}`,
    );
  }
}

function checkSecret(
  reference: readonly string[],
  place: ReferencePlace,
  collector: ProblemCollector,
): void {
  if (place.form === "template" && place.step?.type?.takesSecrets === true) return;
  // A step of unknown type has that problem already.
  if (place.form === "template" && place.step !== null && place.step.type === null) return;
  collector.problem(
    place.path,
    `the secret ${writePath(reference.slice(1))} must not stand here: it would be stored, shown or sent to a model`,
    "Use {{secrets.NAME}} in the parameters of a service step alone.",
  );
}

function unknownRoot(
  root: string,
  place: ReferencePlace,
  context: ReferenceContext,
  collector: ProblemCollector,
): void {
  const isVariable =
    context.inputs?.has(root) === true ||
    context.levels.some(({ body }) => body.item === root || symbolsOf(body).variables.has(root));
  collector.problem(
    place.path,
    `"${short(root)}" is not known`,
    isVariable
      ? `Write variables.${root}.`
      : `Paths begin with ${SCOPE_ROOTS.join(", ")}.${didYouMean(root, SCOPE_ROOTS)}`,
  );
}

function checkStepResult(
  reference: readonly string[],
  id: string,
  place: ReferencePlace,
  context: ReferenceContext,
  collector: ProblemCollector,
): void {
  const { levels } = context;
  const level = levels.find(({ body }) => symbolsOf(body).results.has(id));
  const found = level && symbolsOf(level.body).results.get(id);
  if (level === undefined || found === undefined) {
    const names = levels.flatMap(({ body }) => [...symbolsOf(body).results.keys()]);
    collector.problem(
      place.path,
      `${writePath(reference)}: there is no step "${short(id)}"`,
      `Steps are ${listed(names)}.${didYouMean(id, names)}`,
    );
    return;
  }
  checkField(reference, 2, found.step, place, collector);
  if (place.isTested !== true) checkOrder([[level, [found]]], `"${id}"`, place, collector);
}

/** @param at - where in the reference the field of the step's result stands. */
function checkField(
  reference: readonly string[],
  at: number,
  step: PartialStep,
  place: ReferencePlace,
  collector: ProblemCollector,
): void {
  const field = reference[at];
  const alias = step.config["outputVariable"];
  if (field === undefined) return;
  if (field === "output" || field === alias)
    return checkBranch(reference, at + 1, step, place, collector);
  if (STEP_RESULT_FIELDS.some((known) => known === field)) return;
  const fields = typeof alias === "string" ? [...STEP_RESULT_FIELDS, alias] : STEP_RESULT_FIELDS;
  const near = didYouMean(field, fields);
  const meant = writePath([...reference.slice(0, at), "output", ...reference.slice(at)]);
  collector.problem(
    place.path,
    `${writePath(reference.slice(0, at))} has no "${short(field)}"`,
    `What the step gives is its output: write ${meant}. A result has ${fields.join(", ")}.${near}`,
  );
}

/** What a path into the output of a step with bodies names: the branch and the step in it, or the item. */
function checkBranch(
  reference: readonly string[],
  at: number,
  step: PartialStep,
  place: ReferencePlace,
  collector: ProblemCollector,
): void {
  const [id, part, inner] = reference.slice(at);
  if (step.bodies.length === 0 || id === undefined) return;
  const missing = (what: string, name: string, names: readonly string[]): void =>
    collector.problem(
      place.path,
      `${writePath(reference)}: there is no ${what} "${short(name)}"`,
      `There is ${listed(names)}.${didYouMean(name, names)}`,
    );
  if (step.bodies.some((known) => known.item !== undefined)) return checkItem(id, part, missing);
  const body = step.bodies.find((known) => known.id === id);
  if (body === undefined) {
    const names = step.bodies.map((known) => known.id);
    return missing("branch", id, names);
  }
  if (part === undefined) return;
  if (!BRANCH_FIELDS.includes(part)) return missing("member", part, BRANCH_FIELDS);
  if (part !== "results" || inner === undefined) return;
  const { results } = symbolsOf(body);
  const found = results.get(inner);
  if (found === undefined) return missing("step", inner, [...results.keys()]);
  checkField(reference, at + 3, found.step, place, collector);
}

function checkItem(
  index: string,
  part: string | undefined,
  missing: (what: string, name: string, names: readonly string[]) => void,
): void {
  if (!/^\d+$/.test(index)) missing("item", index, ["0, 1, 2 and so on"]);
  else if (part !== undefined && !ITEM_FIELDS.includes(part)) missing("member", part, ITEM_FIELDS);
}

function checkVariable(
  name: string,
  place: ReferencePlace,
  { inputs, levels }: ReferenceContext,
  collector: ProblemCollector,
): void {
  if (inputs === null || inputs.has(name)) return;
  if (levels.some(({ body }) => body.item === name)) return;
  const writers = levels.flatMap((level): [Level, readonly SymbolSource[]][] => {
    const own = symbolsOf(level.body).variables.get(name);
    return own === undefined ? [] : [[level, own]];
  });
  if (writers.length === 0) {
    const written = levels.flatMap(({ body }) => [...symbolsOf(body).variables.keys()]);
    const items = levels.flatMap(({ body }) => body.item ?? []);
    const names = [...new Set([...inputs, ...items, ...written])];
    collector.problem(
      place.path,
      `${writePath(["variables", name])}: there is no such variable`,
      `Declare it in "inputs", or let a step write it with "outputVariable". Known: ${listed(names)}.${didYouMean(name, names)}`,
    );
    return;
  }
  if (place.isTested === true) return;
  const ids = new Set(writers.flatMap(([, own]) => own.map(({ step }) => step.id)));
  const what = `${writePath(["variables", name])}, which ${quoted([...ids])} writes,`;
  checkOrder(writers, what, place, collector);
}

/** Reports when none of what gives a value can, or not always one does, come before the place. */
function checkOrder(
  givers: readonly (readonly [Level, readonly SymbolSource[]])[],
  what: string,
  place: ReferencePlace,
  collector: ProblemCollector,
): void {
  const isDead = ({ body, here }: Level): boolean => here !== null && !body.graph.isReachable(here);
  if (givers.some(([level]) => isDead(level))) return;
  const where = place.step === null ? "the end of the run" : `"${place.step.id}"`;
  if (!givers.some(([level, sources]) => canComeBefore(level, sources))) {
    collector.problem(
      place.path,
      `${what} cannot have run before ${where}`,
      "Refer to an earlier step, or change the routes so that it comes first.",
    );
    return;
  }
  if (givers.some(([level, sources]) => alwaysComesBefore(level, sources))) return;
  // An expression may ask for other things first; a template that meets nothing fails.
  const failsAtFirst = place.form === "template" && place.step?.source["onFailure"] === undefined;
  if (failsAtFirst && givers.every(([level, sources]) => onlyComesAfter(level, sources))) {
    collector.problem(
      place.path,
      `${what} has never run when a run first comes to ${where}`,
      "Refer to an earlier step, or let a transform step before it give a value for the first time.",
    );
    return;
  }
  collector.warn(
    place.path,
    `${what} may not have run before ${where}`,
    "A run that comes here without it fails: lead every route through it, or ask with has(…) in a transform step first.",
  );
}

function canComeBefore({ body, here }: Level, sources: readonly SymbolSource[]): boolean {
  const { graph } = body;
  return sources.some(({ after }) =>
    here === null ? graph.isReachable(after) : graph.canPrecede(after, here),
  );
}

/** True when a run that comes to the place for the first time cannot have the value: every way to what gives it leads through the place. */
function onlyComesAfter({ body, here }: Level, sources: readonly SymbolSource[]): boolean {
  if (here === null) return false;
  return sources.every(({ after }) => after === here || body.graph.mustPrecede(here, after));
}

function alwaysComesBefore({ body, here }: Level, sources: readonly SymbolSource[]): boolean {
  const { graph } = body;
  const ends = here === null ? graph.last.filter((id) => graph.isReachable(id)) : [here];
  return ends.every((end) =>
    sources.some(
      ({ after, isSure }) =>
        isSure && ((here === null && after === end) || graph.mustPrecede(after, end)),
    ),
  );
}

function short(name: string): string {
  return name.slice(0, 64);
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(" or ");
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  return `${names.slice(0, 12).join(", ")}${names.length > 12 ? ` and ${names.length - 12} more` : ""}`;
}
