import { expect, test } from "vitest";
import type { JsonObject } from "../../simulator/json.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

/** Says hello in #ops, asks @finance there, and then says goodbye. */
const GREETING = {
  id: "greet",
  name: "Greet",
  inputs: {},
  steps: [
    { id: "hello", type: "service", config: say("hello"), next: "ask" },
    {
      id: "ask",
      type: "approval",
      config: { title: "Go on?", approvers: ["@finance"], channel: "#ops" },
      next: { approve: "bye", reject: "end" },
    },
    { id: "bye", type: "service", config: say("goodbye") },
  ],
};

function say(message: string): JsonObject {
  return { service: "slack", channel: "#ops", message };
}

async function start(...definitions: JsonObject[]): Promise<TestBot> {
  const bot = await TestBot.start({ definitions: [], connected: true });
  await makeChannel(bot, "C0OPS", "ops");
  for (const definition of definitions) await deploy(bot, definition);
  return bot;
}

async function deploy(bot: TestBot, definition: JsonObject): Promise<number> {
  const result = await bot.engine.workflows.deploy(definition, { by: "test" });
  if (!result.deployed) throw new Error(JSON.stringify(result.problems));
  return result.version;
}

async function makeChannel(bot: TestBot, id: string, name: string): Promise<void> {
  const members = ["U0ALICE", "U0BOB", "U0CAROL", "U0BOT"];
  await bot.act("channel", { channel: id, name, members });
}

async function said(bot: TestBot, channel: string): Promise<string> {
  return (await bot.messages(channel)).map(contentOf).join("\n");
}

test("a workflow still means its channel and its group after both were renamed", async () => {
  await using bot = await start(GREETING);

  await bot.act("channel", { channel: "C0OPS", name: "operations" });
  await bot.act("usergroup", {
    ...{ usergroup: "S0FINANCE", handle: "money", users: ["U0BOB", "U0CAROL"] },
  });
  await bot.slash("U0ALICE", "run greet");

  await bot.message("C0OPS", /hello/);
  const card = await bot.message("C0OPS", /Go on\?/);
  await bot.click("U0BOB", "C0OPS", card, "decide_approve");
  await bot.message("C0OPS", /goodbye/);
});

test("nothing is written to another channel that got the name, until the workflow is deployed again", async () => {
  await using bot = await start(GREETING);

  await bot.act("channel", { channel: "C0OPS", name: "ops-old" });
  await bot.act("channel", { channel: "C0OPS", is_archived: true });
  await makeChannel(bot, "C0OTHER", "ops");
  await bot.slash("U0ALICE", "run greet");

  const run = await bot.message("C0GENERAL", /Greet/);
  await bot.message("C0GENERAL", /was #ops when the workflow was deployed; deploy it/, tsOf(run));
  expect(await said(bot, "C0OTHER")).not.toMatch(/hello|Go on/);

  expect(await deploy(bot, GREETING)).toBe(2);
  expect(await deploy(bot, GREETING)).toBe(2);
  await bot.slash("U0ALICE", "run greet");
  await bot.message("C0OTHER", /hello/);
});

test("an approval whose channel was archived is asked elsewhere, and says which channel was meant", async () => {
  const [, ask] = GREETING.steps;
  const steps = [{ ...ask, next: { approve: "end", reject: "end" } }];
  await using bot = await start({ ...GREETING, steps });

  await bot.act("channel", { channel: "C0OPS", name: "ops-old" });
  await bot.act("channel", { channel: "C0OPS", is_archived: true });
  await makeChannel(bot, "C0OTHER", "ops");
  await bot.slash("U0ALICE", "run greet");

  const run = await bot.message("C0GENERAL", /Greet/);
  await bot.message(
    "C0GENERAL",
    /the channel that was #ops when the workflow was deployed/,
    tsOf(run),
  );
  expect(await said(bot, "C0OTHER")).not.toMatch(/Go on/);
});

test("messages start a workflow in the channel that it meant, by whatever name, and in no other", async () => {
  await using bot = await start({
    id: "watch",
    name: "Watch",
    triggers: [{ type: "message", keywords: ["outage"], channels: ["#ops"] }],
    steps: [{ id: "note", type: "transform", config: { expression: "1" } }],
  });
  await bot.act("channel", { channel: "C0OPS", name: "operations" });
  await makeChannel(bot, "C0OTHER", "ops");

  await bot.act("message", { user: "U0ALICE", channel: "C0OTHER", text: "an outage" });
  await bot.act("message", { user: "U0ALICE", channel: "C0OPS", text: "an outage" });

  const runs = await bot.until(async () => {
    const { executions } = await bot.engine.executions.list({});
    return executions.length > 0 ? executions : undefined;
  });
  const started = await Promise.all(
    runs.map(({ executionId }) => bot.engine.executions.get(executionId, "api")),
  );
  expect(started.map(({ trigger }) => trigger.channel)).toEqual(["C0OPS"]);
});

test("a right by channel stays with the channel, and the definition is shown as it was written", async () => {
  await using bot = await start({ ...GREETING, permissions: { run: ["#ops"] } });
  await bot.act("channel", { channel: "C0OPS", name: "operations" });
  await bot.act("channel", { channel: "C0OTHER", name: "ops", members: ["U0DAVE", "U0BOT"] });

  expect(await bot.slash("U0BOB", "access greet")).toMatch(/You may run it: you are in <#C0OPS>/);
  const { definition, source } = await bot.engine.workflows.get("greet");
  expect(definition.permissions?.run).toEqual(["#ops"]);
  expect(JSON.stringify(source)).not.toContain("C0OPS");
});

test("a name that means nothing yet stays a name", async () => {
  await using bot = await start();
  const config = { service: "slack", channel: "#later", message: "hello" };
  await deploy(bot, { ...GREETING, steps: [{ id: "hello", type: "service", config }] });

  await makeChannel(bot, "C0LATER", "later");
  await bot.slash("U0ALICE", "run greet");

  await bot.message("C0LATER", /hello/);
});

test("a deployer who is named by a group still deploys, and changes neither rights nor who reads along", async () => {
  const greeting = { ...GREETING, permissions: { deploy: ["@finance"] } };
  await using bot = await start(greeting);
  const deployAs = (more: JsonObject) =>
    bot.engine.workflows.deploy({ ...greeting, ...more }, { by: "U0BOB" });

  expect(await deployAs({ name: "Greet all" })).toMatchObject({ deployed: true, version: 2 });
  await expect(deployAs({ permissions: { deploy: ["U0BOB"] } })).rejects.toThrow(/permissions/);
  await expect(deployAs({ sharedChannels: "allow" })).rejects.toThrow(/sharedChannels/);
});
