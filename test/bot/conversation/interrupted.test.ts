import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isJsonObject, type JsonObject, toObjects } from "../../../simulator/json.ts";
import { openSimulator, type Simulator } from "../../../simulator/simulator.ts";
import { contentOf, tsOf } from "../../support/bot.ts";
import { BotProcess } from "../../support/bot-process.ts";
import { until } from "../../support/until.ts";

const WISH = "build me a workflow that asks @finance to approve purchases over $500 in #approvals";
const DM = "D0ALICE";
/** Long enough for the bot to be killed meanwhile. */
const SLOW = { target: "model", delay_ms: 60_000, times: 1 };

let simulator: Simulator;
beforeAll(async () => {
  simulator = await openSimulator({ realistic: false });
});
afterAll(() => simulator[Symbol.asyncDispose]());

async function act(action: string, body: JsonObject): Promise<JsonObject> {
  const response = await fetch(`${simulator.url}/sim/${action}`, {
    ...{ method: "POST", headers: { "content-type": "application/json" } },
    body: JSON.stringify(body),
  });
  const answer: unknown = await response.json();
  return isJsonObject(answer) ? answer : {};
}

async function read(query: string): Promise<readonly JsonObject[]> {
  const response = await fetch(`${simulator.url}/sim/${query}`);
  const answer: unknown = await response.json();
  return isJsonObject(answer) ? toObjects(answer["messages"] ?? answer["faults"]) : [];
}

const say = async (text: string, threadTs?: string): Promise<string> =>
  tsOf(
    await act("message", {
      ...{ user: "U0ALICE", channel: DM, text },
      ...(threadTs !== undefined && { thread_ts: threadTs }),
    }),
  );

/** What the bot has written in a thread. */
const answers = async (threadTs: string): Promise<readonly string[]> =>
  (await read(`messages?channel=${DM}&thread_ts=${threadTs}`))
    .filter(({ user }) => user !== "U0ALICE")
    .map(contentOf);

const answerOf = (threadTs: string, pattern: RegExp): Promise<string> =>
  until(async () => (await answers(threadTs)).find((text) => pattern.test(text)));

/** Waits until the model was asked, and does not answer. */
const untilAsked = (): Promise<true> =>
  until(async () => ((await read("faults")).length === 0 ? true : undefined));

describe("a bot that is killed", () => {
  test("while a model reads a message answers it once after its start", async () => {
    await using bot = await BotProcess.start(simulator);
    await act("faults", SLOW);
    const thread = await say("Was wartet auf mich?");
    await untilAsked();

    await bot.kill();
    const reads = { value: "pending", reason: "As it says.", confidence: 0.9 };
    await act("faults", { target: "model", raw: JSON.stringify(reads), times: 1 });
    await bot.start();

    await answerOf(thread, /nothing waits/i);
    await bot.stop();
    await bot.start();
    const other = await say("thanks");
    await answerOf(other, /You're welcome/);
    expect(await answers(thread)).toHaveLength(1);
  });

  test("while a workflow is written writes it after its start", async () => {
    await using bot = await BotProcess.start(simulator);
    await act("faults", SLOW);
    const thread = await say(WISH);
    await untilAsked();

    await bot.kill();
    await bot.start();

    await answerOf(thread, /deploy_draft/);
    expect(await answers(thread)).toHaveLength(1);
  });

  test("while a change is written makes it once after its start", async () => {
    await using bot = await BotProcess.start(simulator);
    const thread = await say(WISH);
    await answerOf(thread, /deploy_draft/);
    await act("faults", SLOW);
    await say("make it two approvers", thread);
    await untilAsked();

    await bot.kill();
    await bot.start();

    await answerOf(thread, /2 of them have to agree[\s\S]*round 2/);
    expect((await answers(thread)).join()).not.toContain("round 3");
  });

  test("each time it takes up a message says so in the end, with a button that tries again", async () => {
    await using bot = await BotProcess.start(simulator);
    await act("faults", SLOW);
    const thread = await say("Wer wartet auf wen?");
    await untilAsked();
    await bot.kill();
    await act("faults", SLOW);
    await bot.start();
    await untilAsked();
    await bot.kill();
    await bot.start();

    const last = await answerOf(thread, /nothing came of it/);
    expect(last).toContain("answer_again");
    const reads = { value: "pending", reason: "As it says.", confidence: 0.9 };
    await act("faults", { target: "model", raw: JSON.stringify(reads), times: 1 });
    const messages = await read(`messages?channel=${DM}&thread_ts=${thread}`);
    const message = messages.find((one) => contentOf(one).includes("answer_again"));
    await act("action", {
      ...{ user: "U0ALICE", channel: DM, ts: message === undefined ? "" : tsOf(message) },
      ...{ action_id: "answer_again", value: JSON.stringify({ t: thread }) },
    });
    await answerOf(thread, /nothing waits/i);
  });
});
