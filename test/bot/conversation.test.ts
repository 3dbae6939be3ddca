import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { JsonObject } from "../../simulator/json.ts";
import { postMessage } from "../../simulator/workspace/conversation.ts";
import { askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

const DM = "D0ALICE";
const GENERAL = "C0GENERAL";
const WISH = "build me a workflow that asks @finance to approve purchases over $500 in #approvals";

const noting = (id: string, rest: JsonObject = {}): JsonObject => ({
  id,
  name: `The ${id}`,
  steps: [{ id: "note", type: "transform", config: { expression: "variables" } }],
  ...rest,
});

/** Writes a message, and waits until each of its events is acknowledged. @returns its time stamp. */
async function say(
  bot: TestBot,
  channel: string,
  text: string,
  rest: JsonObject = {},
): Promise<string> {
  return tsOf(await bot.act("message", { user: "U0ALICE", channel, text, ...rest }));
}

/** What a person alone sees in a channel, once it matches. */
const privately = (
  bot: TestBot,
  pattern: RegExp,
  { user = "U0ALICE", channel = GENERAL, thread = undefined as string | undefined } = {},
): Promise<string> =>
  bot.until(async () =>
    (await bot.privates(user, channel, thread)).find((text) => pattern.test(text)),
  );

const edit = (bot: TestBot, channel: string, ts: string, text: string): Promise<JsonObject> =>
  bot.act("message-edit", { user: "U0ALICE", channel, ts, text });

describe("a mention of the bot", () => {
  test("is answered once, to its author alone, by what the slash command would answer", async () => {
    await using bot = await TestBot.start({ definitions: [noting("menu")] });

    await say(bot, GENERAL, "<@U0BOT> list");

    expect(await privately(bot, /The menu/)).toContain("`@heddle show &lt;id&gt;`");
    await say(bot, GENERAL, "hey <@U0BOT>: *status*");
    await privately(bot, /You have started no runs/);
    expect(await bot.privates("U0ALICE", GENERAL)).toHaveLength(2);
    expect(await bot.messages(GENERAL)).toHaveLength(2);
  });

  test("is answered where app_mention is the only event of it", async () => {
    await using bot = await TestBot.start({ definitions: [noting("menu")] });
    const lost = { target: "delivery", kind: "events_api", name: "message", effect: "drop" };
    await bot.act("faults", { ...lost, times: 1 });

    await say(bot, GENERAL, "<@U0BOT> list");

    await privately(bot, /The menu/);
  });

  test("starts a run whose card is in the thread, once", async () => {
    await using bot = await TestBot.start({ definitions: [noting("menu")] });

    const ts = await say(bot, GENERAL, "<@U0BOT> run menu dish=soup at=www.example.com");

    await privately(bot, /Started \*The menu\*/);
    await bot.message(GENERAL, /Receipt/, ts);
    const { executions } = await bot.engine.executions.list({});
    expect(executions).toHaveLength(1);
    const view = await bot.engine.executions.get(executions[0]?.executionId ?? "");
    expect(view.variables).toMatchObject({ dish: "soup", at: "www.example.com" });
  });

  test("in a thread is answered there", async () => {
    await using bot = await TestBot.start({ definitions: [] });
    const root = await say(bot, GENERAL, "Good morning");

    await say(bot, GENERAL, "<@U0BOT> what can you do?", { thread_ts: root });

    const help = await privately(bot, /I run workflows/, { thread: root });
    expect(help).toContain("`@heddle approvals`");
    expect(help).not.toContain("/workflow");
  });

  test.for<readonly [string, RegExp]>([
    ["why", /No model was asked in run/],
    ["status", /\*Ask\*[\s\S]*Waits/],
    ["status of this run", /\*Ask\*[\s\S]*Waits/],
    ["why is it still waiting?", /\*Ask\*[\s\S]*Waits/],
    ["cancel the whole thing please", /Shall run .* of \*Ask\* be cancelled/],
    ["cancel", /of \*Ask\* is being cancelled/],
    ["cancel it", /of \*Ask\* is being cancelled/],
  ])("in the thread of a run is about that run: %s", async ([text, expected]) => {
    await using bot = await TestBot.start({ definitions: [askWorkflow(), noting("menu")] });
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(GENERAL, /\*Ask\*[\s\S]*Waits/);
    await bot.slash("U0ALICE", "run menu");
    const thread = tsOf(card);

    await say(bot, GENERAL, `<@U0BOT> ${text}`, { thread_ts: thread });

    await privately(bot, expected, { thread });
  });

  test("in a thread in which a run was started is about that run", async () => {
    await using bot = await TestBot.start({ definitions: [askWorkflow()] });
    const thread = await say(bot, GENERAL, "We need a decision");
    await say(bot, GENERAL, "<@U0BOT> run ask", { thread_ts: thread });
    await bot.message(GENERAL, /\*Ask\*[\s\S]*Waits/, thread);

    await say(bot, GENERAL, "<@U0BOT> cancel", { thread_ts: thread });

    await privately(bot, /of \*Ask\* is being cancelled/, { thread });
  });

  test("of a guest says who may use the bot", async () => {
    await using bot = await TestBot.start({ definitions: [noting("menu")] });

    await say(bot, GENERAL, "<@U0BOT> run menu", { user: "U0DAVE" });

    await privately(bot, /for members of this workspace/, { user: "U0DAVE" });
    expect((await bot.engine.executions.list({})).executions).toEqual([]);
  });

  test("by another bot is not answered", async () => {
    await using bot = await TestBot.start({ definitions: [noting("menu")] });
    const { workspace } = bot.simulator;
    const { directory } = workspace.state;
    const general = directory.channel(GENERAL);
    const bob = directory.user("U0BOB");
    if (!general || !bob) throw new Error("The workspace is not the usual one.");
    const robot = { ...bob, id: "U0ROBOT", name: "robot", isBot: true };
    directory.saveUser(robot);
    directory.saveChannel({ ...general, members: [...general.members, robot.id] });

    const text = "<@U0BOT> run menu";
    const { acks } = postMessage(workspace, general, { user: robot.id, bot_id: "B0ROBOT", text });

    for (const ack of await Promise.all(acks)) expect(ack).toMatchObject({ acked: true });
    expect(acks).toHaveLength(2);
    expect(await bot.privates(robot.id, GENERAL)).toEqual([]);
    expect(await bot.messages(GENERAL)).toHaveLength(1);
    expect((await bot.engine.executions.list({})).executions).toEqual([]);
  });

  test("that starts workflows by their trigger is not answered besides", async () => {
    const greeter = noting("greeter", { triggers: [{ type: "message", mention: true }] });
    await using bot = await TestBot.start({ definitions: [greeter] });

    const ts = await say(bot, GENERAL, "<@U0BOT> list");

    await bot.message(GENERAL, /Receipt/, ts);
    expect(await bot.privates("U0ALICE", GENERAL)).toEqual([]);
    expect((await bot.engine.executions.list({})).executions).toHaveLength(1);
  });

  test("becomes a draft in the thread, and the next round by another mention there", async () => {
    await using bot = await TestBot.start({ definitions: [], connected: true });

    const thread = await say(bot, GENERAL, `<@U0BOT> ${WISH}`);
    await bot.message(GENERAL, /Draft: /, thread);
    await say(bot, GENERAL, "<@U0BOT> make it two approvers", { thread_ts: thread });

    await bot.message(GENERAL, /2 of them have to agree[\s\S]*round 2/, thread);
  });
});

describe("a direct message", () => {
  test("is answered in its thread, with buttons instead of slash commands", async () => {
    await using bot = await TestBot.start({ definitions: [noting("menu")] });

    const ts = await say(bot, DM, "what can you do?");

    const help = await bot.message(DM, /I run workflows/, ts);
    expect(contentOf(help)).not.toContain("/workflow");
    expect(await bot.messages(DM)).toHaveLength(1);
    await bot.click("U0ALICE", DM, help, "ask_status");
    await privately(bot, /You have started no runs/, { channel: DM, thread: ts });
    await bot.act("action", {
      ...{ user: "U0ALICE", channel: DM, ts: tsOf(help) },
      ...{ action_id: "ask_run", selected: "menu" },
    });
    await privately(bot, /Started \*The menu\*/, { channel: DM, thread: ts });
    await bot.message(DM, /Receipt/, ts);
  });

  test.for(["what can you do?", "hello", "Halt mal bitte"])(
    "offers what the person may run, and no other workflow: %s",
    async (text) => {
      const closed = noting("closed", { permissions: { run: ["U0CAROL"] } });
      await using bot = await TestBot.start({ definitions: [closed, noting("menu")] });

      const ts = await say(bot, "D0BOB", text, { user: "U0BOB" });
      const answer = contentOf(await bot.message("D0BOB", /I run workflows|I am not sure/, ts));

      expect(answer).toContain("The menu");
      expect(answer).not.toMatch(/closed/);
    },
  );

  test.for(["list", "@heddle list", "/workflow list", "`list`", "hi <@U0BOT>, list"])(
    "is understood as a command: %s",
    async (text) => {
      await using bot = await TestBot.start({ definitions: [noting("menu")] });
      const ts = await say(bot, DM, text);
      await bot.message(DM, /\*The menu\*/, ts);
    },
  );

  test("beside the thread of a draft is a change of it if its author says so", async () => {
    await using bot = await TestBot.start({ definitions: [], connected: true });
    const thread = await say(bot, DM, WISH);
    await bot.message(DM, /Draft: /, thread);

    const ts = await say(bot, DM, "make it two approvers");
    const question = await bot.message(DM, /Is this a change of your draft/, ts);
    expect(await bot.engine.drafts.find(DM, thread)).toMatchObject({ round: 1 });
    await bot.click("U0ALICE", DM, question, "change_recent_draft");
    await bot.click("U0ALICE", DM, question, "change_recent_draft");

    await bot.message(DM, /2 of them have to agree[\s\S]*round 2/, thread);
    await privately(bot, /made already/, { channel: DM, thread: ts });
    expect(await bot.engine.drafts.find(DM, thread)).toMatchObject({ round: 2 });
  });
});

test("a draft that was discarded meanwhile is not changed by the button, and the answer says so", async () => {
  await using bot = await TestBot.start({ definitions: [], connected: true });
  const thread = await say(bot, DM, WISH);
  const draft = await bot.message(DM, /Draft: /, thread);
  const ts = await say(bot, DM, "make it two approvers");
  const question = await bot.message(DM, /Is this a change of your draft/, ts);

  await bot.click("U0ALICE", DM, draft, "discard_draft");
  await bot.message(DM, /was discarded/, thread);
  await bot.click("U0ALICE", DM, question, "change_recent_draft");

  const answer = await privately(bot, /already/, { channel: DM, thread: ts });
  expect(answer).toMatch(/This draft was discarded already\. To begin another/);
});

describe("an edit", () => {
  test("of what was not understood is answered anew", async () => {
    await using bot = await TestBot.start({ definitions: [noting("menu")] });
    const ts = await say(bot, DM, "lsit");
    await bot.message(DM, /Did you mean `@heddle list`/, ts);

    await edit(bot, DM, ts, "list");

    await bot.message(DM, /\*The menu\*/, ts);
  });

  test("of a run that was not started starts it, and a later edit starts nothing", async () => {
    const needy = noting("needy", { inputs: { dish: { type: "string", required: true } } });
    await using bot = await TestBot.start({ definitions: [needy] });
    const ts = await say(bot, GENERAL, "<@U0BOT> run needy dsh=soup");
    await privately(bot, /was not started/);

    await edit(bot, GENERAL, ts, "<@U0BOT> run needy dish=soup");
    await privately(bot, /Started \*The needy\*/);
    await edit(bot, GENERAL, ts, "<@U0BOT> run needy dish=salad");

    await privately(bot, /I did what you wrote first/);
    expect((await bot.engine.executions.list({})).executions).toHaveLength(1);
  });

  test("of a description says how its draft is changed, also after a restart", async () => {
    await using bot = await TestBot.start({ definitions: [], connected: true });
    const ts = await say(bot, DM, WISH);
    await bot.message(DM, /Draft: /, ts);
    await bot.stopBot();
    await bot.startBot();

    await edit(bot, DM, ts, WISH.replace("500", "900"));

    await bot.message(DM, /an edit changes no draft/, ts);
    expect(await bot.engine.drafts.find(DM, ts)).toMatchObject({ round: 1 });
  });

  test("that mentions the bot for the first time is answered; it starts no workflow", async () => {
    const outage = noting("outage", { triggers: [{ type: "message", keywords: ["outage"] }] });
    await using bot = await TestBot.start({ definitions: [outage] });
    const ts = await say(bot, GENERAL, "good morning");

    await edit(bot, GENERAL, ts, "<@U0BOT> outage");

    await privately(bot, /Start it/);
    expect((await bot.engine.executions.list({})).executions).toEqual([]);
  });
});

describe("a message with files", () => {
  const upload = async (bot: TestBot, name: string, body: string | Uint8Array): Promise<string> => {
    const url = `${bot.simulator.url}/sim/file?user=U0ALICE&name=${name}`;
    const answer: unknown = await (await fetch(url, { method: "POST", body })).json();
    return String(Object(Object(answer)["file"])["id"]);
  };

  test("says that the app may not read them, and does the rest", async () => {
    await using bot = await TestBot.start({ definitions: [], connected: true });
    const file = await upload(bot, "wish.txt", "Post it to #general");

    const ts = await say(bot, DM, WISH, { files: [file] });

    await bot.message(
      DM,
      /wish\.txt`: the app may not read files: it lacks the scope files:read/,
      ts,
    );
    await bot.message(DM, /Draft: /, ts);
  });

  test("becomes a draft with what the file says where the app may read it", async () => {
    const manifest = parse(await readFile("manifest.yml", "utf8")) as JsonObject;
    Object(manifest).oauth_config.scopes.bot.push("files:read");
    await using bot = await TestBot.start({ definitions: [], connected: true, manifest });
    const files = [
      await upload(bot, "wish.txt", "asks @finance to approve purchases over $500 in #approvals"),
      await upload(bot, "logo.bin", new Uint8Array([0, 1, 2, 255])),
    ];

    const ts = await say(bot, DM, "build me a workflow", { files });

    await bot.message(DM, /logo\.bin`: it is not text/, ts);
    await bot.message(DM, /Draft: /, ts);
    const draft = await bot.engine.drafts.find(DM, ts);
    expect(draft?.description).toContain("File wish.txt:\nasks @finance");
  });

  test("is acknowledged when what it asks for is stored, not when a remark on its files is sent", async () => {
    await using bot = await TestBot.start({ definitions: [noting("menu")] });
    const file = await upload(bot, "a.txt", "hello");
    await bot.act("faults", { target: "slack", method: "chat.postMessage", delay_ms: 1000 });

    await say(bot, DM, "run menu", { files: [file] });

    expect((await bot.engine.executions.list({})).executions).toHaveLength(1);
  });

  test("is answered although nothing reads them", async () => {
    await using bot = await TestBot.start({ definitions: [noting("menu")] });
    const file = await upload(bot, "a.txt", "hello");

    const ts = await say(bot, DM, "list", { files: [file] });

    await bot.message(DM, /I did not read `a\.txt`/, ts);
    await bot.message(DM, /\*The menu\*/, ts);
  });
});
