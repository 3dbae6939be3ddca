import { describe, expect, test } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import { Person } from "../../simulator/test/support/person.ts";
import { contentOf } from "../support/bot.ts";
import { BotProcess } from "../support/bot-process.ts";
import { mongoStackMissing, startMongoStackServer } from "../support/mongo-server.ts";
import { clickOn, see } from "../support/slack-assertions.ts";

const GENERAL = "C0GENERAL";
const APPROVALS = "C0APPROVALS";
const RUN = 'run expense-approval amount=640 item="Laptop stand"';

if (mongoStackMissing !== null) {
  process.stderr.write(`A bot whose MongoDB is away: skipped. ${mongoStackMissing}.\n`);
}

describe.skipIf(mongoStackMissing !== null)("while the database is away", () => {
  test("people are answered in time and told that nothing was done; afterwards work goes on by itself", async () => {
    await using server = await startMongoStackServer();
    await using simulator = await openSimulator({ realistic: false });
    await using bot = await BotProcess.start(simulator, { MONGODB_URI: server.uri() });
    const alice = new Person(simulator.url, "U0ALICE");
    const bob = new Person(simulator.url, "U0BOB");
    await alice.act("slash", { channel: GENERAL, command: "/workflow", text: RUN });
    const asked = await see(bob, APPROVALS, /decide_approve/);
    const click = clickOn(asked, APPROVALS, "decide_approve");

    await server.stack?.gateway.kill();
    const slash = { channel: GENERAL, command: "/workflow", text: RUN };
    const [started, clicked] = await Promise.all([
      alice.act("slash", slash),
      bob.act("action", click),
    ]);
    expect(started).toMatchObject({ acked: true });
    expect(clicked).toMatchObject({ acked: true });
    await see(alice, GENERAL, /does not answer/);
    await see(bob, APPROVALS, /could not be confirmed|was not recorded|does not answer/);
    expect((await fetch(`${bot.url}/readyz`)).status).toBe(503);
    await server.stack?.gateway.start();

    expect(await bob.act("action", click)).toMatchObject({ acked: true });
    await see(bob, APPROVALS, /Expense approved/);
    const posted = await bob.messages(APPROVALS);
    const told = posted.filter((message) => contentOf(message).includes("Expense approved"));
    expect(told).toHaveLength(1);
  }, 120_000);
});
