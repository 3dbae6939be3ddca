import { AppError } from "../../shared/errors.ts";
import { formatPath } from "../../shared/format-path.ts";
import { isJsonObject, type JsonObject, toJson } from "../../shared/json.ts";
import { shorten } from "../../shared/shorten.ts";
import { findJson } from "../ai/answer-text.ts";
import { callModel } from "../ai/call.ts";
import { withoutReasoning } from "../ai/reasoning.ts";
import type { AnswerCheck } from "../ai/validate-answer.ts";
import type { Generated } from "../api/drafts.ts";
import { explain } from "../definition/explain.ts";
import type { Problem } from "../definition/problem.ts";
import type { Definition } from "../definition/schema.ts";
import { type ValidationContext, validateDefinition } from "../definition/validation/validate.ts";
import { GENERATION } from "../model/execution-id.ts";
import type { ModelMessage, ModelReply } from "../ports/model.ts";
import type { Store } from "../ports/store.ts";
import { type CallOptions, contextOfCall } from "./call-context.ts";
import { firstMessages, repairDefinitionMessages, type Wish } from "./generation-prompt.ts";
import { describeLanguage } from "./language.ts";

/** Rounds in which the model gets the problems of its definition. */
const MAX_REPAIRS = 3;

/** Characters of a description with all its changes. */
const MAX_DESCRIPTION = 8000;

/** Characters of what the model says to the person beside its definition, or asks. */
const MAX_WORDS = 800;

/** Room for about forty steps. */
const MAX_TOKENS = 8000;

/** How the answer is asked for. */
const ANSWER = { temperature: 0.2, maxTokens: MAX_TOKENS, format: "object" } as const;

/** Milliseconds for all calls of one definition. */
const TIMEOUT_MS = 15 * 60_000;

export interface GenerateRequest extends Wish {
  /** Under it the calls are recorded, where executions have their id. */
  readonly id: string;
  /** Slack user id of the person who asked for it. */
  readonly by?: string;
  /** The workflow that is changed: the definition keeps its id. @default a free id */
  readonly workflowId?: string;
}

export interface GeneratorOptions extends ValidationContext, CallOptions {
  readonly store: Pick<Store, "calls" | "workflows">;
}

/** Turns descriptions into checked definitions. */
export interface Generator {
  /**
   * Asks the model for a definition and has it repaired until it passes the checks that deployment makes.
   *
   * @throws {AppError} `input_invalid` for a description that is empty or too long; `generation_failed` with the remaining
   * problems in `details.problems`; `description_unclear` with what the model asks back in `details.question`; `model_unavailable`, `model_rate_limited`, `model_rejected`, `model_refused`.
   */
  generate(request: GenerateRequest): Promise<Generated>;
}

export function createGenerator(options: GeneratorOptions): Generator {
  const { store, modelName, prices } = options;

  async function ask(request: GenerateRequest): Promise<Omit<Generated, "explanation">> {
    const { id, by } = request;
    // Nothing is resumed, so no two generations may share a record.
    const idempotencyKey = `${id}#${options.now()}`;
    const call = { id, stepId: GENERATION, idempotencyKey, by, timeoutMs: TIMEOUT_MS };
    const context = contextOfCall(call, options);
    const first = firstMessages(describeLanguage(options), request);
    let messages: readonly ModelMessage[] = first;
    let costNano: number | null = 0;
    let problems: readonly Problem[] = [];
    for (let calls = 1; calls <= 1 + MAX_REPAIRS; calls += 1) {
      let checked: Checked = unusable([]);
      const validate = (reply: Reply): AnswerCheck => {
        checked = checkReply(reply, options, request.isAnswered === true);
        return toCheck(reply, checked, modelName);
      };
      const { check, text, ...made } = await callModel(
        { context, prices, validate },
        {
          model: modelName,
          messages,
          ...ANSWER,
        },
        calls,
      );
      if (check.kind === "failed") throw check.error;
      costNano = made.costNano === null || costNano === null ? null : costNano + made.costNano;
      const { source, definition, warnings, notes, question } = checked;
      if (question !== null) throw asksBack(question);
      if (source !== null && definition !== null)
        return { source, definition, warnings, notes, calls, costNano };
      problems = checked.problems;
      messages = [...first, ...repairDefinitionMessages(text, problems)];
    }
    throw failed(problems);
  }

  return {
    async generate(request) {
      assertDescription(request);
      const generated = await ask(request);
      const kept = request.workflowId ?? request.change?.earlier["id"];
      const { id: written } = generated.definition;
      const id = request.workflowId ?? (written === kept ? written : await freeId(written, store));
      const definition = { ...generated.definition, id, version: 1 };
      return {
        ...generated,
        source: { ...generated.source, id, version: 1 },
        definition,
        explanation: explain(definition, options.services),
      };
    },
  };
}

/** The id itself, or with the first number behind it that no workflow has. */
export async function freeId(id: string, store: Pick<Store, "workflows">): Promise<string> {
  for (let n = 1; ; n += 1) {
    const candidate = n === 1 ? id : `${id.slice(0, 74)}-${n}`;
    if ((await store.workflows.get(candidate)) === null) return candidate;
  }
}

type Reply = Pick<ModelReply, "text" | "finishReason" | "refusal">;

interface Checked {
  readonly source: JsonObject | null;
  /** `null` when there are problems. */
  readonly definition: Definition | null;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** What the model says of its definition; `null`: nothing. */
  readonly notes: string | null;
  /** What it asks in place of a definition; `null`: nothing. */
  readonly question: string | null;
}

function unusable(problems: readonly Problem[]): Checked {
  return { source: null, definition: null, problems, warnings: [], notes: null, question: null };
}

/** @param isAnswered - was a question answered already? Then a definition is due. */
function checkReply(reply: Reply, context: ValidationContext, isAnswered: boolean): Checked {
  const said = withoutReasoning(reply.text).text;
  const { values, fault } = findJson(said);
  if (fault !== null) return unusable([{ ...fault, path: formatPath(fault.path) }]);
  const found = values.find((value) => isJsonObject(value));
  if (found !== undefined && isJsonObject(found)) return checkObject(found, context, isAnswered);
  const question = !isAnswered && isQuestion(said, reply) ? readWords(said) : null;
  const [message, fix] =
    reply.finishReason === "length"
      ? ["the definition was cut off: it is too long", "Write a shorter one, with fewer steps."]
      : ["the answer holds no JSON object", "Answer with the definition alone."];
  return { ...unusable([{ path: "", message, fix }]), question };
}

function checkObject(found: JsonObject, context: ValidationContext, isAnswered: boolean): Checked {
  // Some models wrap what they were asked for.
  const inner = found["workflow"] ?? found["definition"];
  const whole = found["steps"] === undefined && isJsonObject(inner) ? inner : found;
  const { version: _number, question: asked, notes, ...source } = whole;
  const question = isAnswered || source["steps"] !== undefined ? null : readWords(asked);
  if (question !== null) return { ...unusable([]), question };
  const checked = validateDefinition(source, context);
  return { source, ...checked, notes: readWords(notes ?? found["notes"]), question };
}

/** Is an answer in plain words a question to the person? Many models ask so, whatever form was asked for. */
function isQuestion(text: string, { finishReason }: Reply): boolean {
  const words = text.trim();
  return finishReason !== "length" && words.length <= MAX_WORDS && /[?？؟]/u.test(words);
}

/** Words of the model for the person; `null`: none. */
function readWords(said: unknown): string | null {
  const words = typeof said === "string" ? said.trim() : "";
  return words === "" ? null : shorten(words, MAX_WORDS);
}

function asksBack(question: string): AppError {
  const details = { question };
  return new AppError({ code: "description_unclear", message: question, details });
}

function toCheck(reply: Reply, checked: Checked, model: string): AnswerCheck {
  const said = reply.refusal;
  if (said !== undefined || reply.finishReason === "content_filter") {
    const why = said?.replace(/\s+/g, " ").slice(0, 200) ?? "its content filter stopped the answer";
    const message = `The model ${model} declined to write this workflow: ${why}`;
    return { kind: "failed", error: new AppError({ code: "model_refused", message }) };
  }
  if (checked.question !== null) return { kind: "answer", value: { question: checked.question } };
  if (checked.definition !== null) return { kind: "answer", value: checked.source };
  const complaint = checked.problems.map(({ path, message }) => `${path}: ${message}`).join("; ");
  return { kind: "invalid", complaint, error: failed(checked.problems) };
}

function failed(problems: readonly Problem[]): AppError {
  const [first] = problems;
  const rest = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  const place = first === undefined || first.path === "" ? "" : `${first.path}: `;
  return new AppError({
    code: "generation_failed",
    message: `The model wrote no valid workflow, not even when told what was wrong. What remains: ${place}${first?.message ?? "unknown"}${rest}. Describe it in other words, or in smaller parts.`,
    details: { problems: toJson(problems) },
  });
}

/** @throws {AppError} `input_invalid` for a description that is empty or too long. */
export function assertDescription({ description, change }: Wish): void {
  const length = description.length + (change?.wanted.length ?? 0);
  const isEmpty = description.trim() === "" || change?.wanted.trim() === "";
  if (!isEmpty && length <= MAX_DESCRIPTION) return;
  const message = isEmpty
    ? "says nothing"
    : `has ${length} characters; at most ${MAX_DESCRIPTION} are taken`;
  const fix = isEmpty
    ? "Say what should start the workflow, what it should do, and where its results go."
    : "Describe it more briefly.";
  throw new AppError({
    code: "input_invalid",
    message: `The description ${message}. ${fix}`,
    details: { problems: [{ path: "description", message, fix }] },
  });
}
