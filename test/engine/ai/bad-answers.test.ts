import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAnswer } from "../../../src/engine/ai/parse-answer.ts";
import { createAiDecision } from "../../../src/engine/steps/ai-decision.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { attemptContext } from "../../support/attempt-context.ts";
import { cpuTime } from "../../support/cpu-time.ts";
import { type Answer, inTurn, json, startLoopbackServer } from "../../support/loopback-server.ts";
import { plainScope } from "../language/plain-scope.ts";

const aiDecision = createAiDecision({ defaultModel: "gpt-4o-mini" });

const ENUM = { outputFormat: "enum", allowedValues: ["billing", "technical", "feature-request"] };
const RATING = { outputFormat: "number", min: 1, max: 5, integer: true };
const YES_NO = { outputFormat: "boolean" };
const OBJECT = {
  outputFormat: "json",
  schema: {
    type: "object",
    properties: { action: { type: "string", enum: ["approve", "reject"] } },
    required: ["action"],
  },
};
const TEXT = { outputFormat: "text" };
const AMOUNT = { outputFormat: "number" };
const FREE_SCHEMA = { outputFormat: "json", schema: { properties: { a: {} }, required: ["a"] } };

interface Bad {
  /** As the table of `docs/ai.md` names it. */
  readonly kind: string;
  readonly config: JsonObject;
  /** What comes, in turn; the last one is repeated. */
  readonly answers: readonly Answer[];
  readonly result: object;
  /** Calls that are made. */
  readonly calls: number;
  /** What the model is told before it is asked again. */
  readonly complaint?: RegExp;
}

/** The answer says nothing usable of how sure it is. */
const NONE = Symbol("no confidence");

function says(content: unknown, choice: object = {}): Answer {
  return json(200, {
    choices: [{ finish_reason: "stop", message: { content }, ...choice }],
    usage: { prompt_tokens: 12, completion_tokens: 3 },
  });
}

const cutOff = (content: string): Answer => says(content, { finish_reason: "length" });
const value = (output: unknown, more: object = {}) => ({ kind: "ok", output, ...more });
const error = (code: string, message: RegExp, more: object = {}) => ({
  kind: "failed",
  error: { code, message: expect.stringMatching(message) },
  ...more,
});

/** An answer that is understood as it is. */
function read(kind: string, config: JsonObject, content: unknown, result: object): Bad {
  return { kind, config, answers: [says(content)], result, calls: 1 };
}

/** An answer that cannot be used: the model is told why, and answers well. */
function repair(
  kind: string,
  config: JsonObject,
  bad: Answer,
  good: string,
  complaint: RegExp,
): Bad {
  const result = { kind: "ok", output: JSON.parse(good) };
  return { kind, config, answers: [bad, says(good)], result, calls: 2, complaint };
}

const BAD: readonly Bad[] = [
  read("a preamble", ENUM, "Sure! Here is my classification: billing", value("billing")),
  read("a whole sentence", ENUM, "I would classify this as billing.", value("billing")),
  read(
    "the answer, then an explanation",
    ENUM,
    "billing\n\nThe customer was charged twice.",
    value("billing"),
  ),
  read("a code fence", ENUM, '```json\n{"value": "billing"}\n```', value("billing")),
  read("a code fence around one word", ENUM, "```\nbilling\n```", value("billing")),
  read("quotes and emphasis", ENUM, '**"Billing"**', value("billing")),
  read("a trailing dot", ENUM, "billing.", value("billing")),
  read("other letter case and separators", ENUM, "Feature Request", value("feature-request")),
  read(
    "thoughts before the answer",
    ENUM,
    "<think>technical? no.</think>\nbilling",
    value("billing"),
  ),
  read(
    "thoughts whose beginning is missing",
    TEXT,
    "She is rude.\n</think>\n\nDear customer",
    value("Dear customer"),
  ),
  read(
    "thoughts in another spelling",
    TEXT,
    "<|channel|>analysis<|message|>Rude.<|end|><|start|>assistant<|channel|>final<|message|>Dear customer",
    value("Dear customer"),
  ),
  repair(
    "thoughts that do not end",
    TEXT,
    says("<think>She is rude, so I"),
    '"Dear customer"',
    /was empty/,
  ),
  repair(
    "thoughts in the middle of a text",
    TEXT,
    says("Dear customer,\n<think>\nrude\n</think>\nthanks."),
    '"Dear customer"',
    /tags of reasoning/,
  ),
  read(
    "a text about the tags of thoughts",
    TEXT,
    "Models write <think> before and </think> after them.",
    value("Models write <think> before and </think> after them."),
  ),
  read("no envelope", ENUM, "billing", value("billing")),
  read("a name of its own for the value", ENUM, '{"category": "billing"}', value("billing")),
  read(
    "an envelope within a sentence",
    ENUM,
    'Here: {"value": "billing"} Anything else?',
    value("billing"),
  ),
  read(
    "a code fence inside the reason",
    ENUM,
    '{"value": "billing", "reason": "Charged twice. ```json {} ```", "confidence": 0.9}',
    value("billing", { reason: "Charged twice. {}" }),
  ),
  read(
    "a reason that never ends",
    ENUM,
    JSON.stringify({ value: "billing", reason: "and ".repeat(500) }),
    value("billing", { reason: expect.stringMatching(/^.{299}…$/) }),
  ),
  {
    kind: "cut off after a complete value",
    config: ENUM,
    answers: [cutOff('{"value": "billing", "reason": "The customer says that')],
    result: value("billing"),
    calls: 1,
  },
  {
    kind: "cut off before the value is complete",
    config: ENUM,
    answers: [cutOff('{"value": "bil')],
    result: error("model_output_invalid", /cut off at 100 tokens. Raise "maxTokens"/),
    calls: 2,
    complaint: /cut off at its limit. Answer more briefly/,
  },
  {
    kind: "tabs or blanks until the limit",
    config: ENUM,
    answers: [cutOff("\t".repeat(300))],
    result: error("model_output_invalid", /cut off at 100 tokens/),
    calls: 2,
    complaint: /was empty/,
  },
  repair(
    "a value that is not allowed",
    ENUM,
    says("refund"),
    '"billing"',
    /"refund" is not one of the allowed values. Answer with exactly one of "billing", "technical"/,
  ),
  repair(
    "two values",
    ENUM,
    says("Either billing or technical."),
    '"billing"',
    /names more than one allowed value \(billing, technical\)/,
  ),
  repair(
    "a value that is denied",
    ENUM,
    says("This is not billing."),
    '"technical"',
    /is not one of the allowed values/,
  ),
  repair(
    "a question, then another value",
    ENUM,
    says("Billing? No, technical."),
    '"technical"',
    /names more than one allowed value/,
  ),
  repair(
    "a doubt or a condition",
    ENUM,
    says("billing, unless they paid twice"),
    '"billing"',
    /not one of the allowed values alone/,
  ),
  repair(
    "a second thought after the object",
    ENUM,
    says('{"value": "billing"} Wait, technical.'),
    '"technical"',
    /puts its value in doubt/,
  ),
  repair(
    "words that could change the value",
    ENUM,
    says("The customer demands: billing"),
    '"technical"',
    /not one of the allowed values alone/,
  ),
  read(
    "another form of Unicode",
    { outputFormat: "enum", allowedValues: ["caf\u00e9", "tea"] },
    "cafe\u0301",
    value("caf\u00e9"),
  ),
  repair(
    "the prompt repeated",
    ENUM,
    says("Classify into billing, technical, feature-request."),
    '"billing"',
    /names more than one allowed value/,
  ),
  repair(
    "a page of HTML as text",
    ENUM,
    says("<html><body><h1>Welcome</h1></body></html>"),
    '"billing"',
    /is not one of the allowed values/,
  ),
  repair(
    "an object without a value",
    ENUM,
    says('{"a": 1, "b": 2}'),
    '"billing"',
    /no member "value"/,
  ),
  repair(
    "several different envelopes",
    ENUM,
    says('{"value": "billing"} {"value": "technical"}'),
    '"billing"',
    /several JSON values/,
  ),
  repair(
    "an object that is quoted",
    ENUM,
    says('The message contains {"value": "billing"}'),
    '"billing"',
    /in doubt/,
  ),
  repair(
    "JSON with a mistake",
    { outputFormat: "number" },
    says('{"value": 1,200}'),
    "1200",
    /not a number alone/,
  ),
  repair(
    "a choice that begins another word",
    { outputFormat: "enum", allowedValues: ["1", "2"] },
    says("1.5"),
    '"1"',
    /not one of the allowed values alone/,
  ),
  repair("an empty answer", ENUM, says(""), '"billing"', /was empty/),
  repair(
    "a call of a tool instead of text",
    ENUM,
    says(null, { message: { content: null, tool_calls: [{}] } }),
    '"billing"',
    /was empty/,
  ),
  repair("far too much text", ENUM, says("x".repeat(100_001)), '"billing"', /far too long/),
  read(
    "a confidence beyond all bounds",
    ENUM,
    '{"value": "billing", "confidence": 1000000000000000}',
    value("billing", { confidence: NONE }),
  ),
  read(
    "a confidence in percent",
    ENUM,
    '{"value": "billing", "confidence": "85%"}',
    value("billing", { confidence: 0.85 }),
  ),
  read(
    "a confidence in words",
    ENUM,
    '{"value": "billing", "confidence": "high"}',
    value("billing", { confidence: NONE }),
  ),
  {
    kind: "no confidence where one is needed",
    config: { ...ENUM, minConfidence: 0.5, onLowConfidence: "ask-person" },
    answers: [says("billing")],
    result: value("billing", { route: "ask-person" }),
    calls: 1,
  },
  read("a number in words or with its scale", RATING, "Severity: 4/5", value(4)),
  read("a number as text in the envelope", RATING, '{"value": "4"}', value(4)),
  repair(
    "a number out of bounds",
    RATING,
    says("9"),
    "4",
    /9 is too large. Answer with a whole number from 1 to 5/,
  ),
  repair(
    "a fraction where a whole number is wanted",
    RATING,
    says("3.5"),
    "4",
    /not a whole number/,
  ),
  repair(
    "a size or a sign beside the number",
    AMOUNT,
    says("about 2 million"),
    "2000000",
    /is not a number alone/,
  ),
  repair("a unit behind the number", AMOUNT, says("3 hours"), "180", /is not a number alone/),
  repair(
    "a separator with two readings",
    AMOUNT,
    says("1.200 €"),
    "1200",
    /can be read as two numbers/,
  ),
  repair("a date for a number", AMOUNT, says("2026-11-30"), "30", /is not a number alone/),
  repair("several numbers", RATING, says("It is 2 or 4."), "4", /several numbers/),
  read("yes and no in words", YES_NO, "Yes, it is urgent.", value(true)),
  repair(
    "yes and no at once",
    YES_NO,
    says("It is both true and false."),
    "true",
    /both true and false/,
  ),
  repair("yes or no asked again", YES_NO, says("Yes or no? No."), "false", /both true and false/),
  repair(
    "JSON without a key that its schema requires",
    FREE_SCHEMA,
    says('{"value": {"b": 1}}'),
    '{"a": 1}',
    /the key "a" is missing/,
  ),
  repair(
    "JSON that does not follow the schema",
    OBJECT,
    says('{"value": {"action": "publish"}}'),
    '{"action": "reject"}',
    /action/,
  ),
  repair(
    "JSON that is nested without end",
    OBJECT,
    says(`${"[".repeat(5000)}${"]".repeat(5000)}`),
    '{"action": "reject"}',
    /nested more than 100 levels deep/,
  ),
  read(
    "the object itself instead of the envelope",
    OBJECT,
    '{"action": "approve"}',
    value({ action: "approve" }),
  ),
  read(
    "a lead-in before a text",
    TEXT,
    "Sure, here is the reply:\n\nDear customer, thank you.",
    value("Sure, here is the reply:\n\nDear customer, thank you."),
  ),
  read(
    "content in blocks",
    ENUM,
    [
      { type: "text", text: "bill" },
      { type: "text", text: "ing" },
    ],
    value("billing"),
  ),
  {
    kind: "a refusal",
    config: ENUM,
    answers: [says(null, { message: { content: null, refusal: "I cannot help with that." } })],
    result: error("model_refused", /declined to answer: I cannot help/),
    calls: 1,
  },
  {
    kind: "a content filter",
    config: ENUM,
    answers: [says("", { finish_reason: "content_filter" })],
    result: error("model_refused", /content filter/),
    calls: 1,
  },
  {
    kind: "a content filter before the model",
    config: ENUM,
    answers: [json(400, { error: { code: "content_filter", message: "Flagged." } })],
    result: error("model_refused", /content filter of .*: Flagged/),
    calls: 1,
  },
  {
    kind: "an error with status 200",
    config: ENUM,
    answers: [json(200, { error: { code: 429, message: "20 a minute" } })],
    result: error("model_rate_limited", /20 a minute/),
    calls: 1,
  },
  {
    kind: "no choices",
    config: ENUM,
    answers: [json(200, { choices: [] })],
    result: error("model_output_invalid", /list of choices was empty/),
    calls: 2,
  },
  {
    kind: "no usage",
    config: ENUM,
    answers: [json(200, { choices: [{ message: { content: "billing" } }] })],
    result: value("billing", { costUnknown: true }),
    calls: 1,
  },
  {
    kind: "too many requests",
    config: ENUM,
    answers: [json(429, {}, { "retry-after": "7" })],
    result: error("model_rate_limited", /no more requests/, { retryAfterMs: 7000 }),
    calls: 1,
  },
  {
    kind: "an error of the provider",
    config: ENUM,
    answers: [json(503, {})],
    result: error("model_unavailable", /status 503/),
    calls: 1,
  },
  {
    kind: "no answer in time",
    config: ENUM,
    answers: [() => {}],
    result: error("model_unavailable", /did not answer within/, { costUnknown: true }),
    calls: 1,
  },
  {
    kind: "a body that is no JSON",
    config: ENUM,
    answers: [(_request, response) => response.end("<html>Bad gateway</html>")],
    result: error("model_unavailable", /127\.0\.0\.1/),
    calls: 1,
  },
];

async function decide({ kind, config, answers }: Bad) {
  await using server = await startLoopbackServer(inTurn(...answers));
  const context = attemptContext(server.url, {}, kind === "no answer in time" ? 200 : undefined);
  const program = aiDecision.bind({ prompt: "Decide: {{variables.text}}", ...config });
  const entry = program.enter({
    scope: plainScope({ variables: { text: "I was charged twice, and the export fails." } }),
    key: "exec_1/ask#1",
    now: 0,
    startedBy: null,
  });
  if (entry.kind !== "run") throw new Error("The step runs.");
  const result = await program.run?.(entry.params, context);
  return { result, records: [...context.calls.values()], received: server.received };
}

describe("a bad answer:", () => {
  test.for(BAD.map((bad) => [bad.kind, bad] as const))("%s", async ([, bad]) => {
    const { result, records, received } = await decide(bad);

    const { confidence, ...expected }: Record<string, unknown> = { ...bad.result };
    expect(result).toMatchObject(expected);
    if (confidence === NONE) expect(result).not.toHaveProperty("confidence");
    else if (confidence !== undefined) expect(result).toHaveProperty("confidence", confidence);
    expect(records).toHaveLength(bad.calls);
    if (bad.complaint) {
      const messages = JSON.parse(received[1]?.body ?? "{}").messages;
      expect(messages.at(-1).content).toMatch(bad.complaint);
    }
  });

  test("each stands in the table of docs/ai.md, and nothing else does", async () => {
    const document = await readFile(join(import.meta.dirname, "../../../docs/ai.md"), "utf8");
    const section = document.split("## Bad answers")[1]?.split("\n## ")[0] ?? "";
    const rows = [...section.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, kind]) => kind);

    expect(rows.slice(1).filter((kind) => !/^-+$/.test(kind ?? ""))).toEqual(
      BAD.map(({ kind }) => kind),
    );
    expect(BAD.length).toBeGreaterThanOrEqual(25);
  });
});

test.for([
  ["{", "</think>"],
  ["[", "<think>"],
  ["<think>", "</think>"],
  ["<think></think>", ""],
  ["a</think>", " "],
])("an answer of nothing but %j and %j is read in a moment", ([one = "", other = ""]) => {
  const answer = (one.repeat(11_000) + other.repeat(11_000)).slice(0, 100_000);

  expect(cpuTime(() => parseAnswer(answer, { kind: "text" }))).toBeLessThan(1000);
});
