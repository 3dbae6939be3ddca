import { describe, expect, test } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import { Person } from "../../simulator/test/support/person.ts";
import { contentOf, tsOf } from "../support/bot.ts";
import { BotProcess } from "../support/bot-process.ts";
import { clickOn, see } from "../support/slack-assertions.ts";

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
    const clicked = await bob.act("action", clickOn(asked, APPROVALS, "decide_approve"));

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

test("a step that is under way when the bot stops in order ends before the bot does", async () => {
  await using simulator = await openSimulator({ realistic: false });
  await using bot = await BotProcess.start(simulator);
  const alice = new Person(simulator.url, "U0ALICE");
  const config = { service: "slack", channel: "#general", message: "The parcel is here" };
  const tell = { id: "tell", type: "service", config };
  const post = (path: string, body: object): Promise<Response> =>
    fetch(path, { method: "POST", body: JSON.stringify(body) });
  await post(`${bot.url}/api/workflows`, { id: "parcel", name: "Parcel", steps: [tell] });
  const slow = { target: "slack", method: "chat.postMessage", delay_ms: 1000, times: 1 };
  await post(`${simulator.url}/sim/faults`, slow);
  await post(`${bot.url}/api/workflows/parcel/execute`, {});
  await alice.until(async () => {
    const pending = await (await fetch(`${simulator.url}/sim/faults`)).text();
    return pending.includes("chat.postMessage") ? undefined : true;
  });

  await bot.stop();
  await bot.start();

  await alice.until(async () => {
    const listed = await fetch(`${bot.url}/api/executions?workflowId=parcel&status=completed`);
    return (await listed.text()).includes("exec_") ? true : undefined;
  });
  // Nobody had to look whether it stands already.
  const looks = await fetch(`${simulator.url}/sim/calls?method=conversations.history`);
  expect(await looks.json()).toMatchObject({ calls: [] });
  const messages = await alice.messages(GENERAL);
  expect(messages.filter(({ text }) => text === "The parcel is here")).toHaveLength(1);
});
