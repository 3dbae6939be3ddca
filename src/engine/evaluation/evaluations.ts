import { didYouMean } from "../../shared/did-you-mean.ts";
import { AppError } from "../../shared/errors.ts";
import type { DeployedWorkflow } from "../api/engine.ts";
import type { StepDefinition } from "../definition/schema.ts";
import type { NamedPrompt } from "../language/prompt-ref.ts";
import { parsePromptRef } from "../language/prompt-ref.ts";
import type { Store } from "../ports/store.ts";
import type { PromptLibrary } from "../prompts/prompt-library.ts";
import {
  type Arm,
  aiStepsOf,
  type EvaluationPorts,
  evaluate,
  type SampleOutcome,
} from "./evaluate.ts";
import { type Difference, differenceOf, type Figures, figuresOf } from "./figures.ts";
import { parseSamples, type Sample } from "./sample.ts";

/** Samples of one decision that one evaluation takes at most. */
export const MAX_SAMPLES = 1000;

/** Another prompt or model, in the words of people. */
export interface ArmRequest {
  /** A version of the step's named prompt (`v2`, `2`), or the text of a prompt. */
  readonly prompt?: string;
  readonly model?: string;
}

export interface EvaluationsRequest extends ArmRequest {
  readonly workflowId: string;
  /** One decision; absent: all of the workflow. */
  readonly stepId?: string;
  /** Second arm on the same samples. */
  readonly against?: ArmRequest;
  /** Samples of each decision at most, taken evenly from the whole list: files are often grouped by label. */
  readonly limit?: number;
  readonly capNano: number;
}

/** How one decision did. */
export interface StepReport {
  readonly stepId: string;
  readonly samples: number;
  readonly arms: readonly ArmReport[];
  /** The first arm against the second; absent with one arm. */
  readonly difference?: Difference;
}

export interface ArmReport {
  readonly label: string;
  readonly figures: Figures;
  readonly outcomes: readonly SampleOutcome[];
}

export interface EvaluationReport {
  readonly workflowId: string;
  readonly workflowVersion: number;
  readonly steps: readonly StepReport[];
}

/** Where labelled samples are kept as files. */
export interface SampleFiles {
  /** Samples of a decision, a JSON object on each line, with the place for errors; `null`: there are none. */
  read(
    workflowId: string,
    stepId: string,
  ): Promise<{ readonly text: string; readonly place: string } | null>;
}

export interface EvaluationsOptions extends EvaluationPorts {
  readonly store: Pick<Store, "listSamples">;
  readonly files: SampleFiles;
  readonly library: PromptLibrary;
  readonly workflow: (workflowId: string) => Promise<DeployedWorkflow>;
  readonly defaultModel: string;
}

/**
 * Asks the decisions of a workflow for all their labelled samples: those of the files and those that people made by a click.
 *
 * @throws {AppError} `workflow_not_found`, `input_invalid` (unknown step, no samples, a bad line), `prompt_not_found`.
 */
export async function runEvaluation(
  request: EvaluationsRequest,
  options: EvaluationsOptions,
): Promise<EvaluationReport> {
  const { workflowId, against, capNano } = request;
  const { definition, version } = await options.workflow(workflowId);
  await options.library.lookAt(definition);
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
  { files, store }: EvaluationsOptions,
): Promise<readonly Sample[]> {
  const file = await files.read(workflowId, step.id);
  const labelled = await store.listSamples({ workflowId });
  const clicked = labelled
    .filter(({ stepId }) => stepId === step.id)
    .map(({ inputs, stepResults, expected, note }) => ({
      inputs,
      expected,
      ...(stepResults && { stepResults }),
      ...(note !== null && { note }),
    }));
  const samples = [...(file ? parseSamples(file.text, file.place) : []), ...clicked];
  return spread(samples, Math.min(limit, MAX_SAMPLES));
}

/** At most so many, at equal distances, so that a list that is grouped by label gives some of each. */
function spread<T>(list: readonly T[], limit: number): readonly T[] {
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
    ...(model !== undefined && { model }),
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
