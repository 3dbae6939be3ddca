import { z } from "zod";
import { didYouMean } from "../../shared/did-you-mean.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import { type AnswerFormat, hasEnvelope } from "../ai/envelope.ts";
import { compileSchema } from "../ai/json-schema.ts";
import { type CheckContext, type ConfigProblem, OutputVariable } from "../definition/step-type.ts";
import { PROMPT_REF, type PromptLookup } from "../language/prompt-ref.ts";

const FORMATS = ["enum", "number", "json", "text", "boolean"] as const;

/** Tokens of an answer where the definition sets no limit. */
const MAX_TOKENS = { enum: 100, number: 100, boolean: 100, json: 500, text: 500 } as const;

const ModelName = z.string().trim().min(1).max(200);

export const AiDecisionConfig = z.strictObject({
  /** Absent: the bot's default model. */
  model: ModelName.optional(),
  prompt: z.string().min(1).optional(),
  /** Instead of `prompt`: a named one, `urgency`, or one version of it, `urgency@3`. */
  promptRef: z
    .string()
    .regex(PROMPT_REF, "must be the name of a prompt, such as urgency or urgency@3")
    .optional(),
  outputFormat: z.enum(FORMATS).default("text"),
  allowedValues: z.array(z.string().trim().min(1).max(200)).min(1).max(200).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  /** Numbers: whole ones only. */
  integer: z.boolean().optional(),
  /** JSON schema of the value; without one, `json` is any object. */
  schema: z.record(z.string(), z.json()).optional(),
  temperature: z.number().min(0).max(2).default(0.1),
  maxTokens: z.int().min(1).max(32_768).optional(),
  /** Asked when the model cannot be reached, refuses, or gives no usable answer. */
  fallbackModel: ModelName.optional(),
  /** From 0 to 1; an answer without a confidence counts as 0. */
  minConfidence: z.number().min(0).max(1).optional(),
  /** The step that follows when the confidence is lower. */
  onLowConfidence: z.string().min(1).optional(),
  outputVariable: OutputVariable.optional(),
});
export type AiDecisionConfig = z.output<typeof AiDecisionConfig>;

/** Which options belong to one format alone. */
const BELONGS_TO = {
  allowedValues: "enum",
  min: "number",
  max: "number",
  integer: "number",
  schema: "json",
} as const;

/** The form of the value that a configuration asks for. */
export function formatOf(config: AiDecisionConfig): AnswerFormat {
  const { outputFormat: kind, allowedValues, min, max, integer, schema } = config;
  switch (kind) {
    case "enum":
      return { kind, allowedValues: allowedValues ?? [] };
    case "number":
      return {
        kind,
        ...omitUndefined({ min, max, integer }),
      };
    case "json":
      return { kind, ...(schema && { schema }) };
    case "boolean":
    case "text":
      return { kind };
  }
}

/** Most tokens of an answer. */
export function maxTokensOf(config: AiDecisionConfig): number {
  return config.maxTokens ?? MAX_TOKENS[config.outputFormat];
}

/** Finds what the schema of the configuration cannot say. */
export function checkAiDecision(
  config: AiDecisionConfig,
  { prompts }: CheckContext,
): readonly ConfigProblem[] {
  return [
    ...checkPrompt(config, prompts),
    ...checkBelonging(config),
    ...checkAllowedValues(config),
    ...checkBounds(config),
    ...checkSchemaCompiles(config),
    ...checkConfidence(config),
    ...checkFallback(config),
  ];
}

function problem(path: string, message: string, fix: string): ConfigProblem {
  return { path: [path], message, fix };
}

function checkPrompt(
  { prompt, promptRef }: AiDecisionConfig,
  prompts: PromptLookup | undefined,
): readonly ConfigProblem[] {
  if (prompt === undefined && promptRef === undefined) {
    return [problem("prompt", '"prompt" is missing', 'Say what to decide, or name a "promptRef".')];
  }
  if (promptRef === undefined) return [];
  if (prompt !== undefined) {
    return [problem("promptRef", '"prompt" and "promptRef" are both given', "Remove one of them.")];
  }
  if (prompts === undefined || prompts.get(promptRef) !== null) return [];
  const names = prompts.names();
  const known = names.length === 0 ? "There are none yet." : `There are: ${names.join(", ")}.`;
  return [
    problem(
      "promptRef",
      `there is no prompt "${promptRef}"`,
      `${known}${didYouMean(promptRef, names)} Files in workflows/prompts and the API add prompts.`,
    ),
  ];
}

function checkBelonging(config: AiDecisionConfig): readonly ConfigProblem[] {
  return Object.entries(BELONGS_TO).flatMap(([name, format]) => {
    const isGiven = Object.hasOwn(config, name) && Reflect.get(config, name) !== undefined;
    if (!isGiven || config.outputFormat === format) return [];
    return problem(
      name,
      `"${name}" means nothing for the output format "${config.outputFormat}"`,
      `Remove it, or set "outputFormat" to "${format}".`,
    );
  });
}

function checkAllowedValues(config: AiDecisionConfig): readonly ConfigProblem[] {
  if (config.outputFormat !== "enum") return [];
  if (config.allowedValues === undefined) {
    return [
      problem("allowedValues", '"allowedValues" is missing', "List the values to choose from."),
    ];
  }
  const seen = new Map<string, string>();
  return config.allowedValues.flatMap((value) => {
    const folded = value.normalize("NFC").toLowerCase();
    const same = seen.get(folded);
    seen.set(folded, value);
    if (same === undefined) return [];
    return problem(
      "allowedValues",
      `"${same}" and "${value}" cannot be told apart: answers match without regard to case`,
      "Remove or rename one of them.",
    );
  });
}

function checkBounds({ min, max, integer }: AiDecisionConfig): readonly ConfigProblem[] {
  if (min === undefined || max === undefined) return [];
  if (min > max) {
    return [problem("max", `"max" (${max}) is below "min" (${min})`, "Swap or correct them.")];
  }
  return integer && Math.ceil(min) > max
    ? [problem("integer", `there is no whole number from ${min} to ${max}`, "Widen the bounds.")]
    : [];
}

function checkSchemaCompiles({ schema }: AiDecisionConfig): readonly ConfigProblem[] {
  if (schema === undefined) return [];
  const compiled = compileSchema(schema);
  if (typeof compiled === "function") return [];
  return compiled.map(({ path, message, fix }) => ({ path: ["schema", ...path], message, fix }));
}

function checkConfidence(config: AiDecisionConfig): readonly ConfigProblem[] {
  const { minConfidence, onLowConfidence } = config;
  if (minConfidence === undefined && onLowConfidence === undefined) return [];
  if (minConfidence === undefined) {
    return [
      problem(
        "minConfidence",
        '"minConfidence" is missing',
        'Set it, such as 0.7, or remove "onLowConfidence".',
      ),
    ];
  }
  if (onLowConfidence === undefined) {
    return [
      problem(
        "onLowConfidence",
        '"onLowConfidence" is missing',
        'Name the step for answers below "minConfidence".',
      ),
    ];
  }
  return hasEnvelope(formatOf(config))
    ? []
    : [
        problem(
          "minConfidence",
          `answers of the output format "${config.outputFormat}"${config.outputFormat === "json" ? ' without "schema"' : ""} have no confidence`,
          "Use another output format, or remove it.",
        ),
      ];
}

function checkFallback({ model, fallbackModel }: AiDecisionConfig): readonly ConfigProblem[] {
  return fallbackModel !== undefined && fallbackModel === model
    ? [problem("fallbackModel", "the fallback is the model itself", "Name another model.")]
    : [];
}
