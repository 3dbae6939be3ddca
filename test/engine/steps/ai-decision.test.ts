import { describe, expect, test } from "vitest";
import { openSimulator } from "../../../simulator/simulator.ts";
import type { AttemptContext, AttemptResult } from "../../../src/engine/definition/step-type.ts";
import { createAiDecision } from "../../../src/engine/steps/ai-decision.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { attemptContext } from "../../support/attempt-context.ts";
import { type Answer, inTurn, json, startLoopbackServer } from "../../support/loopback-server.ts";
import { plainScope } from "../language/plain-scope.ts";

const aiDecision = createAiDecision({ defaultModel: "gpt-4o-mini" });
const TICKET = {
  prompt: "Classify: {{variables.ticket}}",
  outputFormat: "enum",
  allowedValues: ["billing", "technical"],
};
/** gpt-4o-mini: 12 tokens of the prompt, 3 of the answer. */
const CALL_NANO = 12 * 150 + 3 * 600;

/** A model that never answers. */
const SILENCE: Answer = () => {};

function says(content: string, choice: object = {}): Answer {
  return json(200, {
    model: "gpt-4o-mini",
    choices: [{ finish_reason: "stop", message: { content }, ...choice }],
    usage: { prompt_tokens: 12, completion_tokens: 3 },
  });
}

function enter(config: JsonObject, variables: JsonObject = { ticket: "I was charged twice" }) {
  const entry = aiDecision.bind(config).enter({
    scope: plainScope({ variables }),
    key: "exec_1/ask#1",
    now: Date.UTC(2026, 10, 23),
    startedBy: null,
  });
  if (entry.kind !== "run") throw new Error("The step runs.");
  return entry;
}

async function run(config: JsonObject, context: AttemptContext): Promise<AttemptResult> {
  const result = await aiDecision.bind(config).run?.(enter(config).params, context);
  if (!result) throw new Error("The step runs.");
  return result;
}

/** Runs a decision against a model that gives these answers in turn. */
async function decide(config: JsonObject, ...answers: readonly Answer[]) {
  await using server = await startLoopbackServer(inTurn(...answers));
  const context = attemptContext(server.url, {}, answers.includes(SILENCE) ? 200 : undefined);
  const result = await run(config, context);
  const asked = server.received.map(({ body }) => JSON.parse(body));
  return { result, asked, records: [...context.calls.values()], context };
}

describe("entering", () => {
  test("fixes model, messages and the worst price", () => {
    const { params, reserveNano } = enter(TICKET);

    expect(params).toMatchObject({
      model: "gpt-4o-mini",
      messages: [
        { role: "system" },
        { role: "user", content: expect.stringContaining("I was charged twice") },
      ],
      outputFormat: "enum",
      temperature: 0.1,
      maxTokens: 100,
    });
    expect(reserveNano).toBeGreaterThan(2 * 100 * 600);
  });

  test("reserves for the fallback model too, and nothing where no price is known", () => {
    const alone = enter(TICKET).reserveNano ?? 0;

    expect(enter({ ...TICKET, fallbackModel: "gpt-4o" }).reserveNano).toBeGreaterThan(10 * alone);
    expect(enter({ ...TICKET, model: "local/llama" }).reserveNano).toBeUndefined();
  });

  test.each([
    ["json", 500],
    ["text", 500],
    ["number", 100],
  ])("gives answers of the format %s %i tokens", (outputFormat, maxTokens) => {
    expect(enter({ prompt: "x", outputFormat }).params).toMatchObject({ maxTokens });
  });
});

describe("a decision", () => {
  test("gives the value as declared, why, how sure, and what it cost", async () => {
    const text = '{"value": "Billing", "reason": "charged twice", "confidence": 0.9}';
    const { result, asked, records } = await decide(TICKET, says(text));

    expect(result).toEqual({
      kind: "ok",
      output: "billing",
      rawOutput: text,
      reason: "charged twice",
      confidence: 0.9,
      costNano: CALL_NANO,
      usage: { promptTokens: 12, completionTokens: 3 },
    });
    expect(asked).toHaveLength(1);
    expect(records).toMatchObject([
      {
        id: "exec_1/ask#1:1:1",
        model: "gpt-4o-mini",
        value: "billing",
        text,
        costNano: CALL_NANO,
        priceVersion: expect.stringContaining("genai-prices"),
        response: { choices: [{ finish_reason: "stop" }] },
      },
    ]);
  });

  test("without reported usage has an unknown cost, not a free one", async () => {
    const answer = json(200, { choices: [{ message: { content: "billing" } }] });
    const { result } = await decide(TICKET, answer);

    expect(result).toMatchObject({ kind: "ok", costNano: 0, costUnknown: true });
  });

  test("that is unsure goes to the step for it; none stated counts as unsure", async () => {
    const config = { ...TICKET, minConfidence: 0.7, onLowConfidence: "ask-person" };
    const sure = await decide(config, says('{"value": "billing", "confidence": 0.7}'));
    const unsure = await decide(config, says('{"value": "billing", "confidence": 0.69}'));
    const silent = await decide(config, says("billing"));

    expect(sure.result).not.toHaveProperty("route");
    expect(unsure.result).toMatchObject({ output: "billing", route: "ask-person" });
    expect(silent.result).toMatchObject({ output: "billing", route: "ask-person" });
  });
});

test("a secret that stands in the data reaches neither the model nor the record", async () => {
  await using server = await startLoopbackServer(says("billing"));
  const hideSecrets = (text: string): string => text.replaceAll("hunter2hunter2", "[secret]");
  const context = attemptContext(server.url, { hideSecrets });

  const params = enter(TICKET, { ticket: "My key hunter2hunter2 fails." }).params;
  await aiDecision.bind(TICKET).run?.(params, context);

  expect(server.received[0]?.body).toContain("My key [secret] fails.");
  expect(JSON.stringify([...context.calls.values()])).not.toContain("hunter2");
});

describe("an answer in a wrong form", () => {
  test("is complained about once, exactly; both calls are paid for", async () => {
    const { result, asked, records } = await decide(TICKET, says("refund"), says("billing"));

    expect(result).toMatchObject({ kind: "ok", output: "billing", costNano: 2 * CALL_NANO });
    expect(asked[1].messages.slice(2)).toEqual([
      { role: "assistant", content: "refund" },
      {
        role: "user",
        content:
          'That answer cannot be used. "refund" is not one of the allowed values. Answer with exactly one of "billing", "technical".',
      },
    ]);
    expect(records.map(({ id }) => id)).toEqual(["exec_1/ask#1:1:1", "exec_1/ask#1:1:2"]);
    expect(records[0]).toMatchObject({
      problem: expect.stringContaining('"refund" is not one of'),
    });
    expect(records[0]).not.toHaveProperty("value");
  });

  test("then goes to the fallback model, which begins afresh", async () => {
    const config = { ...TICKET, fallbackModel: "gpt-4o" };
    const { result, asked } = await decide(config, says("x"), says("y"), says("technical"));

    expect(result).toMatchObject({ kind: "ok", output: "technical" });
    expect(asked.map(({ model }) => model)).toEqual(["gpt-4o-mini", "gpt-4o-mini", "gpt-4o"]);
    expect(asked[2].messages).toEqual(asked[0].messages);
    expect(result.costNano).toBe(2 * CALL_NANO + 12 * 2500 + 3 * 10_000);
  });

  test("ends in a failure that is not tried again, with its cost", async () => {
    const { result } = await decide(TICKET, says("x"), says("y"));

    expect(result).toMatchObject({
      kind: "failed",
      outcome: "failed",
      error: {
        code: "model_output_invalid",
        retryable: false,
        message: expect.stringContaining('"y" is not one of the allowed values'),
      },
      costNano: 2 * CALL_NANO,
    });
  });

  test.each<[string, Answer, string, RegExp]>([
    [
      "a refusal",
      says("", { message: { content: null, refusal: "I cannot help." } }),
      "model_refused",
      /declined to answer: I cannot help\./,
    ],
    [
      "a content filter",
      says("", { finish_reason: "content_filter" }),
      "model_refused",
      /content filter/,
    ],
    [
      "no choices",
      json(200, { choices: [], usage: { prompt_tokens: 12, completion_tokens: 0 } }),
      "model_output_invalid",
      /no answer \(the list of choices was empty\)/,
    ],
    [
      "an answer that was cut off",
      says("I would say that", { finish_reason: "length" }),
      "model_output_invalid",
      /cut off at 100 tokens. Raise "maxTokens"/,
    ],
  ])("%s has a name of its own", async (_name, answer, code, message) => {
    const { result } = await decide(TICKET, answer);

    expect(result).toMatchObject({
      kind: "failed",
      error: { code, message: expect.stringMatching(message) },
    });
  });

  test("that was cut off after its value counts", async () => {
    const answer = says('{"value": "billing", "reason": "The', { finish_reason: "length" });

    expect((await decide(TICKET, answer)).result).toMatchObject({ kind: "ok", output: "billing" });
  });
});

describe("a model that cannot be had", () => {
  test.each<[string, Answer, JsonObject]>([
    ["429", json(429, {}, { "retry-after": "9" }), { retryAfterMs: 9000, costNano: 0 }],
    ["500", json(500, {}), { costNano: 0 }],
    ["silence", SILENCE, { costNano: 0, costUnknown: true }],
    ["a page", (_, response) => response.end("<html>"), { costNano: 0, costUnknown: true }],
  ])("after %s the step's retry policy decides", async (_name, answer, more) => {
    const { result, asked, records } = await decide(TICKET, answer);

    expect(result).toMatchObject({
      kind: "failed",
      outcome: "failed",
      error: { retryable: true },
      ...more,
    });
    expect(asked).toHaveLength(1);
    expect(records).toHaveLength(1);
  });

  test("is replaced by the fallback in the same attempt", async () => {
    const config = { ...TICKET, fallbackModel: "gpt-4o" };
    const { result } = await decide(config, json(503, {}), says("billing"));

    expect(result).toMatchObject({ kind: "ok", output: "billing" });
  });

  test("with a fallback that fails too, both are named", async () => {
    const config = { ...TICKET, fallbackModel: "gpt-4o" };
    const { result } = await decide(config, json(401, {}), json(429, {}, { "retry-after": "4" }));

    expect(result).toMatchObject({
      kind: "failed",
      error: {
        code: "model_rejected",
        retryable: true,
        message: expect.stringMatching(/OPENAI_API_KEY.*The fallback failed, too: .*gpt-4o/),
      },
      retryAfterMs: 4000,
    });
  });

  test("stops when the step is stopped; what was under way may cost", async () => {
    const controller = new AbortController();
    await using server = await startLoopbackServer(() => controller.abort(new Error("stop")));
    const context = attemptContext(server.url, { signal: controller.signal });

    const result = await run({ ...TICKET, fallbackModel: "gpt-4o" }, context);

    expect(result).toMatchObject({ kind: "failed", costNano: 0, costUnknown: true });
    expect(server.received).toHaveLength(1);
    expect(context.calls.size).toBe(0);
  });
});

describe("after the process died", () => {
  test.each<[string, readonly Answer[]]>([
    ["a good answer", [says("billing")]],
    ["a repaired answer", [says("x"), says("billing")]],
    ["a failure", [says("x"), says("y")]],
    ["a refusal", [says("", { message: { refusal: "no" } })]],
    ["no choices", [json(200, { choices: [] })]],
    ["a rate limit", [json(429, {}, { "retry-after": "9" })]],
    ["silence", [SILENCE]],
  ])("%s that was recorded is not asked for again", async (_name, answers) => {
    const first = await decide(TICKET, ...answers);
    await using server = await startLoopbackServer(says("technical"));
    const { calls } = first.context;
    const context = attemptContext(server.url, { findCall: async (id) => calls.get(id) ?? null });

    expect(await run(TICKET, context)).toEqual(first.result);
    expect(server.received).toHaveLength(0);
  });

  test("a call that left no record is made again, and what the lost one cost is unknown", async () => {
    await using server = await startLoopbackServer(says("billing"));
    const context = attemptContext(server.url, { recoveries: 1 });

    const result = await run(TICKET, context);

    expect(result).toMatchObject({ kind: "ok", costNano: CALL_NANO, costUnknown: true });
  });

  test("the doubt stays when the repeated call is read from its record in yet another life", async () => {
    await using server = await startLoopbackServer(says("billing"));
    const second = attemptContext(server.url, { recoveries: 1 });
    await run(TICKET, second);
    const { calls } = second;

    const third = attemptContext(server.url, {
      recoveries: 2,
      findCall: async (id) => calls.get(id) ?? null,
    });

    expect(await run(TICKET, third)).toMatchObject({ costNano: CALL_NANO, costUnknown: true });
    expect(server.received).toHaveLength(1);
  });

  test("a first life that recorded all its calls lost none", async () => {
    const first = await decide(TICKET, says("x"), says("billing"));
    await using server = await startLoopbackServer(says("technical"));
    const { calls } = first.context;
    const context = attemptContext(server.url, {
      recoveries: 1,
      findCall: async (id) => calls.get(id) ?? null,
    });

    const result = await run(TICKET, context);

    expect(result.costNano).toBe(2 * CALL_NANO);
    expect(result).not.toHaveProperty("costUnknown");
  });

  test("a record that cannot be kept keeps the answer from being used", async () => {
    await using server = await startLoopbackServer(says("billing"));
    const full = new Error("disk full");
    const context = attemptContext(server.url, { recordCall: async () => Promise.reject(full) });

    await expect(run(TICKET, context)).rejects.toBe(full);
  });
});

describe("with the stand-in model", () => {
  test.each<[JsonObject, Json]>([
    [TICKET, "billing"],
    [
      {
        prompt: "Rate the severity 1-5: {{variables.ticket}}",
        outputFormat: "number",
        min: 1,
        max: 5,
      },
      expect.any(Number),
    ],
    [
      { prompt: "Is this spam? {{variables.ticket}}", outputFormat: "boolean" },
      expect.any(Boolean),
    ],
    [{ prompt: "Draft an answer to: {{variables.ticket}}" }, expect.any(String)],
    [{ prompt: "Extract facts: {{variables.ticket}}", outputFormat: "json" }, expect.any(Object)],
  ])("%j is understood", async (config, output) => {
    await using simulator = await openSimulator();

    const result = await run(config, attemptContext(simulator.modelUrl));

    expect(result).toMatchObject({ kind: "ok", output });
    expect(result.costNano).toBeGreaterThan(0);
  });
});
