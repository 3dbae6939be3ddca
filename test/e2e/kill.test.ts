import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../simulator/json.ts";
import { openSimulator } from "../../simulator/simulator.ts";
import { Person } from "../simulator/person.ts";
import { contentOf, tsOf } from "../support/bot.ts";
import { BotProcess } from "../support/bot-process.ts";

const GENERAL = "C0GENERAL";
const APPROVALS = "C0APPROVALS";
const RUN = 'run expense-approval amount=640 item="Laptop stand"';

describe("a bot that is killed while an approval waits", () => {
  test("finishes the run after its restart, by the same card, and posts the message once", async () => {
    await using simulator = await openSimulator({ realistic: false });
    await using bot = await BotProcess.start(simulator);
    const alice = new Person(simulator.url, "U0ALICE");
    const bob = new Person(simulator.url, "U0BOB");
    await alice.act("slash", { channel: GENERAL, command: "/workflow", text: RUN });
    const asked = await see(bob, APPROVALS, /decide_approve/);

    await bot.kill();
    await bot.start();
    const value = /"value":("\{.*?\}")/.exec(contentOf(asked))?.[1] ?? '""';
    const clicked = await bob.act("action", {
      channel: APPROVALS,
      ts: tsOf(asked),
      action_id: "decide_approve",
      value: JSON.parse(value),
    });

    expect(clicked).toMatchObject({ ok: true, acked: true });
    await see(bob, APPROVALS, /Expense approved/);
    const card = await see(alice, GENERAL, /Completed/);
    await see(alice, GENERAL, /Receipt/, tsOf(card));
    const posted = await bob.messages(APPROVALS);
    expect(
      posted.filter((message) => contentOf(message).includes("Expense approved")),
    ).toHaveLength(1);
    const cards = posted.filter((message) => contentOf(message).includes("Expense: $640"));
    expect(cards.map(tsOf)).toEqual([tsOf(asked)]);
    expect(contentOf(cards[0] ?? {})).not.toContain("decide_approve");
    const general = await alice.messages(GENERAL);
    expect(general.filter((message) => message["ephemeral"] !== true)).toHaveLength(1);
  });
});

/** Waits until a person sees a message that fits. */
function see(
  person: Person,
  channel: string,
  pattern: RegExp,
  thread?: string,
): Promise<JsonObject> {
  const query: Record<string, string> = thread === undefined ? {} : { thread_ts: thread };
  return person.until(async () =>
    (await person.messages(channel, query)).find((message) => pattern.test(contentOf(message))),
  );
}
