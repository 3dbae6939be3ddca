import { WebClient } from "@slack/web-api";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../simulator/json.ts";
import { isFileValue, toIncomingFile } from "../../src/shared/file-value.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";
import { readingManifest, upload } from "../support/slack-files.ts";

/** Notes what was said; started by messages. */
const noting = (id: string, trigger: JsonObject, rest: JsonObject = {}): JsonObject => ({
  id,
  name: id,
  triggers: [{ type: "message", ...trigger }],
  steps: [{ id: "note", type: "transform", config: { expression: "variables" } }],
  ...rest,
});

const outage = noting("outage", { keywords: ["outage", "is down"] });

/** The runs of the bot once there are so many, oldest first. */
async function runs(bot: TestBot, count: number) {
  return bot.until(async () => {
    const { executions } = await bot.engine.executions.list({});
    const over = executions.filter(({ status }) => status === "completed");
    return over.length >= count ? over.toReversed() : undefined;
  });
}

const say = (bot: TestBot, text: string, rest: JsonObject = {}) =>
  bot.act("message", { user: "U0ALICE", channel: "C0GENERAL", text, ...rest });

/** A message that starts a run after all before it were handled. */
async function marker(bot: TestBot): Promise<void> {
  await say(bot, "the marker");
  await bot.until(async () => {
    const { executions } = await bot.engine.executions.list({ workflowId: "marker" });
    return executions[0];
  });
}

const marking = noting("marker", { keywords: ["marker"] });

describe("a message in a channel", () => {
  test("starts a workflow, which reports in the message's thread", async () => {
    await using bot = await TestBot.start({ definitions: [outage] });

    const { ts } = await say(bot, "The API is DOWN & burning <now>");
    const [run] = await runs(bot, 1);

    const view = await bot.engine.executions.get(run?.executionId ?? "");
    expect(view).toMatchObject({
      workflowId: "outage",
      trigger: { type: "message", id: "message-1", userId: "U0ALICE", channel: "C0GENERAL" },
      variables: {
        text: "The API is DOWN & burning <now>",
        user: "U0ALICE",
        channel: "C0GENERAL",
        ts,
        threadTs: ts,
        isReply: false,
      },
    });
    await bot.message("C0GENERAL", /Receipt/, tsOf({ ts: ts ?? null }));
    const top = await bot.messages("C0GENERAL");
    expect(top.map((message) => tsOf(message))).toEqual([ts]);
  });

  test("in a thread is answered in that thread", async () => {
    await using bot = await TestBot.start({ definitions: [outage] });
    const { ts } = await say(bot, "Good morning");

    await say(bot, "an outage, I fear", { thread_ts: ts ?? "" });
    const [run] = await runs(bot, 1);

    const { variables } = await bot.engine.executions.get(run?.executionId ?? "");
    expect(variables).toMatchObject({ threadTs: ts, isReply: true });
    await bot.message("C0GENERAL", /Receipt/, tsOf({ ts: ts ?? null }));
    expect(await bot.messages("C0GENERAL")).toHaveLength(1);
  });

  test("with files starts it with their bytes, whatever they are", async () => {
    await using bot = await TestBot.start({
      definitions: [outage],
      manifest: await readingManifest(),
    });
    const png = new Uint8Array([137, 80, 78, 71, 0, 255, 254]);
    const ids = [
      await upload(bot, "U0ALICE", "graph.png", png),
      await upload(bot, "U0ALICE", "page.html", "<p>hi</p>"),
    ];

    await say(bot, "outage", { files: ids });
    const [run] = await runs(bot, 1);

    const executionId = run?.executionId ?? "";
    const { variables } = await bot.engine.executions.get(executionId);
    const files = variables["files"] as readonly JsonObject[];
    expect(files).toEqual([
      expect.objectContaining({ id: ids[0], name: "graph.png", type: "image/png", size: 7 }),
      expect.objectContaining({ id: ids[1], name: "page.html", size: 9 }),
    ]);
    expect(files.every(isFileValue)).toBe(true);
    const { ref } = toIncomingFile(png, { name: "graph.png", type: "image/png" }).value;
    const stored = await bot.engine.files.read(executionId, ref, "api");
    expect([...stored.bytes]).toEqual([...png]);
  });

  test("with files that cannot be read starts it all the same, and says there why", async () => {
    const own = noting(
      "own",
      { keywords: ["outage"] },
      {
        steps: [
          { id: "note", type: "transform", config: { expression: "1", outputVariable: "files" } },
        ],
      },
    );
    await using bot = await TestBot.start({ definitions: [outage, own] });
    const id = await upload(bot, "U0ALICE", "graph.png", "PNG");

    await say(bot, "outage", { files: [id] });
    await runs(bot, 2);

    const started = await bot.engine.executions.list({ workflowId: "outage" });
    const view = await bot.engine.executions.get(started.executions[0]?.executionId ?? "");
    const problem = "the app may not read files: it lacks the scope files:read";
    expect(view.variables).toMatchObject({
      text: "outage",
      files: [{ id, name: "graph.png", problem }],
    });
  });

  test("with more in its files than a run is given takes those that fit", async () => {
    await using bot = await TestBot.start({ definitions: [outage] });
    const names = ["a", "b", "c", "d"];
    const files = names.map((name) => ({
      ...{ id: name, name, size: name === "c" ? 11_000_000 : 9_000_000 },
      read: (maxBytes: number) =>
        Promise.resolve(
          name === "c"
            ? { problem: `more than ${maxBytes}` }
            : toIncomingFile(Buffer.from(name), { name, type: "text/plain", id: name }),
        ),
    }));
    await bot.engine.triggers.receiveMessage({
      ...{ eventId: "Ev1", text: "outage", user: "U0BOB", channel: "C0GENERAL", ts: "1.1" },
      ...{ threadTs: null, isFromBot: false, mentionsBot: false, files },
    });
    const [run] = await runs(bot, 1);
    const { variables } = await bot.engine.executions.get(run?.executionId ?? "");
    expect(variables["files"]).toEqual([
      expect.objectContaining({ id: "a", size: 1 }),
      expect.objectContaining({ id: "b", size: 1 }),
      { id: "c", name: "c", problem: "more than 10000000" },
      { id: "d", name: "d", problem: "the files of the message have more than 25 MB" },
    ]);
  });

  test("starts it where the definition says that it reports", async () => {
    const elsewhere = noting(
      "outage",
      { keywords: ["outage"] },
      { report: { channel: "C0ONCALL", on: "all" } },
    );
    await using bot = await TestBot.start({ definitions: [elsewhere] });
    await say(bot, "outage");
    const card = await bot.message("C0ONCALL", /outage/);
    await bot.message("C0ONCALL", /Receipt/, tsOf(card));
    expect(await bot.messages("C0GENERAL")).toHaveLength(1);
  });

  test("starts each workflow once, however often it is delivered", async () => {
    const both = {
      ...outage,
      triggers: [
        { type: "message", keywords: ["outage"] },
        { type: "message", pattern: "out" },
      ],
    };
    await using bot = await TestBot.start({
      definitions: [both, noting("other", { pattern: "^out" })],
    });
    await say(bot, "outage");
    expect((await runs(bot, 2)).map(({ workflowId }) => workflowId).sort()).toEqual([
      "other",
      "outage",
    ]);

    const message = {
      eventId: "Ev1",
      text: "outage",
      user: "U0BOB",
      channel: "C0GENERAL",
      ts: "1.1",
    };
    const rest = { threadTs: null, isFromBot: false, mentionsBot: false };
    const first = await bot.engine.triggers.receiveMessage({ ...message, ...rest });
    const second = await bot.engine.triggers.receiveMessage({ ...message, ...rest });
    expect(second.map(({ executionId }) => executionId)).toEqual(
      first.map(({ executionId }) => executionId),
    );
    expect(second.every(({ existed }) => existed)).toBe(true);
  });

  test.for<readonly [string, JsonObject, string, boolean]>([
    ["a keyword within a word", { keywords: ["out"] }, "about routers", false],
    ["a keyword in another case", { keywords: ["Straße"] }, "die STRASSE, die straße", true],
    ["words of a phrase apart", { keywords: ["is down"] }, "is it down", false],
    ["a phrase over signs", { keywords: ["is down"] }, "it *is… down*!", true],
    ["a keyword in a Japanese sentence", { keywords: ["返金"] }, "返金をお願いします", true],
    ["a keyword with signs", { keywords: ["c++"] }, "only c here", false],
    ["the label of a link", { keywords: ["page"] }, "<https://x.example/a|the page>", true],
    ["the target of a link", { keywords: ["urgent"] }, "<https://x.example/urgent|here>", false],
    ["a mail address that is read", { keywords: ["urgent"] }, "to urgent@b.example", true],
    ["the id of a person", { keywords: ["U0BOB"] }, "ask <@U0BOB>", false],
    ["words in code", { keywords: ["urgent"] }, "```urgent```", true],
    ["the name of an emoji", { keywords: [":tada:"] }, "done :tada:", true],
    ["a pattern", { pattern: "(?i)ticket #\\d+" }, "see TICKET #42", true],
    ["a pattern that is not there", { pattern: "^ticket" }, "a ticket", false],
    ["the channel by its name", { keywords: ["x"], channels: ["#general"] }, "x", true],
    ["the channel by its id", { keywords: ["x"], channels: ["C0GENERAL"] }, "x", true],
    ["another channel", { keywords: ["x"], channels: ["#approvals", "#nowhere"] }, "x", false],
    ["a mention", { mention: true }, "hey <@U0BOT>, help", true],
    ["no mention", { mention: true }, "hey <@U0BOB>, help", false],
  ])("%s", async ([, trigger, text, starts]) => {
    await using bot = await TestBot.start({ definitions: [noting("w", trigger), marking] });
    await say(bot, text);
    await marker(bot);
    const { executions } = await bot.engine.executions.list({ workflowId: "w" });
    expect(executions).toHaveLength(starts ? 1 : 0);
  });
});

describe("nothing is started by", () => {
  test("guests", async () => {
    await using bot = await TestBot.start({ definitions: [outage, marking] });
    await say(bot, "outage", { user: "U0DAVE" });
    await marker(bot);
    expect((await bot.engine.executions.list({ workflowId: "outage" })).executions).toEqual([]);
  });

  test("the bot's own messages, even where bots may", async () => {
    const echo = noting("echo", { pattern: ".", bots: true });
    await using bot = await TestBot.start({ definitions: [echo, marking] });
    const client = new WebClient("xoxb-simulator", { slackApiUrl: bot.simulator.apiUrl });
    await client.chat.postMessage({ channel: "C0GENERAL", text: "outage" });
    await marker(bot);
    await bot.until(async () => {
      const { executions } = await bot.engine.executions.list({ workflowId: "echo" });
      return executions.length > 0 ? executions : undefined;
    });
    // The marker alone: neither what was posted nor the runs' own cards and receipts.
    const { executions } = await bot.engine.executions.list({ workflowId: "echo" });
    expect(executions.map(({ startedBy }) => startedBy)).toEqual(["U0ALICE"]);
  });

  test.for<readonly [boolean, number]>([
    [false, 0],
    [true, 1],
  ])("another bot's message, where bots is %s: %i runs", async ([bots, count]) => {
    await using bot = await TestBot.start({
      definitions: [noting("w", { keywords: ["outage"], bots })],
    });
    const started = await bot.engine.triggers.receiveMessage({
      eventId: "Ev1",
      text: "outage",
      user: "B0OTHER",
      channel: "C0GENERAL",
      ts: "1.1",
      threadTs: null,
      isFromBot: true,
      mentionsBot: false,
    });
    expect(started).toHaveLength(count);
  });

  test("a workflow whose inputs the message does not fit; others start all the same", async () => {
    const needy = noting(
      "needy",
      { keywords: ["outage"] },
      { inputs: { text: { type: "string", required: true, max: 3 } } },
    );
    await using bot = await TestBot.start({ definitions: [needy, outage] });
    await say(bot, "outage");
    expect((await runs(bot, 1)).map(({ workflowId }) => workflowId)).toEqual(["outage"]);
    expect(contentOf((await bot.messages("C0GENERAL"))[0] ?? {})).toContain("outage");
  });
});
