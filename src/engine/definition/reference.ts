import { writePath } from "../missing-value.ts";
import { didYouMean } from "../nearest.ts";
import { EXECUTION_FIELDS, SCOPE_ROOTS, STEP_RESULT_FIELDS } from "../scope.ts";
import type { DraftStep } from "./draft.ts";
import type { Findings } from "./findings.ts";
import type { Graph } from "./graph.ts";

/** What the references of a definition are checked against. */
export interface ReferenceContext {
  readonly steps: ReadonlyMap<string, DraftStep>;
  readonly graph: Graph;
  /** Names of the declared inputs; `null`: every variable is possible. */
  readonly inputs: ReadonlySet<string> | null;
  /** Names that steps write with `outputVariable`, each with the ids of the steps. */
  readonly written: ReadonlyMap<string, readonly string[]>;
}

/** Where a reference stands. */
export interface ReferencePlace {
  readonly path: readonly PropertyKey[];
  /** `null`: the definition's `output`, which is evaluated after all steps. */
  readonly step: DraftStep | null;
  readonly form: "template" | "expression";
  /** True when `has(…)` asks for the value first: it may then be missing. */
  readonly isTested?: boolean;
}

/** Checks one path: that there is such a thing, and that it is there when the step is entered. */
export function checkReference(
  reference: readonly string[],
  place: ReferencePlace,
  context: ReferenceContext,
  findings: Findings,
): void {
  const [root, name] = reference;
  if (root === undefined) return;
  if (root === "secrets") return checkSecret(reference, place, findings);
  if (!SCOPE_ROOTS.some((known) => known === root))
    return unknownRoot(root, place, context, findings);
  if (name === undefined) return;
  if (root === "stepResults") checkStepResult(reference, name, place, context, findings);
  if (root === "variables") checkVariable(name, place, context, findings);
  if (root === "execution" && !EXECUTION_FIELDS.some((field) => field === name)) {
    findings.problem(
      place.path,
      `"execution" has no "${short(name)}"`,
      `It has ${EXECUTION_FIELDS.join(", ")}.${didYouMean(name, EXECUTION_FIELDS)}`,
    );
  }
}

function checkSecret(
  reference: readonly string[],
  place: ReferencePlace,
  findings: Findings,
): void {
  if (place.form === "template" && place.step?.type?.takesSecrets === true) return;
  // A step of unknown type has that problem already.
  if (place.form === "template" && place.step !== null && place.step.type === null) return;
  findings.problem(
    place.path,
    `the secret ${writePath(reference.slice(1))} must not stand here: it would be stored, shown or sent to a model`,
    "Use {{secrets.NAME}} in the parameters of a service step alone.",
  );
}

function unknownRoot(
  root: string,
  place: ReferencePlace,
  context: ReferenceContext,
  findings: Findings,
): void {
  const isVariable = context.inputs?.has(root) === true || context.written.has(root);
  findings.problem(
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
  findings: Findings,
): void {
  const step = context.steps.get(id);
  if (step === undefined) {
    const names = [...context.steps.keys()];
    findings.problem(
      place.path,
      `${writePath(reference)}: there is no step "${short(id)}"`,
      `Steps are ${listed(names)}.${didYouMean(id, names)}`,
    );
    return;
  }
  checkField(reference, step, place, findings);
  if (place.isTested !== true) checkOrder([id], `"${id}"`, place, context, findings);
}

function checkField(
  reference: readonly string[],
  step: DraftStep,
  place: ReferencePlace,
  findings: Findings,
): void {
  const field = reference[2];
  if (field === undefined || STEP_RESULT_FIELDS.some((known) => known === field)) return;
  const alias = step.config["outputVariable"];
  if (field === alias) return;
  const fields = typeof alias === "string" ? [...STEP_RESULT_FIELDS, alias] : STEP_RESULT_FIELDS;
  const near = didYouMean(field, fields);
  const meant = writePath(["stepResults", step.id, "output", ...reference.slice(2)]);
  findings.problem(
    place.path,
    `${writePath(reference.slice(0, 2))} has no "${short(field)}"`,
    `What the step gives is its output: write ${meant}. A result has ${fields.join(", ")}.${near}`,
  );
}

function checkVariable(
  name: string,
  place: ReferencePlace,
  context: ReferenceContext,
  findings: Findings,
): void {
  if (context.inputs === null || context.inputs.has(name)) return;
  const writers = context.written.get(name);
  if (writers === undefined) {
    const names = [...context.inputs, ...context.written.keys()];
    findings.problem(
      place.path,
      `${writePath(["variables", name])}: there is no such variable`,
      `Declare it in "inputs", or let a step write it with "outputVariable". Known: ${listed(names)}.${didYouMean(name, names)}`,
    );
    return;
  }
  if (place.isTested !== true)
    checkOrder(
      writers,
      `${writePath(["variables", name])}, which ${quoted(writers)} writes,`,
      place,
      context,
      findings,
    );
}

/** Reports when none of the steps can, or not always one does, come before the place. */
function checkOrder(
  ids: readonly string[],
  what: string,
  place: ReferencePlace,
  context: ReferenceContext,
  findings: Findings,
): void {
  const { graph } = context;
  const here = place.step?.id;
  if (here !== undefined && !graph.isReachable(here)) return;
  const can = ids.some((id) =>
    here === undefined ? graph.isReachable(id) : graph.canPrecede(id, here),
  );
  const where = here === undefined ? "the end of the run" : `"${here}"`;
  if (!can) {
    findings.problem(
      place.path,
      `${what} cannot have run before ${where}`,
      "Refer to an earlier step, or change the routes so that it comes first.",
    );
    return;
  }
  const ends = here === undefined ? graph.last.filter((id) => graph.isReachable(id)) : [here];
  const must = ends.every((end) =>
    ids.some((id) => (here === undefined && id === end) || graph.mustPrecede(id, end)),
  );
  if (must) return;
  findings.warn(
    place.path,
    `${what} may not have run before ${where}`,
    "A run that comes here without it fails: lead every route through it, or ask with has(…) in a transform step first.",
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
