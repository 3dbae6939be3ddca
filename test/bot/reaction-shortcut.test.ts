import { expect, test } from "vitest";
import { z } from "zod";
import { type JsonObject, toObjects } from "../../simulator/json.ts";
import { TestBot } from "../support/bot.ts";

const noting = (id: string, trigger: JsonObject): JsonObject => ({
  id,
  name: `The ${id}`,
  triggers: [trigger],
  steps: [{ id: "note", type: "transform", config: { expression: "variables" } }],
});

const text = z.string();

/** The one completed run of a workflow. */
async function only(bot: TestBot, workflowId: string) {
  const { executionId } = await bot.until(async () => {
    const { executions } = await bot.engine.executions.list({ workflowId, status: "completed" });
    return executions[0];
  });
  const { executions } = await bot.engine.executions.list({ workflowId });
  expect(executions).toHaveLength(1);
  return bot.engine.executions.get(executionId);
}

const say = async (bot: TestBot, words: string): Promise<string> =>
  text.parse(
    (await bot.act("message", { user: "U0BOB", channel: "C0GENERAL", text: words }))["ts"],
  );

async function views(bot: TestBot, user: string): Promise<readonly JsonObject[]> {
  const answer = await fetch(`${bot.simulator.url}/sim/views?user=${user}`);
  const body = z.object({ views: z.array(z.json()) }).parse(await answer.json());
  return toObjects(body.views);
}

test("a reaction starts the workflow with the message that it is on, once, in the message's thread", async () => {
  const ticket = noting("ticket", { type: "reaction", emoji: ":ticket:", channels: ["#general"] });
  const other = noting("other", { type: "reaction", emoji: "eyes" });
  await using bot = await TestBot.start({ definitions: [ticket, other] });
  const ts = await say(bot, "The printer <burns> & smokes");

  for (const user of ["U0DAVE", "U0ALICE"])
    await bot.act("reaction", { user, channel: "C0GENERAL", ts, name: "ticket" });

  const view = await only(bot, "ticket");
  expect(view.trigger).toMatchObject({ type: "reaction", userId: "U0ALICE" });
  expect(view.variables).toEqual({
    emoji: "ticket",
    user: "U0ALICE",
    channel: "C0GENERAL",
    ts,
    threadTs: ts,
    text: "The printer <burns> & smokes",
    messageUser: "U0BOB",
  });
  await bot.message("C0GENERAL", /Receipt/, ts);
  expect((await bot.engine.executions.list({ workflowId: "other" })).executions).toEqual([]);
});

test("a shortcut on a message offers the workflows that have it, and starts the chosen one with the message", async () => {
  const helper = noting("helper", { type: "shortcut" });
  const hidden = noting("hidden", { type: "slash" });
  await using bot = await TestBot.start({ definitions: [helper, hidden] });
  const ts = await say(bot, "Help me");
  const callback_id = "run_workflow_on_message";

  await bot.act("shortcut", { user: "U0ALICE", channel: "C0GENERAL", ts, callback_id });
  const [dialog] = await bot.until(async () => {
    const open = await views(bot, "U0ALICE");
    return open.length > 0 ? open : undefined;
  });
  expect(JSON.stringify(dialog)).toContain("The helper");
  expect(JSON.stringify(dialog)).not.toContain("The hidden");
  const values = { workflow: { workflow: "helper" } };
  await bot.act("view-submit", { user: "U0ALICE", view_id: text.parse(dialog?.["id"]), values });

  const view = await only(bot, "helper");
  expect(view.variables).toMatchObject({ user: "U0ALICE", text: "Help me", messageUser: "U0BOB" });
  await bot.message("C0GENERAL", /Receipt/, ts);
});

test("the global shortcut starts a workflow without a message, and reports to the person", async () => {
  await using bot = await TestBot.start({ definitions: [noting("helper", { type: "shortcut" })] });

  await bot.act("shortcut", { user: "U0ALICE", callback_id: "run_workflow" });
  const [dialog] = await bot.until(async () => {
    const open = await views(bot, "U0ALICE");
    return open.length > 0 ? open : undefined;
  });
  const values = { workflow: { workflow: "helper" } };
  await bot.act("view-submit", { user: "U0ALICE", view_id: text.parse(dialog?.["id"]), values });

  expect((await only(bot, "helper")).variables).toMatchObject({ user: "U0ALICE", text: null });
  await bot.message("D0ALICE", /The helper/);
});

test("a guest's shortcut says why it offers nothing", async () => {
  await using bot = await TestBot.start({ definitions: [noting("helper", { type: "shortcut" })] });

  await bot.act("shortcut", { user: "U0DAVE", callback_id: "run_workflow" });

  const [dialog] = await bot.until(async () => {
    const open = await views(bot, "U0DAVE");
    return open.length > 0 ? open : undefined;
  });
  expect(JSON.stringify(dialog)).toContain("for members of this workspace");
});
