import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, type TestBotOptions, tsOf } from "../support/bot.ts";
import { ForwardClock } from "../support/forward-clock.ts";

const MINUTE = 60_000;

function start(options: Partial<TestBotOptions> = {}): Promise<TestBot> {
  return TestBot.start({ definitions: [askWorkflow()], ...options });
}

/** From now on Slack answers a method so. */
async function refuse(bot: TestBot, method: string, fault: JsonObject): Promise<void> {
  await bot.act("faults", { target: "slack", method, times: 10_000, ...fault });
}

/** Slack answers as it should again. */
async function mend(bot: TestBot): Promise<void> {
  await fetch(`${bot.simulator.url}/sim/faults`, { method: "DELETE" });
}

async function cancelAll(bot: TestBot): Promise<void> {
  const { executions } = await bot.engine.executions.list({ status: "waiting" });
  for (const { executionId } of executions)
    await bot.engine.executions.cancel(executionId, "U0ALICE");
}

async function count(bot: TestBot, method: string, error: string): Promise<number> {
  return (await bot.calls(method)).filter((call) => call["error"] === error).length;
}

describe("the result of a run", () => {
  test("goes to its starter when the channel was archived meanwhile", async () => {
    await using bot = await start();
    await bot.slash("U0ALICE", "run ask");
    await bot.message("C0GENERAL", /Waits at/);
    await bot.act("channel", { channel: "C0GENERAL", is_archived: true });
    await cancelAll(bot);
    const result = await bot.message("D0ALICE", /Cancelled by/);
    expect(contentOf(result)).toContain("The channel is archived: name another one.");
  });

  test.for([
    ["is refused for a reason that an admin can mend", { error: "message_limit_exceeded" }],
    ["is refused for a reason that is new", { error: "reason_of_tomorrow" }],
    ["is refused for now", { error: "update_failed" }],
    ["fails", { status: 500 }],
    ["is limited", { retry_after: 60 }],
  ] as const)("comes at once when editing %s", async ([, fault]) => {
    await using bot = await start();
    await bot.slash("U0ALICE", "run ask");
    const run = await bot.message("C0GENERAL", /Waits at/);
    await refuse(bot, "chat.update", fault);
    await cancelAll(bot);
    await bot.message("C0GENERAL", /cancelled/i, tsOf(run));
  });

  test("comes although Slack takes neither the run's card nor what asks", async () => {
    await using bot = await start();
    await bot.act("faults", {
      target: "slack",
      method: "chat.postMessage",
      error: "invalid_blocks",
      times: 2,
    });
    await bot.slash("U0ALICE", "run ask");
    await bot.until(async () =>
      (await count(bot, "chat.postMessage", "invalid_blocks")) === 2 ? true : undefined,
    );
    await cancelAll(bot);
    await bot.message("C0GENERAL", /cancelled/i);
  });
});

describe("what Slack refuses", () => {
  test("of many runs in a closed channel is not tried for each of them", async () => {
    await using bot = await start();
    for (let run = 0; run < 6; run++) await bot.slash("U0ALICE", "run ask");
    const standing = async (channel: string, pattern: RegExp) =>
      (await bot.messages(channel)).filter((message) => pattern.test(contentOf(message))).length;
    await bot.until(async () =>
      (await standing("C0GENERAL", /Waits at/)) === 6 && (await standing(APPROVALS, /needed/)) === 6
        ? true
        : undefined,
    );
    await bot.act("channel", { channel: "C0GENERAL", is_archived: true });
    await refuse(bot, "chat.update", { error: "is_inactive" });
    const { executions } = await bot.engine.executions.list({});
    const [first] = executions;
    await bot.engine.executions.cancel(first?.executionId ?? "", "U0ALICE");
    // Once for the question's channel, and once for that of the run.
    const inVain = () => count(bot, "chat.update", "is_inactive");
    await bot.until(async () => ((await inVain()) === 2 ? true : undefined));
    await cancelAll(bot);
    await bot.until(async () => ((await bot.messages("D0ALICE")).length === 6 ? true : undefined));
    expect(await inVain()).toBe(2);
  });

  test("is tried again with growing pauses, and the admins hear of it once", async () => {
    const clock = new ForwardClock();
    await using bot = await start({ clock, admins: ["U0CAROL"] });
    await bot.slash("U0ALICE", "run ask", "D0ALICE");
    await bot.slash("U0ALICE", "run ask", "D0ALICE");
    await bot.until(async () => ((await bot.messages(APPROVALS)).length === 2 ? true : undefined));
    await refuse(bot, "chat.update", { error: "no_permission_of_tomorrow" });
    const refused = () => count(bot, "chat.update", "no_permission_of_tomorrow");
    await cancelAll(bot);
    await bot.until(async () => ((await refused()) >= 4 ? true : undefined));
    expect(await refused()).toBe(4);
    clock.forward(MINUTE + 1000);
    await bot.until(async () => ((await refused()) >= 8 ? true : undefined));
    const notice = await bot.message("D0CAROL", /Slack refuses messages of workflows/);
    expect(contentOf(notice)).toContain("no_permission_of_tomorrow");
    clock.forward(2 * MINUTE + 1000);
    await bot.until(async () => ((await refused()) >= 12 ? true : undefined));
    await mend(bot);
    clock.forward(5 * MINUTE);
    await bot.until(async () =>
      (await bot.messages(APPROVALS)).every((message) => /withdrawn/.test(contentOf(message)))
        ? true
        : undefined,
    );
    expect(await bot.messages("D0CAROL")).toHaveLength(1);
  });

  test("is given up after hours, and nothing is tried after that", async () => {
    const clock = new ForwardClock();
    await using bot = await start({ clock });
    await bot.slash("U0ALICE", "run ask", "D0ALICE");
    await bot.message(APPROVALS, /Approval needed/);
    await bot.message("D0ALICE", /Waits at/);
    await refuse(bot, "chat.update", { error: "message_limit_exceeded" });
    await cancelAll(bot);
    for (let hour = 0; hour < 6; hour++) {
      const before = (await bot.calls("chat.update")).length;
      clock.forward(60 * MINUTE);
      await bot.until(async () => {
        const isOver = (await bot.store.cards.listUnfinished(1)).length === 0;
        return isOver || (await bot.calls("chat.update")).length > before ? true : undefined;
      });
    }
    expect(await bot.store.cards.listUnfinished(1)).toEqual([]);
  });

  test("to post is posted when it is taken again", async () => {
    const clock = new ForwardClock();
    await using bot = await start({ clock, admins: ["U0CAROL"] });
    await refuse(bot, "chat.postMessage", { error: "message_limit_exceeded" });
    await bot.slash("U0ALICE", "run ask");
    const refused = () => count(bot, "chat.postMessage", "message_limit_exceeded");
    await bot.until(async () => ((await refused()) >= 1 ? true : undefined));
    await mend(bot);
    clock.forward(MINUTE + 1000);
    await bot.message("C0GENERAL", /Waits at/);
    await bot.message(APPROVALS, /Approval needed/);
    expect(await bot.messages("C0GENERAL")).toHaveLength(1);
  });

  test("for good is reported to the admins with what Slack says of it", async () => {
    await using bot = await start({ admins: ["U0CAROL"] });
    await bot.act("faults", {
      target: "slack",
      method: "chat.postMessage",
      error: "invalid_blocks",
      times: 1,
    });
    await bot.slash("U0ALICE", "run ask");
    const notice = await bot.message("D0CAROL", /Slack refuses messages of workflows/);
    expect(contentOf(notice)).toContain("This one is given up");
  });
});

describe("a card in another place than it should be", () => {
  test.for([
    ["is_archived", "The channel is archived"],
    ["not_in_channel", "type /invite"],
    ["restricted_action", "does not let apps post there"],
    ["channel_not_found", "There is no such channel"],
  ] as const)("says why: %s", async ([error, words]) => {
    await using bot = await start();
    await bot.act("faults", { target: "slack", method: "chat.postMessage", error, times: 1 });
    await bot.slash("U0ALICE", "run ask");
    expect(contentOf(await bot.message("D0ALICE", /I cannot post in/))).toContain(words);
  });

  test.for([
    ["user_disabled", "This person's account is closed"],
    ["messages_tab_disabled", "Messages to the app are turned off"],
  ] as const)("says of a person that cannot be written to why: %s", async ([error, words]) => {
    const definition = askWorkflow({ channel: "U0BOB", approvers: ["U0BOB"] });
    await using bot = await start({ definitions: [definition] });
    await bot.act("faults", { target: "slack", method: "conversations.open", error, times: 1 });
    await bot.slash("U0ALICE", "run ask");
    const run = await bot.message("C0GENERAL", /Waits at/);
    const card = await bot.message("C0GENERAL", /I cannot write to/, tsOf(run));
    expect(contentOf(card)).toContain(words);
  });

  test("does not wander between two closed places", async () => {
    await using bot = await start({ definitions: [askWorkflow({ required: 2 })] });
    await bot.slash("U0ALICE", "run ask");
    const card = await bot.message(APPROVALS, /Approval needed/);
    await bot.message("C0GENERAL", /Waits at/);
    await refuse(bot, "chat.postMessage", { error: "restricted_action" });
    await bot.act("faults", {
      target: "slack",
      method: "chat.update",
      error: "is_inactive",
      times: 1,
    });
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    // Neither the run's thread nor its starter: the approvers themselves are written to, who cannot be either.
    const { executions } = await bot.engine.executions.list({});
    const id = executions[0]?.executionId ?? "";
    await bot.until(async () => {
      const cards = await bot.store.cards.list(id);
      return cards.filter(({ ts, final }) => final && ts === null).length >= 2 ? true : undefined;
    });
    expect(await count(bot, "chat.postMessage", "restricted_action")).toBeLessThanOrEqual(5);
  });
});
