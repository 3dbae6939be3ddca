import { ErrorCode } from "@slack/web-api";
import { pino } from "pino";
import { expect, test } from "vitest";
import { guard } from "../../src/bot/reply.ts";

/** What a person is answered when `error` is thrown. */
async function answerTo(error: Error): Promise<string> {
  const answers: string[] = [];
  const reply = async (answer: unknown): Promise<void> => void answers.push(JSON.stringify(answer));
  const work = async (): Promise<void> => {
    throw error;
  };
  await guard(reply, pino({ level: "silent" }), work);
  return answers.join();
}

test("what Slack refused is told as Slack's, not as a fault of the bot", async () => {
  const data = { ok: false, error: "thread_not_found" };
  const refusal = Object.assign(new Error("refused"), { code: ErrorCode.PlatformError, data });

  const answer = await answerTo(refusal);

  expect(answer).toContain("Slack refused the answer (thread_not_found)");
  expect(answer).not.toContain("Something went wrong on our side");
});

test("what nobody foresaw is told as the bot's, with a reference", async () => {
  const answer = await answerTo(new TypeError("x is not a function"));

  expect(answer).toContain("Something went wrong on our side");
  expect(answer).toContain("Reference for the operator");
  expect(answer).not.toContain("not a function");
});
