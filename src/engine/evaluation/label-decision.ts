import { AppError } from "../../shared/errors.ts";
import { type Json, type JsonObject, readOwn, toJson } from "../../shared/json.ts";
import { parseTemplate, type Template } from "../../shared/template-parser.ts";
import { type AiDecisionView, type LabelRequest } from "../api/evaluation.ts";
import { type CompiledWorkflow, stepAt } from "../definition/compile.ts";
import { executionScope } from "../execution/decider/execution-scope.ts";
import { apply, initialState } from "../execution/reducer/apply.ts";
import { framePath } from "../model/step-path.ts";
import type { Clock } from "../ports/clock.ts";
import type { Commit, ExecutionRecord } from "../ports/executions.ts";
import type { SampleRecord } from "../ports/prompts.ts";
import type { Store } from "../ports/store.ts";
import type { PromptLibrary } from "../prompts/prompt-library.ts";
import type { Workflows } from "../workflows/workflows.ts";
import { toDecisions } from "./audit.ts";

export interface LabelOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly workflows: Workflows;
  readonly library: PromptLibrary;
}

/**
 * Makes a sample of a decision of a run: what the step saw when it was entered, what AI decided, and what would have been right.
 * A second label of the same decision replaces the first.
 *
 * @throws {AppError} `execution_not_found`, `input_invalid` for a step that decided nothing, or a label that it cannot decide.
 */
export async function labelDecision(
  { executionId, path: wanted, expected, by, note }: LabelRequest,
  options: LabelOptions,
): Promise<SampleRecord> {
  const { store, clock, workflows } = options;
  const head = await requireHead(executionId, store);
  const { decision, actual } = await requireDecision(executionId, wanted, store);
  const { stepId, path, prompt } = decision;
  const log = await store.log.read(executionId, 0);
  const workflow = await workflows.compiled(head.workflowId, versionAt(head, log, path));
  const { config } = stepAt(workflow, path).definition;
  const label = expected ?? actual;
  assertPossible(config, label);
  const { paths } = await templateOf(config, decision, options);
  const sample: SampleRecord = {
    id: `${executionId}/${path}`,
    workflowId: head.workflowId,
    stepId,
    executionId,
    ...(prompt && { prompt }),
    ...(await whatWasSeen(head, log, { path, paths }, options, workflow)),
    actual,
    expected: label,
    note: note ?? null,
    by,
    at: clock.now(),
  };
  await store.samples.save(sample);
  return sample;
}

async function requireHead(executionId: string, store: Store): Promise<ExecutionRecord> {
  const head = await store.executions.get(executionId);
  if (head) return head;
  throw new AppError({
    code: "execution_not_found",
    message: `There is no run "${executionId}". The list of runs shows the newest ones.`,
  });
}

async function requireDecision(
  executionId: string,
  wanted: string,
  store: Store,
): Promise<{ readonly decision: AiDecisionView; readonly actual: Json }> {
  const decisions = toDecisions(await store.calls.list(executionId));
  const decision = decisions.findLast(({ path, stepId }) => path === wanted || stepId === wanted);
  const actual = decision?.calls.at(-1)?.value;
  if (decision && actual !== undefined) return { decision, actual };
  throw invalid("path", `AI has decided nothing at "${wanted}" in this run`);
}

/** The text that was asked, before its values were filled in. */
async function templateOf(
  config: JsonObject,
  { prompt }: AiDecisionView,
  { library }: LabelOptions,
): Promise<Template> {
  const named = prompt ? await library.version(prompt.name, prompt.version) : null;
  const text = config["prompt"];
  return named?.template ?? parseTemplate(typeof text === "string" ? text : "");
}

type Seen = Pick<SampleRecord, "inputs" | "stepResults">;

/** The version that made the decision: the run may have gone on with another one since. */
function versionAt({ start }: ExecutionRecord, log: readonly Commit[], path: string): number {
  let { version } = start;
  let found = version;
  for (const event of log.flatMap(({ events }) => events)) {
    if (event.type === "execution_migrated") version = event.version;
    if (event.type === "step_started" && event.path === path) found = version;
  }
  return found;
}

/** Folds the log up to the moment in which the step was entered. */
async function whatWasSeen(
  { start, executionId, workflowId }: ExecutionRecord,
  log: readonly Commit[],
  { path, paths }: { readonly path: string; readonly paths: readonly (readonly string[])[] },
  { workflows }: LabelOptions,
  workflow: CompiledWorkflow,
): Promise<Seen> {
  const { first } = await workflows.compiled(workflowId, start.version);
  const state = initialState(start, first);
  let seen: Seen = { inputs: {} };
  for (const event of log.flatMap(({ events }) => events)) {
    const frame = state.frames.get(framePath(path));
    const isEntry = event.type === "step_started" && event.path === path && event.params;
    if (isEntry && frame) {
      const { roots } = executionScope(state, frame, `${executionId}/${path}`);
      seen = snapshot(workflow, roots, paths);
    }
    apply(state, event);
  }
  return seen;
}

/** The variables, and of earlier steps what the prompt reads. Sensitive inputs are kept only if the prompt shows them anyway. */
function snapshot(
  { definition }: CompiledWorkflow,
  roots: Readonly<Record<string, unknown>>,
  paths: readonly (readonly string[])[],
): Seen {
  const read = (root: string): ReadonlySet<string> =>
    new Set(paths.flatMap((path) => (path[0] === root && path[1] !== undefined ? [path[1]] : [])));
  const shown = read("variables");
  const variables = Object.entries({ ...Object(roots["variables"]) }).filter(
    ([name]) => shown.has(name) || definition.inputs?.[name]?.sensitive !== true,
  );
  const results = [...read("stepResults")].map((id): [string, Json] => [
    id,
    { output: toJson(readOwn(readOwn(roots["stepResults"], id), "output") ?? null) },
  ]);
  return {
    inputs: Object.fromEntries(variables.map(([name, value]) => [name, toJson(value)])),
    ...(results.length > 0 && { stepResults: Object.fromEntries(results) }),
  };
}

/** @throws {AppError} `input_invalid` for what the step could never decide. */
function assertPossible(config: JsonObject, expected: Json): void {
  const { outputFormat, allowedValues } = config;
  if (
    outputFormat === "enum" &&
    Array.isArray(allowedValues) &&
    !allowedValues.includes(expected)
  ) {
    throw invalid(
      "expected",
      `${JSON.stringify(expected)} is not one of ${allowedValues.join(", ")}`,
    );
  }
  if (outputFormat === "boolean" && typeof expected !== "boolean") {
    throw invalid("expected", "must be true or false");
  }
  if (outputFormat === "number" && typeof expected === "string") {
    throw invalid("expected", "must be a number");
  }
}

function invalid(path: string, message: string): AppError {
  return new AppError({
    code: "input_invalid",
    message: `${path} ${message}.`,
    details: { problems: [{ path, message, fix: "" }] },
  });
}
