import { describe, expect, test } from "vitest";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";
import { everythingShown } from "../support/everything-shown.ts";
import {
  approve,
  GENERAL,
  openStreams,
  plans,
  sessions,
  startSlowly,
  untilStatus,
} from "../support/live-run.ts";
import { quickClock } from "../support/quick-clock.ts";

describe("the session of a run's thread", () => {
  test("is suspended while a person is asked, and closed at the end", async () => {
    await using bot = await TestBot.start({
      definitions: [askWorkflow()],
      clock: quickClock(10),
    });
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(GENERAL, /Waits at/);
    expect(await untilStatus(bot, "suspended")).toMatchObject({
      ...{ channel: GENERAL, thread_ts: tsOf(card), initiator: "U0ALICE" },
      title: expect.stringMatching(/^Ask \(run [0-9a-f]{5}\)$/),
    });
    await approve(bot);
    await untilStatus(bot, "closed");
    await everythingShown(bot);
  });

  test("is that of the conversation where the run stands in one", async () => {
    await using bot = await startSlowly();
    await bot.act("message", { user: "U0ALICE", channel: "D0ALICE", text: "run works" });
    const session = await untilStatus(bot, "processing");
    const [asked] = await bot.messages("D0ALICE");
    expect(session).toMatchObject({ channel: "D0ALICE", thread_ts: tsOf(asked ?? {}) });
  });

  test("is not begun for a run that is over at once", async () => {
    const steps = [{ id: "a", type: "transform", config: { expression: "1" } }];
    await using bot = await TestBot.start({ definitions: [{ id: "q", name: "Quick", steps }] });
    await bot.slash("U0ALICE", "run q");
    await bot.message(GENERAL, /Completed/);
    await everythingShown(bot);
    expect(await sessions(bot)).toEqual([]);
  });
});

describe("the steps of a run", () => {
  test("are streamed while it works, once for each time, and the stream ends at each wait", async () => {
    await using bot = await startSlowly();
    await bot.slash("U0ALICE", "run works");
    const thread = tsOf(await bot.message(GENERAL, /Works/));
    const working = await bot.until(async () =>
      (await plans(bot, thread)).find((plan) => plan.includes("in_progress")),
    );
    expect(working).toMatch(/"title":"Works \(run [0-9a-f]{5}\)"/);
    expect(openStreams(bot)).toBe(1);

    await untilStatus(bot, "suspended");
    const [first] = await plans(bot, thread);
    expect(first).toMatch(
      /First look · \d+(?:\.\d)? s.*"complete".*yes.*Second look.*"complete".*yes/,
    );
    expect(first).toMatch(/Decision · waits","status":"pending"/);
    expect(first).toContain("waiting");
    expect(openStreams(bot)).toBe(0);

    await approve(bot);
    await bot.message(GENERAL, /Completed/);
    await untilStatus(bot, "closed");
    const [, second, ...more] = await plans(bot, thread);
    expect(second).toMatch(/Decision.*"complete".*Third look/);
    expect(second).not.toContain("First look");
    expect(more).toEqual([]);
    expect(openStreams(bot)).toBe(0);
    await everythingShown(bot);
  });

  test("are told apart from other runs' where many are streamed in one thread", async () => {
    await using bot = await startSlowly();
    await bot.act("message", { user: "U0ALICE", channel: "D0ALICE", text: "run works" });
    const [asked] = await bot.until(async () => {
      const messages = await bot.messages("D0ALICE");
      return messages.length > 0 ? messages : undefined;
    });
    const thread_ts = tsOf(asked ?? {});
    await bot.message("D0ALICE", /\*Works\*/, thread_ts);
    await bot.act("message", { user: "U0ALICE", channel: "D0ALICE", text: "run works", thread_ts });
    await bot.until(async () => (openStreams(bot) === 2 ? true : undefined));
    await untilStatus(bot, "suspended");
    expect(await sessions(bot)).toHaveLength(1);
    expect(openStreams(bot)).toBe(0);
  });
});

describe("Slack's own Stop", () => {
  test("cancels the run of the person who presses it", async () => {
    await using bot = await startSlowly();
    await bot.slash("U0ALICE", "run works");
    const thread_ts = tsOf(await bot.message(GENERAL, /Works/));
    await bot.until(async () => (openStreams(bot) === 1 ? true : undefined));
    await bot.act("session-stop", { user: "U0ALICE", channel: GENERAL, thread_ts });
    await bot.message(GENERAL, /Cancelled by <@U0ALICE>/);
    await untilStatus(bot, "closed");
    await everythingShown(bot);
    expect((await plans(bot, thread_ts)).join("")).not.toContain("in_progress");
    expect(openStreams(bot)).toBe(0);
  });

  test("leaves the run of another person alone, and says so to who pressed it", async () => {
    await using bot = await startSlowly();
    await bot.slash("U0ALICE", "run works");
    const thread_ts = tsOf(await bot.message(GENERAL, /Works/));
    await bot.until(async () => (openStreams(bot) === 1 ? true : undefined));
    await bot.act("session-stop", { user: "U0CAROL", channel: GENERAL, thread_ts });
    await bot.until(async () =>
      (await bot.privates("U0CAROL", GENERAL, thread_ts)).find((said) => /continues/.test(said)),
    );
    await approve(bot);
    await bot.message(GENERAL, /Completed/);
    await untilStatus(bot, "closed");
    await everythingShown(bot);
    expect((await plans(bot, thread_ts)).join("")).not.toContain("in_progress");
  });
});

describe("without agent sessions", () => {
  test.for(["unknown_method", "missing_scope", "not_allowed", "not_authorized"] as const)(
    "after %s the card alone shows the steps, and Slack is not asked again",
    async (error) => {
      await using bot = await startSlowly();
      const method = "agents.sessions.setStatus";
      await bot.act("faults", { target: "slack", method, error, times: 50 });
      await bot.slash("U0ALICE", "run works");
      await bot.until(async () => ((await bot.calls(method)).length > 0 ? true : undefined));
      for (const _ of [2, 3]) await bot.slash("U0ALICE", "run works");
      await bot.until(async () => {
        const cards = (await bot.messages(GENERAL)).map(contentOf);
        return cards.filter((card) => /Waits at \*Decision\*/.test(card)).length === 3
          ? true
          : undefined;
      });
      const cards = await bot.messages(GENERAL);
      expect(contentOf(cards[0] ?? {})).toMatch(/First look\* · \*yes\*/);
      expect(await bot.calls(method)).toHaveLength(1);
      expect(await bot.calls("chat.startStream")).toEqual([]);
    },
  );
});

test("Stop on a card is refused to who lost the right meanwhile, and done once for two clicks", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()] });
  await bot.slash("U0CAROL", "run ask");
  const card = await bot.message(GENERAL, /Waits at/);
  await bot.act("person", { person: "U0CAROL", is_restricted: true });
  await bot.click("U0CAROL", GENERAL, card, "cancel_run");
  await bot.until(async () =>
    (await bot.privates("U0CAROL", GENERAL)).find((t) => /guest/i.test(t)),
  );
  expect(contentOf(await bot.message(GENERAL, /Waits at/))).toContain("Stop");
  await bot.act("person", { person: "U0CAROL", is_restricted: false });
  await Promise.all([1, 2].map(() => bot.click("U0CAROL", GENERAL, card, "cancel_run")));
  await bot.message(GENERAL, /Cancelled by <@U0CAROL>/);
  await bot.message(APPROVALS, /run was cancelled/);
  await everythingShown(bot);
  const thread = await bot.messages(GENERAL, tsOf(card));
  expect(thread.filter((one) => /Receipt/.test(contentOf(one)))).toHaveLength(1);
});
