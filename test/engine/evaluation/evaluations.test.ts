import { describe, expect, test } from "vitest";
import type { EvaluationsRequest } from "../../../src/engine/api/evaluation.ts";
import { parseSamples } from "../../../src/engine/evaluation/samples.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { WorkflowHarness, type WorkflowHarnessOptions } from "../../support/workflow-harness.ts";

const FREE = Number.MAX_SAFE_INTEGER;
const JUDGE: JsonObject = {
  id: "judge",
  name: "Judge",
  inputs: { text: { type: "text" }, tier: { type: "string", default: "free" } },
  steps: [
    {
      id: "decide",
      type: "ai-decision",
      config: {
        prompt: "Is it urgent for a {{variables.tier}} customer? {{variables.text}}",
        outputFormat: "boolean",
      },
      next: "note",
    },
    { id: "note", type: "transform", config: { expression: "1" } },
  ],
};
const SAMPLES = [
  '{"inputs": {"text": "It burns!"}, "expected": true}',
  '{"inputs": {"text": "A typo."}, "expected": false, "note": "small"}',
].join("\n");

async function open(
  options: WorkflowHarnessOptions = {},
  definition = JUDGE,
): Promise<WorkflowHarness> {
  return WorkflowHarness.open(definition, { samples: { "judge/decide": SAMPLES }, ...options });
}

function run(harness: WorkflowHarness, more: Partial<EvaluationsRequest> = {}) {
  return harness.engine.evaluations.evaluate({ workflowId: "judge", capNano: FREE, ...more });
}

describe("an evaluation", () => {
  test("asks each sample as a run would, with defaults filled in, and acts on nothing", async () => {
    await using harness = await open({
      answers: ({ messages }) => /burns/.test(messages[1]?.content ?? ""),
    });

    const { steps } = await run(harness);

    expect(steps).toMatchObject([
      {
        stepId: "decide",
        samples: 2,
        arms: [
          {
            label: "prompt of the definition, gpt-4o-mini",
            figures: { asked: 2, correct: 2, calls: 2, repaired: 0 },
          },
        ],
      },
    ]);
    const [question] = harness.questions;
    expect(question?.messages[1]?.content).toMatch(
      /^Is it urgent for a free customer\? <data-\w+>It burns!/,
    );
    expect((await harness.engine.executions.list({})).executions).toEqual([]);
  });

  test("takes the samples it is limited to from the whole file, not the label that comes first", async () => {
    const grouped = ["fire 1", "fire 2", "fire 3", "typo 1", "typo 2", "typo 3"]
      .map((text) => JSON.stringify({ inputs: { text }, expected: text.startsWith("fire") }))
      .join("\n");
    await using harness = await open({ samples: { "judge/decide": grouped }, answers: () => true });

    await run(harness, { limit: 2 });

    const texts = harness.questions.map(({ messages }) => messages[1]?.content ?? "");
    expect(texts.map((text) => /fire \d|typo \d/.exec(text)?.[0])).toEqual(["fire 1", "typo 1"]);
  });

  test("compares with another text and another model on the same samples", async () => {
    await using harness = await open({ answers: ({ model }) => model === "gpt-4o" });

    const { steps } = await run(harness, {
      model: "gpt-4o",
      against: { prompt: "Urgent? {{variables.text}}" },
    });

    expect(steps[0]).toMatchObject({
      arms: [
        { label: "prompt of the definition, gpt-4o", figures: { correct: 1 } },
        { label: "another prompt, gpt-4o-mini", figures: { correct: 1 } },
      ],
      difference: { both: 2, onlyFirst: 1, onlySecond: 1, isClear: false },
    });
    expect(harness.questions.at(-1)?.messages[1]?.content).toMatch(/^Urgent\?/);
  });

  test("asks versions of a named prompt", async () => {
    const [first, ...rest] = JUDGE["steps"] as JsonObject[];
    const config = { promptRef: "urgency", outputFormat: "boolean" };
    const named = { ...JUDGE, steps: [{ ...first, config }, ...rest] };
    await using harness = await open(
      { answers: () => true, prompts: { urgency: "One {{variables.text}}" } },
      named,
    );
    await harness.engine.prompts.add({
      name: "urgency",
      text: "Two {{variables.text}}",
      by: "api",
    });

    const { steps } = await run(harness, { prompt: "v2", against: {} });

    expect(steps[0]?.arms.map(({ label }) => label)).toEqual([
      "urgency v2, gpt-4o-mini",
      "urgency v1, gpt-4o-mini",
    ]);
    await expect(run(harness, { prompt: "v9" })).rejects.toThrow(/no version 9/);
  });

  test("counts a repaired answer, one that stays bad, and a model that cannot be had", async () => {
    await using harness = await open({
      answers: ({ messages }) =>
        messages.length > 2 && /burns/.test(messages[1]?.content ?? "") ? true : "perhaps",
    });

    const { steps } = await run(harness);

    expect(steps[0]?.arms[0]?.figures).toMatchObject({
      asked: 2,
      correct: 1,
      failed: 1,
      failures: { model_output_invalid: 1 },
    });
    const down = new AppError({ code: "model_rejected", message: "No such model." });
    await using other = await open({ answers: () => down });
    expect((await run(other)).steps[0]?.arms[0]?.figures).toMatchObject({
      failed: 2,
      failures: { model_rejected: 2 },
    });
  });

  test("asks nothing whose worst price would pass the cap", async () => {
    await using harness = await open({ answers: () => true });

    const { steps } = await run(harness, { capNano: 1 });

    expect(steps[0]?.arms[0]?.figures).toMatchObject({ asked: 0, skipped: 2, costNano: 0 });
    expect(harness.questions).toEqual([]);
  });

  test("says what is missing", async () => {
    await using harness = await open();

    await expect(run(harness, { stepId: "decid" })).rejects.toThrow(
      /no AI decision "decid".*decide/,
    );
    await expect(run(harness, { prompt: "v2" })).rejects.toThrow(/stands in the definition/);
    await using empty = await open({ samples: {} });
    await expect(run(empty)).rejects.toThrow(/no labelled samples.*workflows\/evals\/judge/);
  });
});

describe("a decision that a person labels", () => {
  test("becomes a sample with what the step saw, and is asked by the next evaluation", async () => {
    await using harness = await open({ answers: () => false, samples: {} });
    const { executionId } = await harness.start("judge", { text: "It burns!" });

    const sample = await harness.engine.evaluations.label({
      executionId,
      path: "decide",
      expected: true,
      by: "U0BOB",
    });

    expect(sample).toMatchObject({
      id: `${executionId}/decide#1`,
      inputs: { text: "It burns!", tier: "free" },
      actual: false,
      expected: true,
      by: "U0BOB",
    });
    expect(await harness.engine.evaluations.listSamples("judge")).toEqual([sample]);
    expect((await run(harness)).steps).toMatchObject([{ samples: 1 }]);
  });

  test("can be found right; the last label stands", async () => {
    await using harness = await open({ answers: () => false });
    const { executionId } = await harness.start("judge", { text: "It burns!" });
    await harness.engine.evaluations.label({
      executionId,
      path: "decide#1",
      expected: true,
      by: "U0BOB",
    });

    await harness.engine.evaluations.label({
      executionId,
      path: "decide#1",
      by: "U0CAROL",
      note: "a drill",
    });

    expect(await harness.engine.evaluations.listSamples("judge")).toMatchObject([
      { expected: false, by: "U0CAROL", note: "a drill" },
    ]);
  });

  test("sees earlier steps as they were then, and no sensitive input that the prompt does not show", async () => {
    const [first] = JUDGE["steps"] as JsonObject[];
    const prompt = "Is {{stepResults.look.output}} urgent?";
    const look = {
      id: "look",
      type: "transform",
      config: { expression: "{'a': 1}" },
      next: "decide",
    };
    const later = {
      id: "note",
      type: "transform",
      config: { expression: "'changed'", outputVariable: "text" },
    };
    const definition = {
      ...JUDGE,
      inputs: { text: { type: "text" }, code: { type: "string", sensitive: true } },
      steps: [look, { ...first, config: { prompt, outputFormat: "boolean" } }, later],
    };
    await using harness = await open({ answers: () => false }, definition);
    const { executionId } = await harness.start("judge", { text: "before", code: "1234" });

    const sample = await harness.engine.evaluations.label({
      executionId,
      path: "decide",
      by: "U0BOB",
    });

    expect(sample.inputs).toEqual({ text: "before" });
    expect(sample.stepResults).toEqual({ look: { output: { a: 1 } } });
  });

  test("must be one, and its label must be possible", async () => {
    await using harness = await open({ answers: () => false });
    const { executionId } = await harness.start("judge", { text: "It burns!" });
    const { engine } = harness;

    const of = (more: object) =>
      engine.evaluations.label({ executionId, path: "decide", by: "api", ...more });
    await expect(of({ path: "note" })).rejects.toThrow(/decided nothing at "note"/);
    await expect(of({ expected: "yes" })).rejects.toThrow(/true or false/);
    await expect(of({ executionId: "exec_none" })).rejects.toMatchObject({
      code: "execution_not_found",
    });
  });
});

test("a bad line of a file of samples is named", () => {
  expect(() => parseSamples('{"inputs": {}, "expected": 1}\n\nnonsense', "a/b.jsonl")).toThrow(
    /a\/b\.jsonl, line 3/,
  );
  expect(() =>
    parseSamples('{"inputs": {"id": 12345678901234567890}, "expected": 1}', "a/b.jsonl"),
  ).toThrow(/a\/b\.jsonl, line 1: inputs\.id: this number is too large/);
  expect(() => parseSamples('{"input": {}, "expected": 1}', "a/b.jsonl")).toThrow(/line 1.*input/);
});
