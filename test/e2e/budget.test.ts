import { expect, test } from "vitest";
import { z } from "zod";
import type { JsonObject } from "../../simulator/json.ts";
import { openSimulator } from "../../simulator/simulator.ts";
import { Person } from "../../simulator/test/support/person.ts";
import { contentOf, tsOf } from "../support/bot.ts";
import { BotProcess } from "../support/bot-process.ts";
import { clickOn } from "../support/slack-assertions.ts";

const Execution = z.object({ executionId: z.string(), totalCost: z.number() });
const Executions = z.object({ executions: z.tuple([Execution]) });

const GENERAL = "C0GENERAL";
const JUDGE = {
  id: "judge",
  name: "Judge",
  limits: { maxCostUsd: 0.002 },
  steps: [
    {
      id: "decide",
      type: "ai-decision",
      config: {
        model: "gpt-4o",
        prompt: "Classify this ticket: I was charged twice",
        outputFormat: "enum",
        allowedValues: ["billing", "technical"],
      },
      next: { billing: "end", technical: "end" },
    },
  ],
};

test("money that was added survives kill -9: the run goes on, and its cost is that of its calls", async () => {
  await using simulator = await openSimulator({ realistic: false });
  await using bot = await BotProcess.start(simulator);
  const bob = new Person(simulator.url, "U0BOB");
  const see = (pattern: RegExp, thread?: string): Promise<JsonObject> =>
    bob.until(async () =>
      (await bob.messages(GENERAL, thread === undefined ? {} : { thread_ts: thread })).find(
        (message) => pattern.test(contentOf(message)),
      ),
    );
  await fetch(`${bot.url}/api/workflows`, { method: "POST", body: JSON.stringify(JUDGE) });
  await bob.act("slash", { channel: GENERAL, command: "/workflow", text: "run judge" });
  const card = await see(/for budget/);
  const asked = await see(/Cost cap reached/, tsOf(card));

  const clicked = await bob.act("action", clickOn(asked, GENERAL, "decide_add"));
  await bot.kill();
  await bot.start();

  expect(clicked).toMatchObject({ ok: true, acked: true });
  const receipt = contentOf(await see(/Receipt/, tsOf(card)));
  expect(receipt).toMatch(/billing[\s\S]*Cost cap raised\* by \$1\.0000/);
  const listed = await fetch(`${bot.url}/api/executions?workflowId=judge`);
  const [run] = Executions.parse(await listed.json()).executions;
  const audit = await fetch(`${bot.url}/api/executions/${run.executionId}/calls`);
  const costs = JSON.stringify(await audit.json()).matchAll(/"cost":([\d.]+)/g);
  expect([...costs].reduce((sum, [, cost]) => sum + Number(cost), 0)).toBeCloseTo(run.totalCost, 9);
});
