import { describe, expect, test } from "vitest";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

async function asked() {
  const bot = await TestBot.start({ definitions: [askWorkflow()] });
  await bot.slash("U0ALICE", "run ask");
  const card = await bot.message(APPROVALS, /Approval needed/);
  // The same moment for all: what the card needs to know of people was read.
  await bot.until(async () => (await bot.calls("conversations.members"))[0]);
  return { bot, card };
}

/** What leads to the buttons: the address of the card. */
function leadTo(ts: string): RegExp {
  return new RegExp(`a decision is made by a button[\\s\\S]*${ts.replace(".", "")}`);
}

describe("a decision in words changes nothing and is led to the buttons", () => {
  test.for(["approved", "LGTM!", "Reject.", ":+1:"])(
    "%s in the thread of the card",
    async (text) => {
      const { bot, card } = await asked();
      await using _ = bot;
      const thread_ts = tsOf(card);
      await bot.act("message", { user: "U0BOB", channel: APPROVALS, text, thread_ts });
      const answer = await bot.until(
        async () => (await bot.privates("U0BOB", APPROVALS, thread_ts))[0],
      );
      expect(answer).toMatch(leadTo(thread_ts));
      // Said once.
      await bot.act("message", { user: "U0BOB", channel: APPROVALS, text, thread_ts });
      await bot.slash("U0BOB", "approvals", APPROVALS);
      expect(await bot.privates("U0BOB", APPROVALS, thread_ts)).toHaveLength(1);
      expect(contentOf(await bot.message(APPROVALS, /needed/))).toContain("decide_approve");
    },
  );

  test("a reaction on the card", async () => {
    const { bot, card } = await asked();
    await using _ = bot;
    const place = { user: "U0BOB", channel: APPROVALS, ts: tsOf(card) };
    await bot.act("reaction", { ...place, name: "white_check_mark" });
    const answer = await bot.until(async () => (await bot.privates("U0BOB", APPROVALS))[0]);
    expect(answer).toMatch(leadTo(tsOf(card)));
  });

  test.for(["approve", "reject ask", "approvals"])("/workflow %s", async (text) => {
    const { bot, card } = await asked();
    await using _ = bot;
    const answer = await bot.slash("U0BOB", text);
    expect(answer).toContain(tsOf(card).replace(".", ""));
    expect(await bot.slash("U0ALICE", text)).toContain("Nothing waits");
  });

  test("a direct message", async () => {
    const { bot, card } = await asked();
    await using _ = bot;
    const sent = await bot.act("message", { user: "U0BOB", channel: "D0BOB", text: "Approve" });
    await bot.message("D0BOB", leadTo(tsOf(card)), tsOf(sent));
  });
});

test("people who cannot decide, and talk that is none, are not answered", async () => {
  const { bot, card } = await asked();
  await using _ = bot;
  const thread_ts = tsOf(card);
  await bot.act("message", { user: "U0ALICE", channel: APPROVALS, text: "approved", thread_ts });
  const talk = "approved by whom, actually?";
  await bot.act("message", { user: "U0BOB", channel: APPROVALS, text: talk, thread_ts });
  await bot.act("message", { user: "U0BOB", channel: APPROVALS, text: "yes" });
  await bot.act("reaction", { user: "U0BOB", channel: APPROVALS, ts: thread_ts, name: "eyes" });
  // Answered later than all of them would be.
  await bot.act("message", { user: "U0CAROL", channel: APPROVALS, text: "no", thread_ts });
  await bot.until(async () => (await bot.privates("U0CAROL", APPROVALS, thread_ts))[0]);
  for (const user of ["U0ALICE", "U0BOB"]) {
    expect(await bot.privates(user, APPROVALS, thread_ts)).toEqual([]);
    expect(await bot.privates(user, APPROVALS)).toEqual([]);
  }
});
