import { WebClient } from "@slack/web-api";
import { describe, expect, test } from "vitest";
import { type JsonObject, toText } from "../../simulator/json.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import { AppError } from "../../src/shared/errors.ts";
import { isFileValue, toIncomingFile } from "../../src/shared/file-value.ts";
import { createFileReader, filesOf } from "../../src/slack/files.ts";
import { contentOf, TestBot } from "../support/bot.ts";
import { interceptStore } from "../support/intercept-store.ts";
import { readingManifest, upload } from "../support/slack-files.ts";

/** Notes what it was given. */
const noting = (id: string, ...triggers: readonly JsonObject[]): JsonObject => ({
  ...{ id, name: `The ${id}`, triggers: [...triggers] },
  steps: [{ id: "note", type: "transform", config: { expression: "variables" } }],
});

/** A workflow that starts after all that was sent before it was handled. */
const marking = noting("marker", { type: "message", keywords: ["marker"] });

const listOf = async (bot: TestBot, workflowId: string) =>
  (await bot.engine.executions.list({ workflowId, limit: 200 })).executions;

/** The completed runs of a workflow, once there are so many. */
async function runs(bot: TestBot, workflowId: string, count: number) {
  const ended = await bot.until(async () => {
    const { executions } = await bot.engine.executions.list({ workflowId, status: "completed" });
    return executions.length >= count ? executions.toReversed() : undefined;
  });
  return Promise.all(ended.map(({ executionId }) => bot.engine.executions.get(executionId)));
}

/** Waits until what was sent before is handled. */
async function untilHandled(bot: TestBot): Promise<void> {
  const before = (await listOf(bot, "marker")).length;
  await say(bot, "the marker");
  await bot.until(async () => ((await listOf(bot, "marker")).length > before ? true : undefined));
}

async function say(bot: TestBot, words: string, rest: JsonObject = {}): Promise<string> {
  const place = { user: "U0ALICE", channel: "C0GENERAL" };
  const { ts } = await bot.act("message", { ...place, text: words, ...rest });
  return toText(ts) ?? "";
}

const react = (bot: TestBot, ts: string, rest: JsonObject = {}): Promise<JsonObject> =>
  bot.act("reaction", { user: "U0ALICE", channel: "C0GENERAL", ts, name: "ticket", ...rest });

/** The next events of this type are each sent twice. */
const doubled = (bot: TestBot, name: string): Promise<JsonObject> =>
  bot.act("faults", { target: "delivery", name, effect: "duplicate", times: 10 });

describe("a reaction", () => {
  test("that is taken away starts what waits for that, once, with the message that it was on", async () => {
    const undo = noting("undo", { type: "reaction", emoji: "ticket", on: "removed" });
    const added = noting("added", { type: "reaction", emoji: "ticket" });
    await using bot = await TestBot.start({ definitions: [undo, added, marking] });
    const ts = await say(bot, "The printer smokes", { user: "U0BOB" });
    await doubled(bot, "reaction_removed");

    await react(bot, ts);
    await runs(bot, "added", 1);
    expect(await listOf(bot, "undo")).toEqual([]);
    await react(bot, ts, { remove: true });

    const [run] = await runs(bot, "undo", 1);
    expect(run?.trigger).toMatchObject({ type: "reaction", userId: "U0ALICE" });
    expect(run?.variables).toEqual({
      ...{ emoji: "ticket", user: "U0ALICE", channel: "C0GENERAL", ts, threadTs: ts },
      ...{ text: "The printer smokes", messageUser: "U0BOB" },
    });
    await bot.message("C0GENERAL", /Receipt/, ts);
    await untilHandled(bot);
    expect(await listOf(bot, "undo")).toHaveLength(1);
    expect(await listOf(bot, "added")).toHaveLength(1);
  });

  test("that was taken away before its run could begin starts nothing", async () => {
    const ticket = noting("ticket", { type: "reaction", emoji: "ticket" });
    await using bot = await TestBot.start({ definitions: [ticket, marking] });
    const ts = await say(bot, "The printer smokes");
    const late = { target: "delivery", name: "reaction_added", effect: "delay", delay_ms: 500 };
    await bot.act("faults", late);

    const added = react(bot, ts);
    await react(bot, ts, { remove: true });
    await added;

    await untilHandled(bot);
    expect(await listOf(bot, "ticket")).toEqual([]);
  });

  test("is one of several emoji, of the people that the trigger names alone", async () => {
    const urgent = noting("urgent", {
      ...{ type: "reaction", emoji: ["fire", ":rotating_light:"] },
      users: ["U0BOB", "#approvals-of-nobody"],
    });
    await using bot = await TestBot.start({ definitions: [urgent, marking] });
    const ts = await say(bot, "It burns");

    await react(bot, ts, { name: "fire" });
    await react(bot, ts, { name: "eyes", user: "U0BOB" });
    await react(bot, ts, { name: "rotating_light", user: "U0BOB" });

    const [run] = await runs(bot, "urgent", 1);
    expect(run?.variables).toMatchObject({ emoji: "rotating_light", user: "U0BOB" });
    await untilHandled(bot);
    expect(await listOf(bot, "urgent")).toHaveLength(1);
  });
});

describe("a member who joins a channel", () => {
  const welcome = noting("welcome", { type: "member-joined", channels: ["#general"] });

  test("starts the workflow, once, and is its starter", async () => {
    await using bot = await TestBot.start({ definitions: [welcome, marking] });
    await bot.act("channel", { channel: "C0GENERAL", remove: ["U0CAROL"], user: "U0ALICE" });
    await doubled(bot, "member_joined_channel");

    await bot.act("channel", { channel: "C0GENERAL", add: ["U0CAROL"], user: "U0ALICE" });

    const [run] = await runs(bot, "welcome", 1);
    expect(run?.trigger).toMatchObject({ type: "member-joined", userId: "U0CAROL" });
    expect(run?.variables).toEqual({ user: "U0CAROL", channel: "C0GENERAL", inviter: "U0ALICE" });
    await untilHandled(bot);
    expect(await listOf(bot, "welcome")).toHaveLength(1);
  });

  test("starts nothing in another channel, as a guest, or where they may not run the workflow", async () => {
    const anywhere = noting("anywhere", { type: "member-joined" });
    const closed = {
      ...noting("closed", { type: "member-joined" }),
      permissions: { run: ["U0ALICE"] },
    };
    await using bot = await TestBot.start({ definitions: [welcome, anywhere, closed, marking] });
    const change = (rest: JsonObject) => bot.act("channel", { user: "U0ALICE", ...rest });
    await change({ channel: "C0GENERAL", remove: ["U0DAVE"] });
    await change({ channel: "C0APPROVALS", remove: ["U0CAROL"] });

    await change({ channel: "C0GENERAL", add: ["U0DAVE"] });
    await change({ channel: "C0APPROVALS", add: ["U0CAROL"] });

    expect((await runs(bot, "anywhere", 1)).map((run) => run.variables["user"])).toEqual([
      "U0CAROL",
    ]);
    await untilHandled(bot);
    expect(await listOf(bot, "anywhere")).toHaveLength(1);
    expect(await listOf(bot, "welcome")).toEqual([]);
    expect(await listOf(bot, "closed")).toEqual([]);
  });

  test("is not the bot itself", async () => {
    const anywhere = noting("anywhere", { type: "member-joined" });
    await using bot = await TestBot.start({ definitions: [anywhere, marking] });

    await bot.act("channel", { channel: "C0RANDOM", add: ["U0BOT"], user: "U0ALICE" });

    await untilHandled(bot);
    expect(await listOf(bot, "anywhere")).toEqual([]);
  });
});

describe("a new channel", () => {
  test("starts the workflow by its name, once, also where the bot is not", async () => {
    const project = noting("project", { type: "channel-created", pattern: "^proj-" });
    await using bot = await TestBot.start({ definitions: [project, marking] });
    await doubled(bot, "channel_created");

    await bot.act("channel", { name: "lunch", members: ["U0ALICE"], user: "U0ALICE" });
    await bot.act("channel", { name: "proj-moon", members: ["U0BOB"], user: "U0BOB" });

    const [run] = await runs(bot, "project", 1);
    expect(run?.trigger).toMatchObject({ type: "channel-created", userId: "U0BOB" });
    expect(run?.variables).toMatchObject({ channelName: "proj-moon", user: "U0BOB" });
    expect(run?.variables["channel"]).toMatch(/^C/);
    await untilHandled(bot);
    expect(await listOf(bot, "project")).toHaveLength(1);
  });

  test("starts nothing if the bot or a guest created it", async () => {
    const any = noting("any", { type: "channel-created" });
    await using bot = await TestBot.start({ definitions: [any, marking] });

    await bot.act("channel", { name: "of-the-bot", members: ["U0BOT"], user: "U0BOT" });
    await bot.act("channel", { name: "of-a-guest", members: ["U0DAVE"], user: "U0DAVE" });

    await untilHandled(bot);
    expect(await listOf(bot, "any")).toEqual([]);
  });
});

describe("a shared file", () => {
  const invoice = noting("invoice", { type: "file-shared", types: ["pdf", "image/*"] });
  const reading = async (...definitions: readonly JsonObject[]) =>
    TestBot.start({ definitions, manifest: await readingManifest() });

  test("starts a run with its bytes, once for each file of the kinds that are meant", async () => {
    await using bot = await reading(invoice, marking);
    await doubled(bot, "message");
    const files = [
      await upload(bot, "U0BOB", "march.PDF", "PDF"),
      await upload(bot, "U0BOB", "notes.txt", "text"),
      await upload(bot, "U0BOB", "scan.png", "PNG"),
    ];

    const ts = await say(bot, "for March", { user: "U0BOB", files });

    const started = await runs(bot, "invoice", 2);
    const names = started.map(({ variables }) => Object(variables["file"])["name"]).toSorted();
    expect(names).toEqual(["march.PDF", "scan.png"]);
    expect(started.every(({ variables }) => isFileValue(variables["file"]))).toBe(true);
    expect(started[0]?.variables).toMatchObject({
      ...{ text: "for March", user: "U0BOB", channel: "C0GENERAL", ts, threadTs: ts },
    });
    expect(started[0]?.trigger).toMatchObject({ type: "file-shared", userId: "U0BOB" });
    await bot.message("C0GENERAL", /Receipt/, ts);
    await untilHandled(bot);
    expect(await listOf(bot, "invoice")).toHaveLength(2);
  });

  test("fits an input of the type file", async () => {
    const declared = { ...invoice, inputs: { file: { type: "file", required: true } } };
    await using bot = await reading(declared);

    await say(bot, "", { files: [await upload(bot, "U0ALICE", "march.pdf", "PDF")] });

    const [run] = await runs(bot, "invoice", 1);
    expect(isFileValue(run?.variables["file"])).toBe(true);
  });

  test("that the bot may not read starts nothing, and who shared it hears why", async () => {
    await using bot = await TestBot.start({ definitions: [invoice, marking] });

    await say(bot, "", { files: [await upload(bot, "U0ALICE", "march.pdf", "PDF")] });

    const [answer] = await bot.until(async () => {
      const privates = await bot.privates("U0ALICE", "C0GENERAL");
      return privates.length > 0 ? privates : undefined;
    });
    expect(answer).toMatch(
      /Nothing was started.*march\.pdf: the app may not read files.*share it again/s,
    );
    expect(await listOf(bot, "invoice")).toEqual([]);
  });

  test("is read again later when Slack does not hand it over at once", async () => {
    await using bot = await reading(invoice);
    const file = await upload(bot, "U0ALICE", "march.pdf", "PDF");
    let isAway = true;
    const incoming = {
      ...{ eventId: "C0GENERAL:1.1", text: "", user: "U0ALICE", channel: "C0GENERAL", ts: "1.1" },
      ...{ threadTs: null, isFromBot: false, mentionsBot: false },
      files: [
        {
          ...{ id: file, name: "march.pdf", size: 3, type: "application/pdf" },
          read: async () =>
            isAway ? { problem: "Slack does not answer", isPassing: true } : { problem: "gone" },
        },
      ],
    };

    await expect(bot.engine.triggers.receiveFiles(incoming)).rejects.toMatchObject({
      code: "slack_unavailable",
    });
    isAway = false;
    const { unread } = await bot.engine.triggers.receiveFiles(incoming);

    expect(unread).toEqual([{ name: "march.pdf", problem: "gone" }]);
  });

  test("of a bot counts where bots do, and of all users only where it is one", async () => {
    const bots = { type: "file-shared", bots: true };
    await using bot = await reading(
      noting("any", bots),
      noting("named", { ...bots, users: ["B0DEPLOY"] }),
      noting("other", { ...bots, users: ["U0BOB"] }),
    );

    await bot.engine.triggers.receiveFiles({
      ...{ eventId: "C0GENERAL:1.1", text: "", user: "B0DEPLOY", channel: "C0GENERAL", ts: "1.1" },
      ...{ threadTs: null, isFromBot: true, mentionsBot: false },
      files: [
        {
          ...{ id: "F1", name: "log.txt", size: 3, type: "text/plain" },
          read: async () =>
            toIncomingFile(Buffer.from("log"), { name: "log.txt", type: "text/plain" }),
        },
      ],
    });

    expect(await listOf(bot, "any")).toHaveLength(1);
    expect(await listOf(bot, "named")).toHaveLength(1);
    expect(await listOf(bot, "other")).toEqual([]);
  });

  test("of two gigabytes starts nothing, and not a byte of it is fetched", async () => {
    await using bot = await reading(invoice);
    let fetched = 0;
    const reader = createFileReader({
      ...{ botToken: "xoxb-1", apiUrl: "https://slack.com/api/", client: new WebClient() },
      fetch: () => Promise.reject(new Error(`fetched ${++fetched}`)),
    });
    const url = "https://files.slack.com/film.pdf";
    const [film] = filesOf([{ id: "F1", name: "film.pdf", size: 2 ** 31, url_private: url }]);

    const { started, unread } = await bot.engine.triggers.receiveFiles({
      ...{ eventId: "C0GENERAL:1.1", text: "", user: "U0ALICE", channel: "C0GENERAL", ts: "1.1" },
      ...{ threadTs: null, isFromBot: false, mentionsBot: false },
      files: film ? [{ ...film, read: (maxBytes) => reader.read(film, maxBytes) }] : [],
    });

    expect(started).toEqual([]);
    expect(unread).toEqual([{ name: "film.pdf", problem: expect.stringMatching(/^it is larger/) }]);
    expect(fetched).toBe(0);
  });

  test("in the direct message with the bot starts nothing", async () => {
    const any = noting("any", { type: "file-shared" });
    await using bot = await reading(any, marking);
    const file = await upload(bot, "U0ALICE", "march.pdf", "PDF");

    const ts = await say(bot, "hello", { channel: "D0ALICE", files: [file] });

    await untilHandled(bot);
    expect(await listOf(bot, "any")).toEqual([]);
    // It is answered as what it is there: something said to the bot.
    await bot.until(async () =>
      (await bot.messages("D0ALICE", ts)).length > 1 ? true : undefined,
    );
  });
});

describe("a mention", () => {
  const helper = noting("helper", { type: "mention", keywords: ["vacation"] });

  test("starts the workflow and is not answered besides", async () => {
    await using bot = await TestBot.start({ definitions: [helper, marking] });

    const ts = await say(bot, "<@U0BOT> I want vacation");

    const [run] = await runs(bot, "helper", 1);
    expect(run?.trigger).toMatchObject({ type: "mention", userId: "U0ALICE" });
    expect(run?.variables).toMatchObject({ ts, text: "<@U0BOT> I want vacation" });
    await bot.message("C0GENERAL", /Receipt/, ts);
    // Slack reports it twice, and both events are handled by now.
    expect(await listOf(bot, "helper")).toHaveLength(1);
    expect(await bot.privates("U0ALICE", "C0GENERAL")).toEqual([]);
  });

  test("starts it also where the app gets no messages of the channel, but mentions", async () => {
    const manifest = await readingManifest();
    const events = Object(manifest).settings.event_subscriptions.bot_events as string[];
    events.splice(events.indexOf("message.channels"), 1);
    await using bot = await TestBot.start({ definitions: [helper], manifest });

    await say(bot, "<@U0BOT> I want vacation");

    const [run] = await runs(bot, "helper", 1);
    expect(run?.variables).toMatchObject({ user: "U0ALICE" });
  });

  test("without the words that are looked for is answered as a command", async () => {
    await using bot = await TestBot.start({ definitions: [helper] });

    await say(bot, "<@U0BOT> list");

    const [answer] = await bot.until(async () => {
      const privates = await bot.privates("U0ALICE", "C0GENERAL");
      return privates.length > 0 ? privates : undefined;
    });
    expect(answer).toContain("The helper");
    expect(await listOf(bot, "helper")).toEqual([]);
  });
});

describe("a message in a thread", () => {
  test.for<readonly [string, readonly string[]]>([
    ["any", ["root", "reply"]],
    ["root", ["root"]],
    ["reply", ["reply"]],
  ])("counts for a trigger with thread %s as it should", async ([thread, expected]) => {
    const outage = noting("outage", { type: "message", keywords: ["outage"], thread });
    await using bot = await TestBot.start({ definitions: [outage, marking] });

    const ts = await say(bot, "an outage: root");
    await say(bot, "an outage: reply", { thread_ts: ts });

    const started = await runs(bot, "outage", expected.length);
    const texts = expected.map((where) => `an outage: ${where}`);
    expect(started.map(({ variables }) => variables["text"])).toEqual(texts);
    await untilHandled(bot);
    expect(await listOf(bot, "outage")).toHaveLength(expected.length);
  });
});

describe("what Slack cannot be answered at once", () => {
  /** A store whose next insert of an execution fails. */
  const failingOnce = (failures: { left: number }) => (store: Store) =>
    interceptStore(store, ({ method, run }) => {
      if (method !== "executions.insert" || failures.left === 0) return run();
      failures.left -= 1;
      const away = { code: "store_unavailable", message: "The disk is away." } as const;
      return Promise.reject(new AppError({ ...away, retryable: true }));
    });

  test.for<readonly [string, JsonObject, (bot: TestBot) => Promise<unknown>]>([
    [
      "a new member",
      { type: "member-joined" },
      (bot) => bot.act("channel", { channel: "C0APPROVALS", add: ["U0BOT", "U0CAROL"] }),
    ],
    [
      "a new channel",
      { type: "channel-created" },
      (bot) => bot.act("channel", { name: "proj-moon", members: ["U0BOB"], user: "U0BOB" }),
    ],
    [
      "an emoji that is taken away",
      { type: "reaction", emoji: "ticket", on: "removed" },
      async (bot) => {
        const ts = await say(bot, "The printer smokes");
        await react(bot, ts);
        await react(bot, ts, { remove: true });
      },
    ],
  ])("%s is delivered again, and starts one run", async ([, trigger, happen]) => {
    const failures = { left: 0 };
    await using bot = await TestBot.start({
      ...{ definitions: [noting("once", trigger)], wrapStore: failingOnce(failures) },
    });
    await bot.act("channel", { channel: "C0APPROVALS", remove: ["U0CAROL"] });
    failures.left = 1;

    await happen(bot);

    await runs(bot, "once", 1);
    expect(failures.left).toBe(0);
    expect(await listOf(bot, "once")).toHaveLength(1);
  });
});

describe("a channel that is renamed", () => {
  test("is still meant by a trigger, and another one that gets its name is not", async () => {
    const ticket = noting("ticket", { type: "reaction", emoji: "ticket", channels: ["#general"] });
    await using bot = await TestBot.start({ definitions: [ticket, marking] });
    await bot.act("channel", { channel: "C0GENERAL", name: "main", user: "U0ALICE" });
    const { channel } = await bot.act("channel", {
      ...{ name: "general", members: ["U0ALICE", "U0BOT"], user: "U0ALICE" },
    });
    const other = String(Object(channel)["id"]);

    const there = await say(bot, "in the new one", { channel: other });
    await react(bot, there, { channel: other });
    const here = await say(bot, "in the renamed one");
    await react(bot, here);

    const [run] = await runs(bot, "ticket", 1);
    expect(run?.variables).toMatchObject({ channel: "C0GENERAL", text: "in the renamed one" });
    await untilHandled(bot);
    expect(await listOf(bot, "ticket")).toHaveLength(1);
  });
});

describe("the inputs of a trigger", () => {
  const asked = {
    ...noting("request", {
      ...{ type: "mention", inputs: { requester: "user", details: "text" } },
    }),
    inputs: {
      requester: { type: "user", required: true },
      details: { type: "text", required: true },
    },
  };

  test("take what it gives under other names", async () => {
    await using bot = await TestBot.start({ definitions: [asked] });

    await say(bot, "<@U0BOT> a new chair, please");

    const [run] = await runs(bot, "request", 1);
    expect(run?.variables).toMatchObject({
      ...{ requester: "U0ALICE", details: "<@U0BOT> a new chair, please", user: "U0ALICE" },
    });
  });

  test.for<readonly [JsonObject, string]>([
    [{ requester: "user" }, 'a trigger of type mention cannot give the input "details"'],
    [{ requester: "usr", details: "text" }, 'a trigger of type mention gives no "usr"'],
    [{ requester: "user", details: "text", more: "ts" }, 'there is no input "more"'],
  ])("that do not fit are a problem at deployment: %j", async ([inputs, problem]) => {
    await using bot = await TestBot.start({ definitions: [] });

    const { problems } = bot.engine.workflows.validate({
      ...{ ...asked, triggers: [{ type: "mention", inputs }] },
    });

    expect(problems.map(({ message }) => message).join()).toContain(problem);
  });
});

describe("an edit", () => {
  test("that brings the keyword starts nothing; nor does an edit of what has started a run", async () => {
    const outage = noting("outage", { type: "message", keywords: ["outage"] });
    await using bot = await TestBot.start({ definitions: [outage, marking] });
    const ts = await say(bot, "all is well");
    const first = await say(bot, "an outage");
    await runs(bot, "outage", 1);

    for (const [at, text] of [
      [ts, "an outage after all"],
      [first, "an outage, a big one"],
    ] as const) {
      const edit = { user: "U0ALICE", channel: "C0GENERAL", ts: at, text };
      expect(await bot.act("message-edit", edit)).toMatchObject({ ok: true });
    }

    await untilHandled(bot);
    expect(await listOf(bot, "outage")).toHaveLength(1);
  });
});

describe("more reactions than a workflow is started for", () => {
  test("start a bounded number of runs, read the message a few times, and admins hear of it once", async () => {
    const ticket = noting("ticket", { type: "reaction", emoji: "ticket" });
    await using bot = await TestBot.start({ definitions: [ticket], admins: ["U0CAROL"] });
    const ts = await say(bot, "The printer smokes");
    await react(bot, ts);
    await runs(bot, "ticket", 1);
    const before = (await bot.calls("conversations.history")).length;

    // One emoji, added and taken away by turns, as Slack would report it.
    const place = { channel: "C0GENERAL", ts };
    const received = await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        bot.engine.triggers.receiveReaction({
          ...{ eventId: `Ev${index}`, emoji: "ticket", user: "U0ALICE", place },
        }),
      ),
    );

    const count = received.flat().length;
    expect(count).toBeGreaterThanOrEqual(99);
    expect(count).toBeLessThan(130);
    expect((await bot.calls("conversations.history")).length - before).toBeLessThan(10);
    const notice = await bot.message("D0CAROL", /is not started for all reactions/);
    expect(contentOf(notice)).toContain("ticket");
    expect(await bot.messages("D0CAROL")).toHaveLength(1);
  });
});

test("more events than a workflow is started for start nothing, and admins hear what to do", async () => {
  const echo = noting("echo", { type: "event", eventName: "order.paid", maxPerMinute: 2 });
  await using bot = await TestBot.start({ definitions: [echo], admins: ["U0CAROL"] });

  for (let count = 0; count < 5; count += 1)
    await bot.engine.triggers.publish({ name: "order.paid", payload: { count } });

  const notice = await bot.message("D0CAROL", /is not started for all events/);
  expect(contentOf(notice)).toContain('raise "maxPerMinute"');
  expect(await runs(bot, "echo", 2)).toHaveLength(2);
});
