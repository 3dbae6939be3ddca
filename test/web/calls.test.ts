import { expect, test } from "vitest";
import { z } from "zod";
import { startWebHarness } from "./web-harness.ts";

const JUDGE = {
  id: "judge",
  name: "Judge",
  steps: [
    {
      id: "decide",
      type: "ai-decision",
      config: {
        prompt: "Is it urgent? {{variables.text}}",
        outputFormat: "boolean",
        outputVariable: "urgent",
      },
    },
  ],
};
const ANSWER = '{"value": true, "reason": "It burns.", "confidence": 0.9}';

test("the calls of a run are read whole: what was asked, what came back, what was made of it", async () => {
  await using web = await startWebHarness(JUDGE, { answers: ["perhaps", ANSWER] });
  const { executionId } = await web.harness.start("judge", { text: "The office is on fire." });

  const { status, body } = await web.get(`/api/executions/${executionId}/calls`);

  expect(status).toBe(200);
  expect(body).toMatchObject({
    executionId,
    workflowId: "judge",
    workflowVersion: 1,
    decisions: [
      {
        stepId: "decide",
        path: "decide#1",
        decided: true,
        calls: [
          {
            id: `${executionId}/decide#1:1:1`,
            attempt: 1,
            call: 1,
            model: "gpt-4o-mini",
            messages: [
              { role: "system" },
              { role: "user", content: expect.stringContaining("The office is on fire.") },
            ],
            text: "perhaps",
            problem: expect.stringContaining("neither true nor false"),
          },
          {
            call: 2,
            text: ANSWER,
            value: true,
            reason: "It burns.",
            confidence: 0.9,
            usage: { promptTokens: 200, completionTokens: 20 },
            cost: expect.any(Number),
            response: {},
          },
        ],
      },
    ],
  });
  expect((await web.get(`/api/executions/${executionId}/calls?step=decide`)).body).toEqual(body);
});

test("a step that asked no model and a run that does not exist are named", async () => {
  await using web = await startWebHarness(JUDGE, { answers: [ANSWER] });
  const { executionId } = await web.harness.start("judge", { text: "Fire" });

  expect(await web.get(`/api/executions/${executionId}/calls?step=decid`)).toMatchObject({
    status: 400,
    body: { error: expect.stringMatching(/"decid" has asked no model.*decide/) },
  });
  expect((await web.get("/api/executions/exec_none/calls")).status).toBe(404);
});

test("of a run with very many calls the newest are read, and that there are others is said", async () => {
  await using web = await startWebHarness(JUDGE, { answers: [ANSWER] });
  const { executionId } = await web.harness.start("judge", { text: "The office is on fire." });
  const [first] = await web.harness.store.calls.list(executionId);
  if (first === undefined) throw new Error("No model was asked.");
  const insert = (n: number, text: string): Promise<void> =>
    web.harness.store.calls.insert({
      ...first,
      ...{ id: `${executionId}/decide#1:1:${n}`, at: first.at + n, text },
    });
  const read = async () => {
    const { body } = await web.get(`/api/executions/${executionId}/calls`);
    const { decisions, omitted } = Read.parse(body);
    return { omitted, calls: decisions.flatMap(({ calls }) => calls.map(({ call }) => call)) };
  };

  for (let n = 2; n <= 500; n += 1) await insert(n, "short");
  expect(await read()).toMatchObject({ omitted: undefined, calls: { length: 500 } });
  await insert(501, "short");
  expect(await read()).toMatchObject({ omitted: true, calls: { length: 500, 0: 2, 499: 501 } });
  await insert(502, "x".repeat(2_500_000));
  await insert(503, "x".repeat(2_500_000));

  expect(await read()).toEqual({ omitted: true, calls: [503] });
});

const Read = z.object({
  omitted: z.literal(true).optional(),
  decisions: z.array(z.object({ calls: z.array(z.object({ call: z.int() })) })),
});
