import { describe, expect, test } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import { Person } from "../../simulator/test/support/person.ts";
import { contentOf } from "../support/bot.ts";
import { BotProcess } from "../support/bot-process.ts";
import { startHoldingProxy } from "../support/holding-proxy.ts";
import { mongoMissing, startMongoServer } from "../support/mongo-server.ts";
import { clickOn, see } from "../support/slack-assertions.ts";
import { until } from "../support/until.ts";

const GENERAL = "C0GENERAL";
const APPROVALS = "C0APPROVALS";
const RUN = 'run expense-approval amount=640 item="Laptop stand"';
/** Slack gives up after that. */
const SLACK_PATIENCE_MS = 3000;

if (mongoMissing !== null) {
  process.stderr.write(`A bot whose MongoDB is slow: skipped. ${mongoMissing}.\n`);
}

describe.skipIf(mongoMissing !== null)("while the database takes far too long to answer", () => {
  test.for([
    { what: "every call", options: "" },
    { what: "the one connection that the pool has", options: "maxPoolSize=1" },
  ])(
    "$what: people are acknowledged in time and told what was not recorded; afterwards everything happens, once",
    { timeout: 180_000 },
    async ({ options }) => {
      await using server = await startMongoServer();
      const uri = server.uri();
      await using proxy = await startHoldingProxy(uri);
      await using simulator = await openSimulator({ realistic: false });
      const database = new URL(uri).pathname.slice(1);
      await using bot = await BotProcess.start(simulator, {
        MONGODB_URI: proxy.uri(database, options),
      });
      const alice = new Person(simulator.url, "U0ALICE");
      const bob = new Person(simulator.url, "U0BOB");
      const slash = { channel: GENERAL, command: "/workflow", text: RUN };
      await alice.act("slash", slash);
      const asked = await see(bob, APPROVALS, /decide_approve/);
      const click = clickOn(asked, APPROVALS, "decide_approve");

      proxy.hold();
      const answers = await Promise.all([alice.act("slash", slash), bob.act("action", click)]);
      for (const { acked, ackMs } of answers) {
        expect(acked).toBe(true);
        expect(Number(ackMs ?? 0)).toBeLessThan(SLACK_PATIENCE_MS);
      }
      const told = await see(alice, GENERAL, /does not answer/);
      expect(contentOf(told)).toMatch(/Nothing|not be confirmed/);
      await see(bob, APPROVALS, /could not be confirmed|was not recorded/);
      expect(await approved(bob)).toHaveLength(0);
      proxy.release();

      expect(await bob.act("action", click)).toMatchObject({ acked: true });
      await see(bob, APPROVALS, /Expense approved/);
      await until(async () => ((await isReady(bot)) ? true : undefined));
      await alice.act("slash", { ...slash, text: RUN.replace("Laptop", "Phone") });
      await see(bob, APPROVALS, /Phone stand/);
      expect(await approved(bob)).toHaveLength(1);
      expect(bot.exitCode).toBeNull();
    },
  );
});

async function isReady({ url }: BotProcess): Promise<boolean> {
  return (await fetch(`${url}/readyz`)).ok;
}

async function approved(person: Person): Promise<readonly string[]> {
  const posted = await person.messages(APPROVALS);
  // An open card shows the announcement as what it releases.
  return posted
    .map(contentOf)
    .filter((text) => text.includes("Expense approved") && !text.includes("Approval needed"));
}
