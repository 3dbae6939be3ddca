import { WebClient } from "@slack/web-api";
import { pino } from "pino";
import { expect, test } from "vitest";
import { toObjects } from "../../../simulator/json.ts";
import { showBusyStatus, WRITING } from "../../../src/bot/drafts/busy-status.ts";
import { TestBot, tsOf } from "../../support/bot.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const DM = "D0ALICE";
const logger = pino({ level: "silent" });

test("the status stays while a workflow is written, although Slack takes it away after two minutes, and goes at the end", async () => {
  await using bot = await TestBot.start({ definitions: [] });
  const client = new WebClient("xoxb-simulator", { slackApiUrl: bot.simulator.apiUrl });
  const clock = new ManualClock();
  const sent = await bot.act("message", { user: "U0ALICE", channel: DM, text: "help" });
  const statuses = async (count: number): Promise<readonly unknown[]> =>
    bot.until(async () => {
      const calls = toObjects(await bot.calls("assistant.threads.setStatus"));
      return calls.length < count ? undefined : calls.map(({ args }) => Object(args)["status"]);
    });

  const thread = { channel: DM, threadTs: tsOf(sent) };
  const end = await showBusyStatus(client, thread, clock, logger, WRITING);
  await statuses(1);
  for (let minute = 1; minute <= 3; minute += 1) {
    await clock.advance(60_000);
    await statuses(1 + minute);
  }
  await end?.();
  await clock.advance(600_000);

  const busy = "is writing your workflow…";
  expect(await statuses(5)).toEqual([busy, busy, busy, busy, ""]);
});

test("there is no status to end where Slack refuses to show one", async () => {
  await using bot = await TestBot.start({ definitions: [] });
  const client = new WebClient("xoxb-simulator", { slackApiUrl: bot.simulator.apiUrl });

  const thread = { channel: "D0NOWHERE", threadTs: "1.1" };
  expect(await showBusyStatus(client, thread, new ManualClock(), logger, WRITING)).toBeNull();
});
