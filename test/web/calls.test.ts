import { expect, test } from "vitest";
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
