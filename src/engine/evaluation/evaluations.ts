import { didYouMean } from "../../shared/did-you-mean.ts";
import { AppError } from "../../shared/errors.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import {
  type ArmReport,
  type ArmRequest,
  type AuditView,
  type EvaluationReport,
  type Evaluations,
  type EvaluationsRequest,
  type LabelRequest,
  MAX_SAMPLES,
  type Sample,
  type StepReport,
} from "../api/evaluation.ts";
import { aiStepsOf, type StepDefinition } from "../definition/schema.ts";
import type { Executions } from "../executions/executions.ts";
import { type NamedPrompt, parsePromptRef } from "../language/prompt-ref.ts";
import type { SampleFiles, SampleRecord } from "../ports/prompts.ts";
import type { Store } from "../ports/store.ts";
import type { PromptLibrary } from "../prompts/prompt-library.ts";
import type { Workflows } from "../workflows/workflows.ts";
import { decisionsOf, readNewest, toDecisions } from "./audit.ts";
import { type Arm, type EvaluationPorts, evaluate } from "./evaluate.ts";
import { differenceOf, figuresOf } from "./figures.ts";
import { labelDecision } from "./label-decision.ts";
import { parseSamples } from "./samples.ts";

export interface EvaluationsOptions extends EvaluationPorts {
  readonly store: Store;
  readonly sampleFiles: SampleFiles;
  readonly library: PromptLibrary;
  readonly workflows: Workflows;
  readonly executions: Pick<Executions, "get">;
  readonly defaultModel: string;
}

/** Shows what models were asked, keeps what people say of their answers, and measures how well they decide. */
export class DecisionEvaluations implements Evaluations {
  readonly #options: EvaluationsOptions;

  constructor(options: EvaluationsOptions) {
    this.#options = options;
  }

  async audit(executionId: string, stepId?: string): Promise<AuditView> {
    const { workflowId, workflowVersion } = await this.#options.executions.get(executionId);
    const { calls, isCut } = await readNewest(this.#options.store, executionId);
    const all = toDecisions(calls);
    const decisions = stepId === undefined ? all : decisionsOf(all, stepId);
    return {
      ...{ executionId, workflowId, workflowVersion, decisions },
      ...(isCut && { omitted: true as const }),
    };
  }

  evaluate(request: EvaluationsRequest): Promise<EvaluationReport> {
    return runEvaluation(request, this.#options);
  }

  label(request: LabelRequest): Promise<SampleRecord> {
    return labelDecision(request, this.#options);
  }

  async listSamples(workflowId: string): Promise<readonly SampleRecord[]> {
    await this.#options.workflows.active(workflowId);
    return this.#options.store.samples.list({ workflowId });
  }
}

/**
 * Asks the decisions of a workflow for all their labelled samples: those of the files and those that people made by a click.
 *
 * @throws {AppError} `workflow_not_found`, `input_invalid` (unknown step, no samples, a bad line), `prompt_not_found`.
 */
async function runEvaluation(
  request: EvaluationsRequest,
  options: EvaluationsOptions,
): Promise<EvaluationReport> {
  const { workflowId, against, capNano } = request;
  const { definition, version } = await options.workflows.get(workflowId);
  await options.library.refreshFor(definition);
  const steps: StepReport[] = [];
  let left = capNano;
  for (const step of chooseSteps(aiStepsOf(definition.steps), request)) {
    const samples = await samplesOf(request, step, options);
    if (samples.length === 0 && request.stepId === undefined) continue;
    if (samples.length === 0) throw noSamples(workflowId, step.id);
    const arms: ArmReport[] = [];
    for (const wanted of against === undefined ? [request] : [request, against]) {
      const arm = await toArm(step, wanted, options);
      const outcomes = await evaluate({ definition, step, arm, samples, capNano: left }, options);
      const figures = figuresOf(outcomes);
      left -= figures.costNano;
      arms.push({ label: arm.label, figures, outcomes });
    }
    const [first, second] = arms;
    const difference = first && second && differenceOf(first.outcomes, second.outcomes);
    steps.push({
      stepId: step.id,
      samples: samples.length,
      arms,
      ...(difference && { difference }),
    });
  }
  if (steps.length === 0) throw noSamples(workflowId, null);
  return { workflowId, workflowVersion: version, steps };
}

function chooseSteps(
  all: readonly StepDefinition[],
  { workflowId, stepId }: EvaluationsRequest,
): readonly StepDefinition[] {
  if (stepId === undefined) return all;
  const found = all.filter(({ id }) => id === stepId);
  if (found.length > 0) return found;
  const ids = all.map(({ id }) => id);
  throw new AppError({
    code: "input_invalid",
    message: `"${workflowId}" has no AI decision "${stepId}".${didYouMean(stepId, ids)} It has: ${ids.join(", ") || "none"}.`,
  });
}

async function samplesOf(
  { workflowId, limit = MAX_SAMPLES }: EvaluationsRequest,
  step: StepDefinition,
  { sampleFiles: files, store }: EvaluationsOptions,
): Promise<readonly Sample[]> {
  const file = await files.read(workflowId, step.id);
  const labelled = await store.samples.list({ workflowId });
  const clicked = labelled
    .filter(({ stepId }) => stepId === step.id)
    .map(({ inputs, stepResults, expected, note }) => ({
      inputs,
      expected,
      ...(stepResults && { stepResults }),
      ...(note !== null && { note }),
    }));
  const samples = [...(file ? parseSamples(file.text, file.place) : []), ...clicked];
  return sampleEvenly(samples, Math.min(limit, MAX_SAMPLES));
}

/** Takes at most `limit` elements at equal distances, so that a list that is grouped by label gives some of each. */
function sampleEvenly<T>(list: readonly T[], limit: number): readonly T[] {
  if (list.length <= limit) return list;
  return list.filter(
    (_, index) =>
      Math.floor((index * limit) / list.length) !== Math.floor(((index - 1) * limit) / list.length),
  );
}

async function toArm(
  step: StepDefinition,
  { prompt, model }: ArmRequest,
  { library, defaultModel }: EvaluationsOptions,
): Promise<Arm> {
  const own = step.config["model"];
  const asked = model ?? (typeof own === "string" ? own : defaultModel);
  const chosen = await choosePrompt(step, prompt, library);
  const name = chosen === null ? "prompt of the definition" : chosen.label;
  return {
    label: `${name}, ${asked}`,
    ...(chosen && { prompt: chosen.prompt }),
    ...omitUndefined({ model }),
  };
}

/** The version of the named prompt that is wanted or active, or a text; `null`: the definition's own words. */
async function choosePrompt(
  step: StepDefinition,
  wanted: string | undefined,
  library: PromptLibrary,
): Promise<{
  readonly label: string;
  readonly prompt: NamedPrompt | { readonly text: string };
} | null> {
  const ref = step.config["promptRef"];
  const number = /^v?(\d{1,9})$/i.exec(wanted ?? "")?.[1];
  if (wanted !== undefined && number === undefined) {
    return { label: "another prompt", prompt: { text: wanted } };
  }
  if (typeof ref !== "string") {
    if (number === undefined) return null;
    throw new AppError({
      code: "prompt_not_found",
      message: `The prompt of step "${step.id}" stands in the definition and has no versions. Give a text to compare it with.`,
    });
  }
  const { name } = parsePromptRef(ref);
  const prompt =
    number === undefined
      ? (library.get(ref)?.[0] ?? null)
      : await library.version(name, Number(number));
  if (prompt) return { label: `${name} v${prompt.version}`, prompt };
  throw new AppError({
    code: "prompt_not_found",
    message: `The prompt "${name}" has no version ${number ?? ""}.`,
  });
}

function noSamples(workflowId: string, stepId: string | null): AppError {
  return new AppError({
    code: "input_invalid",
    message: `There are no labelled samples for ${stepId === null ? `the decisions of "${workflowId}"` : `"${stepId}" of "${workflowId}"`}. Put some into workflows/evals/${workflowId}/${stepId ?? "<step>"}.jsonl, a line each: {"inputs": {…}, "expected": …}.`,
  });
}
