import { pino } from "pino";
import { expect, test } from "vitest";
import { createUnanswered } from "../../../src/bot/conversation/unanswered.ts";
import { createSharedKeys } from "../../../src/bot/shared-keys.ts";
import { contentOf, TestBot, tsOf } from "../../support/bot.ts";
import { ForwardClock } from "../../support/forward-clock.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const DM = "D0ALICE";
/** More than the bot tries when it dies at a message. */
const REFUSALS = 5;
/** What the bot waits for after a failure, in milliseconds. */
const PAUSE_MS = 30_000;

test("a message that a dead process left is answered, however long Slack is away after the start", async () => {
  const clock = new ForwardClock();
  let failures = 0;
  const onLog = (line: string): void => {
    if (line.includes("could not be answered after a restart")) failures += 1;
  };
  await using bot = await TestBot.start({ definitions: [], clock, onLog });
  const { kv, dedupe } = bot.store;
  await bot.stopBot();
  const ts = tsOf(await bot.act("message", { user: "U0ALICE", channel: DM, text: "status" }));
  const dead = { clock: new ManualClock(), logger: pino({ level: "silent" }) };
  const keys = createSharedKeys(dedupe, dead.clock);
  const place = { user: "U0ALICE", channel: DM, ts, threadTs: null, isDirect: true };
  await createUnanswered({ ...dead, kv, keys }).begin({ ...place, eventId: "E1" });
  const away = { target: "slack", method: "conversations.history", error: "service_unavailable" };
  await bot.act("faults", { ...away, times: REFUSALS });

  await bot.startBot();
  for (let seen = 1; seen <= REFUSALS; seen += 1) {
    await bot.until(async () => (failures >= seen ? true : undefined));
    clock.forward(PAUSE_MS);
  }

  const answer = await bot.until(async () =>
    (await bot.messages(DM, ts)).find(({ user }) => user !== "U0ALICE"),
  );
  expect(contentOf(answer)).toContain("You have started no runs");
});
