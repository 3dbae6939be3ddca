import { expect, test } from "vitest";
import type { JsonObject } from "../../simulator/json.ts";
import type { Channel } from "../../simulator/workspace/records.ts";
import { TestBot, tsOf } from "../support/bot.ts";

/** A workflow that asks in a channel: Bob, unless the options say otherwise. */
function asking(channel: string, options: JsonObject = {}) {
  return {
    id: "ask",
    name: "Ask",
    inputs: {},
    steps: [
      {
        id: "ok",
        type: "approval",
        config: { title: "Go?", message: "please", approvers: ["U0BOB"], channel, ...options },
        next: { approve: "done", reject: "done" },
      },
      { id: "done", type: "transform", config: { expression: "true" } },
    ],
  };
}

/** Starts when a message in a channel speaks of an outage. */
function watching(channel: string) {
  return {
    id: "watch",
    name: "Watch",
    triggers: [{ type: "message", keywords: ["outage"], channels: [channel] }],
    steps: [{ id: "note", type: "transform", config: { expression: "1" } }],
  };
}

function channel(id: string, name: string, members: readonly string[]): Channel {
  return { id, name, isIm: false, members, topic: "", created: 1 };
}

/** A workspace of thousands of channels; the last of them is the bot's. */
function fill({ simulator }: TestBot, last: Channel): void {
  const { directory } = simulator.workspace.state;
  for (let i = 0; i < 4300; i++) directory.saveChannel(channel(`C1${i}`, `c-${i}`, ["U0ALICE"]));
  directory.saveChannel(last);
}

async function startedRuns(bot: TestBot, count: number): Promise<true> {
  return bot.until(async () => {
    const { executions } = await bot.engine.executions.list({});
    return executions.length >= count ? true : undefined;
  });
}

test("an approval is asked in a channel of a workspace with thousands of them", async () => {
  await using bot = await TestBot.start({ definitions: [], realistic: true });
  fill(bot, channel("C0ZZZ", "zzz-approvals", ["U0ALICE", "U0BOB", "U0BOT"]));
  await bot.engine.workflows.deploy(asking("#zzz-approvals"), { by: "test" });

  await bot.slash("U0ALICE", "run ask");

  await bot.message("C0ZZZ", /Go\?/);
  expect(await bot.calls("conversations.list")).toEqual([]);
});

test("runs that ask in a channel without the bot are asked in their threads, after one question to Slack", async () => {
  await using bot = await TestBot.start({ definitions: [asking("#random")], realistic: true });

  for (let i = 0; i < 5; i++) await bot.slash("U0ALICE", "run ask");

  for (const run of await bot.until(async () => {
    const cards = await bot.messages("C0GENERAL");
    return cards.length === 5 ? cards : undefined;
  }))
    await bot.message("C0GENERAL", /I cannot post in #random/, tsOf(run));
  expect((await bot.calls("users.conversations")).length).toBeLessThanOrEqual(2);
  expect(await bot.calls("conversations.list")).toEqual([]);
});

test("messages start workflows in the channel that they name, in a workspace with thousands of channels", async () => {
  await using bot = await TestBot.start({
    definitions: [watching("#zzz-support")],
    realistic: true,
  });
  fill(bot, channel("C0ZZZ", "zzz-support", ["U0ALICE", "U0BOT"]));

  for (let i = 0; i < 3; i++)
    await bot.act("message", { user: "U0ALICE", channel: "C0ZZZ", text: "an outage" });
  await bot.act("message", { user: "U0ALICE", channel: "C0GENERAL", text: "an outage" });

  await startedRuns(bot, 3);
  expect(await bot.calls("conversations.list")).toEqual([]);
  expect((await bot.calls("conversations.info")).length).toBeLessThanOrEqual(2);
});

test("a channel that the bot is invited to is known at once, and by its new name after a rename", async () => {
  await using bot = await TestBot.start({ definitions: [watching("#incidents")] });
  const say = (text: string) => bot.act("message", { user: "U0ALICE", channel: "C0NEW", text });
  await bot.act("channel", { channel: "C0NEW", name: "incident", members: ["U0ALICE", "U0BOT"] });
  await say("an outage");
  await bot.until(async () =>
    (await bot.calls("users.conversations")).length > 0 ? 1 : undefined,
  );

  await bot.act("channel", { channel: "C0NEW", name: "incidents" });
  await say("an outage");

  await startedRuns(bot, 1);
  expect((await bot.engine.executions.list({})).executions).toHaveLength(1);
});

test("a burst of commands from one person asks Slack about them once, and none is refused", async () => {
  await using bot = await TestBot.start({ definitions: [], realistic: true });

  for (let i = 0; i < 130; i++)
    await bot.act("slash", {
      ...{ user: "U0ALICE", channel: "C0GENERAL", command: "/workflow", text: "list" },
    });

  const answers = await bot.until(async () => {
    const all = await bot.privates("U0ALICE", "C0GENERAL");
    return all.length === 130 ? all : undefined;
  });
  expect(answers.filter((answer) => answer.includes("Slack"))).toEqual([]);
  expect(await bot.calls("users.info")).toHaveLength(1);
});

/** Two thousand people more, all of them in #general. */
function addPeople({ simulator }: TestBot): readonly string[] {
  const { directory } = simulator.workspace.state;
  const bob = directory.user("U0BOB");
  const general = directory.channel("C0GENERAL");
  if (!bob || !general) throw new Error("The workspace is not the usual one.");
  const people = Array.from({ length: 2000 }, (_, i) => `U1P${i}`);
  for (const id of people) {
    directory.saveUser({ ...bob, id, name: id.toLowerCase() });
    const direct = { ...channel(`D1P${id}`, "directmessage", [id, "U0BOT"]), isIm: true };
    directory.saveChannel({ ...direct, user: id });
  }
  directory.saveChannel({ ...general, members: [...general.members, ...people] });
  return people;
}

test("commands, Home tabs and decisions of hundreds of people in a minute are not refused", async () => {
  await using bot = await TestBot.start({ definitions: [], realistic: true });
  const people = addPeople(bot);
  const deciding = [people.slice(230, 280), people.slice(280, 330)];
  for (const [index, approvers] of deciding.entries()) {
    const definition = asking("#general", { approvers, required: 50, title: `Round ${index}` });
    await bot.engine.workflows.deploy({ ...definition, id: `ask-${index}` }, { by: "test" });
    await bot.slash("U0ALICE", `run ask-${index}`, "C0FINANCE");
  }

  for (const user of people.slice(0, 100)) await bot.act("home-open", { user });
  for (const user of people.slice(100, 230))
    await bot.act("slash", { user, channel: "C0GENERAL", command: "/workflow", text: "list" });
  for (const [index, approvers] of deciding.entries()) {
    const card = await bot.message("C0GENERAL", new RegExp(`Round ${index}`));
    for (const user of approvers) await bot.click(user, "C0GENERAL", card, "decide_approve");
  }

  await bot.until(async () => {
    const { executions } = await bot.engine.executions.list({ status: "completed" });
    return executions.length === 2 ? true : undefined;
  });
  await bot.until(async () => ((await bot.calls("views.publish")).length === 100 ? 1 : undefined));
  for (const user of people.slice(100, 230)) {
    const [answer] = await bot.until(async () => {
      const said = await bot.privates(user, "C0GENERAL");
      return said.length > 0 ? said : undefined;
    });
    expect(answer).not.toMatch(/Slack/);
  }
});

test("who became a guest is one at the next command, since Slack reports it", async () => {
  await using bot = await TestBot.start({ definitions: [] });
  expect(await bot.slash("U0BOB", "list")).not.toMatch(/Guests/);

  await bot.act("person", { person: "U0BOB", is_restricted: true });

  expect(await bot.slash("U0BOB", "list")).toMatch(/Guests/);
});

test("who opens the Home tab is looked up once", async () => {
  await using bot = await TestBot.start({ definitions: [] });

  await bot.act("home-open", { user: "U0ALICE" });
  await bot.until(async () => ((await bot.calls("views.publish")).length > 0 ? 1 : undefined));

  expect(await bot.calls("users.info")).toHaveLength(1);
});
