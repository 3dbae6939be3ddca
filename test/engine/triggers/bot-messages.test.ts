import { expect, test } from "vitest";
import type { Flood, IncomingMessage } from "../../../src/engine/api/triggers.ts";
import { TriggerHarness } from "./trigger-harness.ts";

/** What a bot, or a person, wrote in a channel. */
function written(
  n: number,
  by: { readonly user: string; readonly isFromBot: boolean },
): IncomingMessage {
  return {
    ...by,
    eventId: `C0ALERTS:${n}`,
    text: `answer ${n}`,
    channel: "C0ALERTS",
    ts: `${n}.000001`,
    threadTs: null,
    mentionsBot: false,
  };
}

test("two bots that answer each other are slowed down, and people hear of it once; people and other bots are not", async () => {
  await using harness = await TriggerHarness.open();
  const engine = await harness.start();
  const floods: Flood[] = [];
  engine.triggers.onFlood((flood) => floods.push(flood));
  await harness.deploy(engine, "echo", { type: "message", keywords: ["answer"], bots: true });
  let sent = 0;
  const say = async (user: string, isFromBot: boolean): Promise<number> => {
    sent += 1;
    return (await engine.triggers.receiveMessage(written(sent, { user, isFromBot }))).length;
  };

  let started = 0;
  // A circle of two seconds a round, for five minutes.
  for (let round = 0; round < 150; round += 1) {
    started += await say("B0OTHER", true);
    await harness.clock.advance(2000);
  }

  // 100 at once, and one in ten seconds of 300.
  expect(started).toBeGreaterThanOrEqual(128);
  expect(started).toBeLessThanOrEqual(131);
  expect(await say("B0MONITOR", true)).toBe(1);
  expect(await say("U0ALICE", false)).toBe(1);
  expect(floods).toEqual([
    { workflowId: "echo", kind: "message", why: "rate", deployedBy: "test" },
  ]);
});
