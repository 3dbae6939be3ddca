import { expect, test } from "vitest";
import {
  type RecordedAnswer,
  recordAnswers,
  replayAnswers,
} from "../../../src/adapters/llm/recorded-model.ts";
import type { ModelClient, ModelRequest } from "../../../src/engine/ports/model.ts";

const never = new AbortController().signal;
const QUESTION: ModelRequest = {
  model: "gpt-4o-mini",
  messages: [{ role: "user", content: "Which?" }],
  temperature: 0.1,
  maxTokens: 100,
};
const says = (text: string): ModelClient => ({
  complete: async ({ model }) => ({ text, finishReason: "stop", model, latencyMs: 7, raw: {} }),
});

test("what was recorded is answered again, without anybody being asked", async () => {
  const answers: RecordedAnswer[] = [];
  const recording = recordAnswers(says("billing"), (answer) => answers.push(answer));
  const first = await recording.complete(QUESTION, never);

  const stored: RecordedAnswer[] = JSON.parse(JSON.stringify(answers));

  expect(await replayAnswers(stored).complete(QUESTION, never)).toEqual(first);
});

test.for([
  { model: "gpt-4o" },
  { messages: [{ role: "user" as const, content: "Which one?" }] },
  { format: "object" as const },
])("another question (%j) has no recorded answer", async (change) => {
  const answers: RecordedAnswer[] = [];
  await recordAnswers(says("billing"), (answer) => answers.push(answer)).complete(QUESTION, never);

  const replayed = replayAnswers(answers).complete({ ...QUESTION, ...change }, never);

  await expect(replayed).rejects.toMatchObject({ code: "model_rejected" });
});
