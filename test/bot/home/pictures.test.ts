import { expect, test } from "vitest";
import { toObjects } from "../../../simulator/json.ts";
import { DAY_MS, dayOf, NOTHING } from "../../../src/engine/model/totals.ts";
import { commit, head } from "../../store/records.ts";
import { TestBot } from "../../support/bot.ts";
import { ForwardClock } from "../../support/forward-clock.ts";
import { Home } from "../../support/home.ts";
import { readingManifest } from "../../support/slack-files.ts";

const MINUTE = 60_000;

/** Bob spent something yesterday. */
async function spend(bot: TestBot, id: string, costNano: number): Promise<void> {
  const hour = dayOf(Date.now()) - DAY_MS;
  const spent = { ...NOTHING, workflowId: "triage", hour, started: 1, costNano };
  await bot.store.executions.insert(
    head(id, { status: "completed", due: null, startedBy: "U0CAROL" }),
  );
  await bot.store.log.commit(
    commit(id, 1),
    head(id, { rev: 1, status: "completed", due: null }),
    [],
    [
      { ...spent, dimension: "workflow", name: "" },
      { ...spent, dimension: "person", name: "U0BOB" },
    ],
  );
}

function start(options = {}) {
  return TestBot.start({ definitions: [], ...options });
}

/** The file that Bob's Home shows as a picture; `null`: it shows none. */
async function pictureOf(home: Home): Promise<unknown> {
  const [image] = toObjects((await home.view())["blocks"]).filter(({ type }) => type === "image");
  return image === undefined ? null : toObjects([image["slack_file"] ?? null])[0]?.["id"];
}

test("the chart of costs is uploaded once, shown to the person, and replaced when the costs change", async () => {
  const clock = new ForwardClock();
  await using bot = await start({ manifest: await readingManifest("files:write"), clock });
  await spend(bot, "exec_1", 5_000_000);
  const home = new Home(bot, "U0BOB");
  expect(await home.open(/As of/)).toContain("30 days by workflow");

  await home.shows(/"image"/);

  const first = await pictureOf(home);
  const bytes = await fetch(`${bot.simulator.url}/sim/file?user=U0BOB&id=${String(first)}`);
  expect(bytes.headers.get("content-type")).toBe("image/png");
  const hidden = await fetch(`${bot.simulator.url}/sim/file?user=U0CAROL&id=${String(first)}`);
  expect(hidden.status).toBe(404);
  clock.forward(10 * MINUTE);
  await home.open(/"image"/);
  await spend(bot, "exec_2", 7_000_000);
  clock.forward(10 * MINUTE);
  await home.open(/"image"/);
  await bot.until(async () => ((await pictureOf(home)) === first ? undefined : true));
  expect(await bot.calls("files.completeUploadExternal")).toHaveLength(2);
  // The first one is deleted when no page shows it any more.
  await spend(bot, "exec_3", 9_000_000);
  clock.forward(90 * MINUTE);
  await home.open(/"image"/);
  await bot.until(
    async () => (await bot.calls("files.delete")).some(({ ok }) => ok === true) || undefined,
  );
});

test("members see the costs of their own runs, admins those of all", async () => {
  await using bot = await start();
  await spend(bot, "exec_1", 5_000_000);

  expect(await new Home(bot, "U0BOB").open(/Costs of your runs/)).toContain("$0.0050 · 1 run");
  const carol = await new Home(bot, "U0CAROL").open(/Costs of your runs/);
  expect(carol).not.toContain("$0.0050");
  expect(carol).not.toContain("triage");
  const alice = await new Home(bot, "U0ALICE").open(/Costs of all runs/);
  expect(alice).toMatch(/\$0\.0050 · 1 run.*"triage".*"user_id":"U0BOB"/);
});

test("without the right to upload, bars of text stay, and it is not tried again and again", async () => {
  await using bot = await start();
  await spend(bot, "exec_1", 5_000_000);
  const home = new Home(bot, "U0BOB");
  await home.open(/30 days by workflow/);
  await bot.until(async () => (await bot.calls("files.getUploadURLExternal")).length || undefined);
  await home.open(/30 days by workflow/);
  await home.open(/30 days by workflow/);

  expect(await bot.calls("files.getUploadURLExternal")).toHaveLength(1);
});

test("a chart that was deleted in Slack is left out, and drawn anew", async () => {
  const clock = new ForwardClock();
  await using bot = await start({ manifest: await readingManifest("files:write"), clock });
  await spend(bot, "exec_1", 5_000_000);
  const home = new Home(bot, "U0BOB");
  await home.open(/As of/);
  await home.shows(/"image"/);
  const first = String(await pictureOf(home));
  await fetch(`${bot.simulator.apiUrl}files.delete`, {
    method: "POST",
    headers: { authorization: "Bearer xoxb-simulator", "content-type": "application/json" },
    body: JSON.stringify({ file: first }),
  });

  await home.open(/30 days by workflow/);

  await home.shows(/"image"/);
  expect(await pictureOf(home)).not.toBe(first);
});

test("where Slack does not take the table, the chart is shown beside text, and is not uploaded anew", async () => {
  const clock = new ForwardClock();
  await using bot = await start({ manifest: await readingManifest("files:write"), clock });
  await spend(bot, "exec_1", 5_000_000);
  const home = new Home(bot, "U0BOB");
  const refuse = (times: number) =>
    bot.act("faults", {
      ...{ target: "slack", method: "views.publish", error: "invalid_blocks", times },
    });
  await refuse(1);
  await home.open(/By workflow/);
  expect(await home.shows(/"image"/)).not.toContain("data_table");
  const first = await pictureOf(home);

  // After an hour the table is tried again, with the chart and without it.
  clock.forward(61 * MINUTE);
  await refuse(2);
  expect(await home.open(/"image".*As of/)).not.toContain("data_table");
  const calls = await bot.calls("views.publish");
  expect(calls.filter(({ ok }) => ok !== true)).toHaveLength(3);

  expect(await pictureOf(home)).toBe(first);
  expect(await bot.calls("files.completeUploadExternal")).toHaveLength(1);
});
