import { pino } from "pino";
import { expect, test } from "vitest";
import type { BotContext } from "../../../src/bot/context.ts";
import { decide } from "../../../src/bot/listeners/actions/decide.ts";
import type { VoteAnswer } from "../../../src/engine/api/approvals.ts";
import { ManualClock } from "../../support/manual-clock.ts";

/** A click on a choice whose vote the test settles. */
function click() {
  const clock = new ManualClock();
  const vote = Promise.withResolvers<VoteAnswer>();
  const log: string[] = [];
  const context = { clock, engine: { approvals: { vote: () => vote.promise } } };
  const done = decide(
    {
      value: { e: "exec_1", r: "exec_1/approve#1", n: 1, h: "hash", c: "approve" },
      click: { user: "U0BOB", channel: "C0GENERAL", threadTs: undefined, value: "", home: null },
      reply: async (answer) => void log.push(typeof answer === "string" ? answer : answer.text),
      logger: pino({ level: "silent" }),
      client: {} as never,
      ack: async () => void log.push("ack"),
    },
    context as unknown as BotContext,
  );
  return { clock, vote, log, done };
}

const COUNTED: VoteAnswer = {
  recorded: true,
  settled: Promise.resolve({ kind: "counted" }),
};

test("a decision is acknowledged when it is recorded, not before", async () => {
  const { clock, vote, log, done } = click();
  await clock.advance(1900);
  expect(log).toEqual([]);

  vote.resolve(COUNTED);
  expect(await done).toBeUndefined();
  expect(log).toEqual(["ack"]);
});

test("a decision that takes longer is acknowledged after two seconds as unconfirmed", async () => {
  const { clock, vote, log, done } = click();
  await clock.advance(2000);
  expect(log).toEqual(["ack", expect.stringContaining("could not be confirmed")]);

  vote.resolve(COUNTED);
  expect(await done).toBeUndefined();
  expect(log).toHaveLength(2);
});
