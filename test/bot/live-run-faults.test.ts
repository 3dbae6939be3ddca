import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { shortRunId } from "../../src/slack/text.ts";
import { contentOf, type TestBot, tsOf } from "../support/bot.ts";
import { everythingShown } from "../support/everything-shown.ts";
import { interceptStore, type StoreCall } from "../support/intercept-store.ts";
import {
  approve,
  GENERAL,
  openStreams,
  plans,
  startSlowly,
  untilStatus,
} from "../support/live-run.ts";

/** What a run must have come to whatever happened: each message once, nothing that says that it is under way. */
async function endsWell(bot: TestBot): Promise<void> {
  await bot.message(GENERAL, /Completed/);
  await untilStatus(bot, "closed");
  await everythingShown(bot);
  const [card, ...others] = await bot.messages(GENERAL);
  expect(others).toEqual([]);
  const thread = (await bot.messages(GENERAL, tsOf(card ?? {}))).slice(1);
  expect(thread.filter((one) => /Receipt/.test(contentOf(one)))).toHaveLength(1);
  expect((await plans(bot, tsOf(card ?? {}))).join("")).not.toContain("in_progress");
  expect(openStreams(bot)).toBe(0);
}

/** A call of the Web API with the bot's token. */
async function callAsBot(bot: TestBot, method: string, args: JsonObject): Promise<void> {
  const response = await fetch(`${bot.simulator.apiUrl}${method}`, {
    method: "POST",
    headers: { authorization: "Bearer xoxb-simulator", "content-type": "application/json" },
    body: JSON.stringify(args),
  });
  expect(await response.json()).toMatchObject({ ok: true });
}

describe("a run at work ends well", () => {
  test.for([
    ["the answer to the start of its stream is lost", "chat.startStream", true, { status: 500 }],
    ["its stream does not start", "chat.startStream", false, { status: 503 }],
    ["an addition is lost", "chat.appendStream", false, { status: 500 }],
    ["the answer to the end of its stream is lost", "chat.stopStream", true, { status: 500 }],
    ["the end of its stream fails", "chat.stopStream", false, { connection: "drop" }],
    ["the status fails", "agents.sessions.setStatus", false, { status: 500 }],
    ["the status is limited", "agents.sessions.setStatus", false, { retry_after: 1 }],
    ["the start is limited", "chat.startStream", false, { retry_after: 1 }],
    ["the end is limited", "chat.stopStream", false, { retry_after: 1 }],
    ["its stream is too long to say more", "chat.stopStream", false, { error: "msg_too_long" }],
    ["streams are refused", "chat.startStream", false, { error: "not_allowed" }],
  ] as const)("though %s", async ([, method, applied, fault]) => {
    await using bot = await startSlowly();
    await bot.act("faults", { target: "slack", method, ...fault, applied, times: 1 });
    await bot.slash("U0ALICE", "run works");
    await approve(bot);
    await endsWell(bot);
  });

  test("though Slack ended its stream before, which then becomes a message like others", async () => {
    await using bot = await startSlowly();
    const error = "message_not_in_streaming_state";
    for (const method of ["chat.appendStream", "chat.stopStream"])
      await bot.act("faults", { target: "slack", method, error, times: 1 });
    await bot.slash("U0ALICE", "run works");
    const thread = tsOf(await bot.message(GENERAL, /Works/));
    await bot.until(async () => (openStreams(bot) === 1 ? true : undefined));
    bot.simulator.workspace.streams.clear();
    await untilStatus(bot, "suspended");
    expect((await plans(bot, thread))[0]).toMatch(/Works \(run [0-9a-f]{5}\): see its card/);
    await approve(bot);
    await endsWell(bot);
  });

  test("though Slack limits the search for its stream, without asking again and again", async () => {
    await using bot = await startSlowly();
    const search = "conversations.replies";
    const lost = { method: "chat.startStream", status: 500, applied: true, times: 1 };
    await bot.act("faults", { target: "slack", ...lost });
    await bot.act("faults", { target: "slack", method: search, retry_after: 1, times: 10_000 });
    await bot.slash("U0ALICE", "run works");
    await approve(bot);
    expect((await bot.calls(search)).length).toBeGreaterThan(0);
    expect((await bot.calls(search)).length).toBeLessThan(15);
    await fetch(`${bot.simulator.url}/sim/faults`, { method: "DELETE" });
    await endsWell(bot);
  });

  test("though it is searched for a stream that never began, and other messages name the run", async () => {
    await using bot = await startSlowly();
    const search = { target: "slack", method: "conversations.replies", status: 503 };
    await bot.act("faults", { target: "slack", method: "chat.startStream", status: 500, times: 1 });
    await bot.act("faults", { ...search, times: 10_000 });
    await bot.slash("U0ALICE", "run works");
    const thread_ts = tsOf(await bot.message(GENERAL, /Works/));
    await approve(bot);
    await bot.message(GENERAL, /Completed/);
    const [execution] = (await bot.engine.executions.list({})).executions;
    const text = `Result of run ${shortRunId(execution?.executionId ?? "")}`;
    await callAsBot(bot, "chat.postMessage", { channel: GENERAL, thread_ts, text });
    await fetch(`${bot.simulator.url}/sim/faults`, { method: "DELETE" });
    await endsWell(bot);
    const said = (await bot.messages(GENERAL, thread_ts)).map((one) => one["text"]);
    expect(said).toContain(text);
  });

  test("though its channel is archived while it works, without asking Slack again and again", async () => {
    await using bot = await startSlowly();
    await bot.slash("U0ALICE", "run works");
    await bot.message(GENERAL, /Works/);
    await bot.until(async () => (openStreams(bot) === 1 ? true : undefined));
    await bot.act("channel", { channel: GENERAL, is_archived: true });
    await approve(bot);
    await bot.until(async () => {
      const { executions } = await bot.engine.executions.list({ status: "completed" });
      return executions.length === 1 ? true : undefined;
    });
    await everythingShown(bot);
    for (const method of ["chat.stopStream", "chat.appendStream", "chat.startStream"])
      expect((await bot.calls(method)).length).toBeLessThan(3);
  });

  test("though its card was deleted", async () => {
    await using bot = await startSlowly();
    await bot.slash("U0ALICE", "run works");
    const card = await bot.message(GENERAL, /Works/);
    await bot.until(async () => (openStreams(bot) === 1 ? true : undefined));
    await callAsBot(bot, "chat.delete", { channel: GENERAL, ts: tsOf(card) });
    await approve(bot);
    await everythingShown(bot);
    expect(openStreams(bot)).toBe(0);
    const thread = await bot.messages(GENERAL, tsOf(card));
    expect(thread.filter((one) => /Receipt/.test(contentOf(one)))).toHaveLength(1);
  });
});

test.for([
  ["an addition is limited", "chat.appendStream", { retry_after: 1 }],
  ["the end is limited", "chat.stopStream", { retry_after: 1 }],
  ["the end is lost", "chat.stopStream", { status: 500 }],
] as const)("a stream shows all that AI found though %s", async ([, method, fault]) => {
  await using bot = await startSlowly();
  await bot.act("faults", { target: "slack", method, ...fault, times: 1 });
  await bot.slash("U0ALICE", "run works");
  const thread = tsOf(await bot.message(GENERAL, /Works/));
  await untilStatus(bot, "suspended");
  await bot.until(async () => (openStreams(bot) === 0 ? true : undefined));
  expect((await plans(bot, thread))[0]).toMatch(/First look.*yes.*Second look.*yes/);
});

/** Writes of the session and of the streams. */
function isLiveWrite({ method, args }: StoreCall): boolean {
  const [card] = args;
  const isWrite = method === "cards.insert" || method === "cards.save";
  return isWrite && /"id":"[^"]+:(?:session|stream:\d+)"/.test(JSON.stringify(card));
}

describe("a bot that is killed while a run is at work", () => {
  // The session begins (1, 2), a stream begins (3, 4) and ends at the question (5, 6); both again after it (7 to 11).
  test.for([
    ["after", 1],
    ["before", 2],
    ["after", 3],
    ["before", 4],
    ["after", 4],
    ["before", 5],
    ["before", 6],
    ["before", 9],
    ["before", 10],
  ] as const)(
    "%s it notes sign %i leaves nothing open, and posts nothing twice",
    async ([when, at]) => {
      let writes = 0;
      let isDead = false;
      let life = 1;
      const never = () => new Promise<never>(() => {});
      await using bot = await startSlowly({
        wrapStore: (store) => {
          const first = interceptStore(store, async (call) => {
            if (isDead) return never();
            if (isLiveWrite(call)) {
              writes += 1;
              isDead = writes === at;
              if (isDead && when === "before") return never();
            }
            const result: unknown = await call.run();
            return isDead ? never() : result;
          });
          return new Proxy(store, {
            get: (target, name) => Reflect.get(life === 1 ? first : target, name),
          });
        },
      });
      await bot.slash("U0ALICE", "run works");
      if (at > 6) await approve(bot);
      await bot.until(async () => (isDead ? true : undefined));
      bot.abandon();
      life = 2;
      await bot.startBot();
      if (at <= 6) await approve(bot);
      await endsWell(bot);
    },
  );
});
