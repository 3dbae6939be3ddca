import { createHmac } from "node:crypto";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { createDatabaseService } from "../../src/services/database/database-service.ts";
import { tempFolder } from "../store/temp-folder.ts";
import { tsOf } from "../support/bot.ts";
import { Example } from "../support/example.ts";
import { json, startLoopbackServer } from "../support/loopback-server.ts";

const SECRETS = { DEPLOY_WEBHOOK: "secret-of-the-pipeline", CI_TOKEN: "token-of-the-pipeline" };
const BUILD = { build: "b-7", service: "shop", environment: "production", version: "1.4.0" };

/** What the pipeline sends, signed as GitHub signs. */
function announceBuild({ bot }: Example, fields: object) {
  const body = Buffer.from(JSON.stringify({ ...BUILD, ...fields }));
  const signature = createHmac("sha256", SECRETS.DEPLOY_WEBHOOK).update(body).digest("hex");
  return bot.engine.triggers.receiveWebhook({
    ...{ path: "/webhooks/deploy", query: "", isLocal: false, body },
    headers: {
      "content-type": "application/json",
      "x-hub-signature-256": `sha256=${signature}`,
    },
  });
}

test("a deployment continues when on-call agrees", async () => {
  await using ci = await startLoopbackServer((_request, response) => response.end("{}"));
  const instead = { "https://ci.example.com": ci.url };
  await using example = await Example.deploy("deploy-approval", { instead, secrets: SECRETS });

  await announceBuild(example, { author: "U0ALICE" });
  await example.decide("decide", "U0BOB", "approve");

  await example.bot.message("C0ENGINEERING", /shop 1.4.0 goes to production/);
  expect((await example.ended()).output).toEqual({ result: "deployed", build: "b-7" });
  expect(ci.received).toMatchObject([
    { url: "/api/builds/b-7/continue", headers: { authorization: "Bearer token-of-the-pipeline" } },
  ]);
});

test("who wrote the change does not decide, and a deployment that is refused is stopped", async () => {
  await using ci = await startLoopbackServer((_request, response) => response.end("{}"));
  const instead = { "https://ci.example.com": ci.url };
  await using example = await Example.deploy("deploy-approval", { instead, secrets: SECRETS });

  await announceBuild(example, { author: "U0ALICE" });
  const comment = "Not on a Friday";
  await expect(example.decide("decide", "U0ALICE", "reject", { comment })).rejects.toThrow(
    '"reason":"excluded"',
  );
  await example.decide("decide", "U0BOB", "reject", { comment });

  expect((await example.ended()).output).toEqual({ result: "stopped", build: "b-7" });
  expect(ci.received).toMatchObject([{ url: "/api/builds/b-7/cancel" }]);
});

test.for([
  ["approve", "Continue build b-7 by hand"],
  ["reject", "Cancel build b-7 by hand"],
] as const)(
  "a pipeline that refuses what follows from %s is left to on-call",
  async ([choice, says]) => {
    await using ci = await startLoopbackServer(json(400, {}));
    const instead = { "https://ci.example.com": ci.url };
    await using example = await Example.deploy("deploy-approval", { instead, secrets: SECRETS });

    await announceBuild(example, { author: "U0ALICE" });
    await example.decide("decide", "U0BOB", choice, { comment: "As agreed" });

    await example.bot.message("C0ONCALL", new RegExp(says));
    expect((await example.ended()).output).toEqual({ result: "by-hand", build: "b-7" });
  },
);

const publishRelease = ({ bot }: Example) =>
  bot.engine.triggers.publish({
    name: "release.published",
    payload: { version: "2.0", changes: "Dark mode\nFaster search" },
  });

test("notes of a release are announced as a person corrected them", async () => {
  await using example = await Example.deploy("release-notes");
  await example.modelSays("New: dark mode.");

  await publishRelease(example);
  const fields = { notes: "New: dark mode. Search is faster." };
  await example.decide("edit", "U0CAROL", "publish", { fields });

  await example.bot.message("C0GENERAL", /Search is faster/);
  expect((await example.ended()).output).toEqual({ result: "published", version: "2.0" });
});

test("without AI the notes are the changes, and nothing is announced that a person drops", async () => {
  await using example = await Example.deploy("release-notes");
  await example.modelRefuses();

  await publishRelease(example);
  await example.decide("edit", "U0CAROL", "drop");

  const view = await example.ended();
  expect(view.output).toEqual({ result: "dropped", version: "2.0" });
  expect(view.variables["notes"]).toBe("Dark mode\nFaster search");
  expect(await example.bot.messages("C0GENERAL")).toEqual([]);
});

/** In a test each second is the time of a schedule. */
const EACH_SECOND = "* * * * * *";

test("on-call is handed over by one person and taken by another", async () => {
  const instead = { "0 9 * * 1": EACH_SECOND };
  await using example = await Example.deploy("on-call-hand-over", { instead });

  await example.decide("hand-over", "U0BOB", "done", {
    comment: "The disk of db-2 is nearly full",
  });
  await expect(example.decide("take-over", "U0BOB", "take")).rejects.toThrow('"reason":"excluded"');
  await example.decide("take-over", "U0ALICE", "take");

  await example.bot.message("C0ONCALL", /<@U0BOB> hands over: The disk of db-2/);
  expect((await example.ended()).output).toEqual({ result: "handed-over", onCall: "U0ALICE" });
});

test("where nobody takes on-call the team hears of it", async () => {
  const instead = { "0 9 * * 1": EACH_SECOND };
  await using example = await Example.deploy("on-call-hand-over", { instead });

  await example.decide("hand-over", "U0BOB", "quiet");
  await example.decide("take-over", "U0ALICE", "swap", { comment: "I am on vacation" });

  await example.bot.message("C0ENGINEERING", /Nobody has taken over on-call/);
  expect((await example.ended()).output).toEqual({ result: "open" });
});

test.for([
  ["is summed up in its thread", true, { result: "summed-up", answers: 1 }],
  ["that nobody answers ends without a summary", false, { result: "nobody-answered", answers: 0 }],
] as const)("a stand-up %s", async ([, isAnswered, output]) => {
  // Long enough for an answer to be there in time on a busy machine.
  const hour = isAnswered ? '"6s"' : '"1s"';
  const instead = { "30 9 * * 1-5": EACH_SECOND, '"1h"': hour, '"jitter": "1m"': '"jitter": 0' };
  await using example = await Example.deploy("stand-up", { instead });
  const { bot } = example;
  const question = await bot.message("C0ENGINEERING", /Stand-up. Please answer/);
  const ts = tsOf(question);
  const answer = { user: "U0ALICE", channel: "C0ENGINEERING", thread_ts: ts };

  if (isAnswered) await bot.act("message", { ...answer, text: "Review of the cache blocks me" });

  expect((await example.ended()).output).toEqual(output);
  if (isAnswered) await bot.message("C0ENGINEERING", /Review of the cache/, ts);
});

test.for([
  ["keep", [{ percent: 5 }], { result: "kept", flag: "new-basket", percent: 5 }],
  [
    "back",
    [{ percent: 5 }, { percent: 0 }],
    { result: "switched-back", flag: "new-basket", percent: 0 },
  ],
] as const)("a flag is switched, and on-call says: %s", async ([choice, switched, output]) => {
  await using flags = await startLoopbackServer((_request, response) => response.end("{}"));
  await using example = await Example.deploy("feature-flag", {
    instead: { "https://flags.example.com": flags.url },
    secrets: { FLAGS_TOKEN: "token-of-the-flags" },
  });

  await example.bot.slash("U0ALICE", 'run feature-flag flag=new-basket percent=5 reason="A try"');
  await example.decide("watch", "U0BOB", choice);

  expect((await example.ended()).output).toEqual(output);
  expect(flags.received.map(({ body }) => JSON.parse(body))).toEqual(switched);
});

test("a flag that cannot be switched is left to on-call", async () => {
  await using flags = await startLoopbackServer(json(400, {}));
  await using example = await Example.deploy("feature-flag", {
    instead: { "https://flags.example.com": flags.url },
    secrets: { FLAGS_TOKEN: "token-of-the-flags" },
  });

  await example.bot.slash("U0ALICE", 'run feature-flag flag=new-basket percent=5 reason="A try"');

  await example.bot.message("C0ONCALL", /new-basket could not be switched to 5 percent/);
  expect((await example.ended()).output).toEqual({ result: "stuck", flag: "new-basket" });
});

test.for([
  ["approve", "pro", "done"],
  ["reject", "free", "rejected"],
] as const)("a change of data that a person answers with %s", async ([choice, plan, status]) => {
  await using folder = await tempFolder();
  const path = join(folder.path, "ops.db");
  using sql = new DatabaseSync(path, { timeout: 5000 });
  sql.exec(`CREATE TABLE accounts (id INTEGER PRIMARY KEY, plan TEXT);
    CREATE TABLE change_requests (id INTEGER PRIMARY KEY, account INTEGER, new_plan TEXT, reason TEXT, requested_by TEXT, status TEXT);
    INSERT INTO accounts VALUES (7, 'free')`);
  await using database = createDatabaseService({ urls: { ops: `sqlite:${path}` } });
  const instead = { '"10s"': '"1s"' };
  await using example = await Example.deploy("data-change-request", {
    ...{ instead, services: [database] },
  });

  // Rows from before the first look start nothing.
  const { kv } = example.bot.store;
  const key = "database-change:data-change-request:database-change-1";
  await example.bot.until(async () => (await kv.get(key)) ?? undefined);

  sql.exec("INSERT INTO change_requests VALUES (1, 7, 'pro', 'They paid', 'U0ALICE', 'new')");
  await example.decide("decide", "U0BOB", choice);

  expect((await example.ended()).output).toEqual({ result: status, account: 7 });
  expect(sql.prepare("SELECT plan FROM accounts").get()).toEqual({ plan });
  expect(sql.prepare("SELECT status FROM change_requests").get()).toEqual({ status });
});
