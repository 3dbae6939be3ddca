import { WebClient } from "@slack/web-api";
import { expect, test } from "vitest";
import { z } from "zod";
import { type JsonObject, toObjects } from "../../simulator/json.ts";
import { contentOf, TestBot } from "../support/bot.ts";

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

const say = async (bot: TestBot, words: string, rest: JsonObject = {}): Promise<string> =>
  text.parse(
    (await bot.act("message", { user: "U0BOB", channel: "C0GENERAL", text: words, ...rest }))["ts"],
  );

async function views(bot: TestBot, user: string): Promise<readonly JsonObject[]> {
  const answer = await fetch(`${bot.simulator.url}/sim/views?user=${user}`);
  const body = z.object({ views: z.array(z.json()) }).parse(await answer.json());
  return toObjects(body.views);
}

/** The dialog that a person sees once it says this. */
const dialogOf = (bot: TestBot, user: string, pattern: RegExp): Promise<JsonObject> =>
  bot.until(async () =>
    (await views(bot, user)).find((view) => pattern.test(JSON.stringify(view))),
  );

/** Chooses a workflow in the dialog of the shortcuts. */
async function choose(bot: TestBot, user: string, workflow: string): Promise<void> {
  const dialog = await dialogOf(bot, user, /choose_workflow/);
  const values = { workflow: { workflow } };
  await bot.act("view-submit", { user, view_id: text.parse(dialog["id"]), values });
}

const fault = (bot: TestBot, method: string, rest: JsonObject): Promise<JsonObject> =>
  bot.act("faults", { target: "slack", method, ...rest });

const onMessage = (bot: TestBot, ts: string, channel = "C0GENERAL"): Promise<JsonObject> =>
  bot.act("shortcut", {
    ...{ user: "U0ALICE", channel, ts },
    callback_id: "run_workflow_on_message",
  });

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

test("a reaction on a reply starts the workflow with what the reply says, in the thread that it is in", async () => {
  const ticket = noting("ticket", { type: "reaction", emoji: "ticket" });
  await using bot = await TestBot.start({ definitions: [ticket] });
  const root = await say(bot, "Good morning");
  await say(bot, "the first reply", { thread_ts: root });
  const ts = await say(bot, "see www.example.com/a?b=1&c or mail a@b.example", { thread_ts: root });

  await bot.act("reaction", { user: "U0ALICE", channel: "C0GENERAL", ts, name: "ticket" });

  expect((await only(bot, "ticket")).variables).toMatchObject({
    ...{ ts, threadTs: root, messageUser: "U0BOB" },
    text: "see www.example.com/a?b=1&c or mail a@b.example",
  });
  await bot.message("C0GENERAL", /Receipt/, root);
});

test("a reaction on a message that cannot be read starts nothing, and its author is told why", async () => {
  const ticket = noting("ticket", { type: "reaction", emoji: "ticket" });
  await using bot = await TestBot.start({ definitions: [ticket] });
  const ts = await say(bot, "The printer smokes");
  await fault(bot, "conversations.history", { error: "missing_scope" });

  await bot.act("reaction", { user: "U0ALICE", channel: "C0GENERAL", ts, name: "ticket" });

  const [told] = await bot.until(async () => {
    const privates = await bot.privates("U0ALICE", "C0GENERAL");
    return privates.length > 0 ? privates : undefined;
  });
  expect(told).toMatch(/Your :ticket: started nothing.*missing_scope.*add it again/);
  expect((await bot.engine.executions.list({})).executions).toEqual([]);
});

test("a shortcut on a message offers the workflows that have it, and starts the chosen one with the message", async () => {
  const helper = noting("helper", { type: "shortcut" });
  const hidden = noting("hidden", { type: "slash" });
  await using bot = await TestBot.start({ definitions: [helper, hidden] });
  const ts = await say(bot, "Help me");

  await onMessage(bot, ts);
  const dialog = await dialogOf(bot, "U0ALICE", /choose_workflow/);
  expect(JSON.stringify(dialog)).toContain("The helper");
  expect(JSON.stringify(dialog)).not.toContain("The hidden");
  await choose(bot, "U0ALICE", "helper");

  const view = await only(bot, "helper");
  expect(view.variables).toMatchObject({ user: "U0ALICE", text: "Help me", messageUser: "U0BOB" });
  await bot.message("C0GENERAL", /Receipt/, ts);
});

test.for<readonly [string, string]>([
  ["a short message", "Help me"],
  ["a message too long for a dialog", "Help me. ".repeat(400).trim()],
])("a shortcut needs no membership: %s of a channel without the bot", async ([, words]) => {
  await using bot = await TestBot.start({ definitions: [noting("helper", { type: "shortcut" })] });
  const root = await say(bot, "Good morning", { channel: "C0RANDOM" });
  const ts = await say(bot, words, { channel: "C0RANDOM", thread_ts: root });

  await onMessage(bot, ts, "C0RANDOM");
  await dialogOf(bot, "U0ALICE", /choose_workflow/);
  await bot.stopBot();
  await bot.startBot();
  await choose(bot, "U0ALICE", "helper");

  expect((await only(bot, "helper")).variables).toMatchObject({
    ...{ channel: "C0RANDOM", ts, threadTs: root },
    ...{ text: words, messageUser: "U0BOB" },
  });
  // The bot cannot report there.
  await bot.message("D0ALICE", /The helper/);
});

test("a shortcut on a message of blocks alone starts the workflow with what the blocks say", async () => {
  const definitions = [noting("helper", { type: "shortcut" })];
  await using bot = await TestBot.start({ definitions, postsItself: true });
  const client = new WebClient("xoxb-simulator", { slackApiUrl: bot.simulator.apiUrl });
  const { ts } = await client.chat.postMessage({
    channel: "C0GENERAL",
    blocks: [
      { type: "header", text: { type: "plain_text", text: "Disk is full" } },
      {
        type: "section",
        text: { type: "mrkdwn", text: "host *db-1* &lt;main&gt;" },
        fields: [{ type: "mrkdwn", text: "free: 0 %" }],
      },
    ],
  });

  await onMessage(bot, text.parse(ts));
  await choose(bot, "U0ALICE", "helper");

  const { variables } = await only(bot, "helper");
  expect(variables["text"]).toBe("Disk is full\nhost *db-1* <main>\nfree: 0 %");
});

test("the global shortcut starts a workflow without a message, and reports to the person", async () => {
  await using bot = await TestBot.start({ definitions: [noting("helper", { type: "shortcut" })] });

  await bot.act("shortcut", { user: "U0ALICE", callback_id: "run_workflow" });
  await choose(bot, "U0ALICE", "helper");

  expect((await only(bot, "helper")).variables).toMatchObject({ user: "U0ALICE", text: null });
  await bot.message("D0ALICE", /The helper/);
});

test("a guest's shortcut says why it offers nothing", async () => {
  await using bot = await TestBot.start({ definitions: [noting("helper", { type: "shortcut" })] });

  await bot.act("shortcut", { user: "U0DAVE", callback_id: "run_workflow" });

  await dialogOf(bot, "U0DAVE", /for members of this workspace/);
});

test("the dialog of a shortcut opens before anything is looked up: Slack may be slow to say who a person is", async () => {
  await using bot = await TestBot.start({ definitions: [noting("helper", { type: "shortcut" })] });
  await fault(bot, "users.info", { delay_ms: 3500 });

  await bot.act("shortcut", { user: "U0ALICE", callback_id: "run_workflow" });

  await dialogOf(bot, "U0ALICE", /Looking for workflows/);
  await dialogOf(bot, "U0ALICE", /choose_workflow/);
});

test.for([
  ["views.open", "expired_trigger_id", /did not open the dialog/],
  ["views.update", "internal_error", /Slack did not answer properly/],
] as const)(
  "where %s fails, the person hears of it by direct message",
  async ([method, error, told]) => {
    await using bot = await TestBot.start({
      definitions: [noting("helper", { type: "shortcut" })],
    });
    await fault(bot, method, { error });

    await bot.act("shortcut", { user: "U0ALICE", callback_id: "run_workflow" });

    expect(contentOf(await bot.message("D0ALICE", told))).toContain("nothing was started");
  },
);
