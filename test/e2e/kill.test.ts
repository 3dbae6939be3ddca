import { describe, expect, test } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import { BotProcess } from "../support/bot-process.ts";
import { buttonOf, buttonsOf, Person, textOf } from "../support/person.ts";

const RUN = 'run expense-approval amount=640 item="Laptop stand"';

describe("a bot that is killed while an approval waits", () => {
  test("finishes the run after its restart, by the same card, and posts the message once", async () => {
    await using simulator = await openSimulator({ realistic: false });
    await using bot = await BotProcess.start(simulator);
    const [alice, bob] = [new Person(simulator, "U0ALICE"), new Person(simulator, "U0BOB")];
    await alice.slash(RUN);
    const asked = await bob.see("C0APPROVALS", (message) => buttonsOf(message).length > 0);

    await bot.kill();
    await bot.start();
    const clicked = await bob.click("C0APPROVALS", asked.ts, buttonOf(asked, "Approve"));

    expect(clicked).toMatchObject({ ok: true, acked: true });
    await bob.see("C0APPROVALS", (message) => message.text.includes("Expense approved"));
    const card = await alice.see("C0GENERAL", (message) => textOf(message).includes("Completed"));
    await alice.see("C0GENERAL", (message) => textOf(message).includes("Receipt"), card.ts);
    const posted = await bob.read("C0APPROVALS");
    expect(posted.filter((message) => message.text.includes("Expense approved"))).toHaveLength(1);
    const cards = posted.filter((message) => message.text.includes("Expense: $640"));
    expect(cards.map((message) => message.ts)).toEqual([asked.ts]);
    expect(buttonsOf(cards[0] ?? asked)).toEqual([]);
    expect((await alice.read("C0GENERAL")).filter((message) => !message.ephemeral)).toHaveLength(1);
  });
});
