import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openSimulator } from "../../simulator/simulator.ts";
import { Person } from "../../simulator/test/support/person.ts";
import { openSqliteStore } from "../../src/store/sqlite/open.ts";
import { contentOf } from "../support/bot.ts";
import { BotProcess } from "../support/bot-process.ts";
import { clickOn, see } from "../support/slack-assertions.ts";

const APPROVALS = "C0APPROVALS";
const HOUR = 3_600_000;

const asking = (id: string, name: string, timeout: string) => ({
  ...{ id, name, triggers: [{ type: "slash" }] },
  steps: [
    {
      ...{ id: "ask", type: "approval" },
      config: { channel: "#approvals", title: name, message: "?", approvers: ["U0BOB"], timeout },
      next: { approve: "end", reject: "end", expired: "end" },
    },
  ],
});

const hourly = {
  ...{ id: "report", name: "Hourly report" },
  trigger: { type: "schedule", cron: "0 * * * *" },
  steps: [{ id: "note", type: "transform", config: { expression: "1" } }],
};

/** What three hours without the bot leave in its store. */
async function leaveForHours(folder: string): Promise<void> {
  await using store = await openSqliteStore({ path: join(folder, "heddle.db") });
  await store.kv.set("presence", { at: Date.now() - 3 * HOUR });
  const record = await store.workflows.get("report");
  if (record) await store.workflows.save({ ...record, updatedAt: Date.now() - 30 * HOUR });
}

test("a bot that is killed and comes back hours later reports once what was missed, and its cards work again", {
  timeout: 90_000,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), "heddle-away-"));
  await using simulator = await openSimulator({ realistic: false });
  const bot = await BotProcess.start(simulator, { DATA_DIR: folder, ADMINS: "U0CAROL" });
  try {
    const [alice, bob, carol] = ["U0ALICE", "U0BOB", "U0CAROL"].map(
      (user) => new Person(simulator.url, user),
    ) as [Person, Person, Person];
    const definitions = [
      hourly,
      asking("quick", "Quick question", "6s"),
      asking("slow", "Slow question", "30d"),
    ];
    for (const definition of definitions)
      await fetch(`${bot.url}/api/workflows`, { method: "POST", body: JSON.stringify(definition) });
    const run = (text: string) =>
      alice.act("slash", { channel: "C0GENERAL", command: "/workflow", text: `run ${text}` });
    await run("slow");
    const slow = await see(bob, APPROVALS, /Slow question/);
    await run("quick");
    const quick = await see(bob, APPROVALS, /Quick question/);
    const asked = Date.now();

    await bot.kill();
    const lost = await bob.act("action", clickOn(slow, APPROVALS, "decide_approve"));
    await bob.until(async () => (Date.now() > asked + 6500 ? true : undefined));
    await leaveForHours(folder);
    await bot.start();

    expect(lost).toMatchObject({ acked: false });
    const ofAlice = await see(alice, "D0ALICE", /I was away from/);
    expect(contentOf(ofAlice)).toMatch(/Quick question.*the time to decide ran out/);
    expect(contentOf(ofAlice)).not.toContain("Slow question");
    const ofCarol = await see(carol, "D0CAROL", /I was away from/);
    expect(contentOf(ofCarol)).toMatch(/Hourly report\*: [23] scheduled runs were left out/);
    // The card that could not be decided says so, and the other one works.
    await bob.until(async () => {
      const cards = await bob.messages(APPROVALS);
      const card = cards.find(({ ts }) => ts === quick["ts"]);
      return contentOf(card ?? {}).includes("decide_approve") ? undefined : true;
    });
    const clicked = await bob.act("action", clickOn(slow, APPROVALS, "decide_approve"));
    expect(clicked).toMatchObject({ acked: true });
    await see(alice, "C0GENERAL", /Completed/);

    await bot.kill();
    await bot.start();
    await run("slow");
    await see(bob, APPROVALS, /Slow question/);
    for (const [person, channel] of [
      [alice, "D0ALICE"],
      [carol, "D0CAROL"],
    ] as const) {
      const notes = (await person.messages(channel)).filter((one) =>
        /I was away/.test(contentOf(one)),
      );
      expect(notes).toHaveLength(1);
    }
  } finally {
    await bot[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
});
