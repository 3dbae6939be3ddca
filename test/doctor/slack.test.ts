import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { BotProcess, botEnvironment } from "../support/bot-process.ts";
import { startConnectProxy } from "../support/connect-proxy.ts";
import { manifestWith } from "./altered-manifest.ts";
import { Examination } from "./examination.ts";

const MINUTE = 60_000;
const SIGNING_SECRET = "simulator";

describe("a workspace in which all is well", () => {
  test("Socket Mode: no problem and no warning, and nothing in Slack or on the disk is changed", async () => {
    await using doctor = await Examination.open();

    const results = await doctor.run();

    expect(results.with("problem")).toEqual([]);
    expect(results.with("warning")).toEqual([]);
    expect(results.with("unknown")).toEqual(["slack.settings"]);
    expect(results.text("slack.token")).toContain("@heddle in the workspace Heddle");
    expect(results.text("slack.scopes")).toMatch(/ok: all \d+ that the bot needs/);
    expect(results.text("slack.app_token")).toContain("Slack offers a connection");
    const { entries } = (await (await fetch(`${doctor.simulator.url}/sim/inspector`)).json()) as {
      entries: { type: string; method?: string }[];
    };
    // `conversations.list` and the like are the names that the shipped workflows have in them.
    const changing = entries.filter(
      ({ type, method }) => type !== "call" || /post|update|open$|publish/i.test(method ?? ""),
    );
    expect(changing.map(({ method }) => method)).toEqual(["apps.connections.open"]);
    await expect(readFile(doctor.dataDir)).rejects.toThrow("ENOENT");
  });

  test("HTTP mode: the bot that runs is found, with its signing secret and its store", async () => {
    await using doctor = await Examination.open();
    await using bot = await BotProcess.start(doctor.simulator, {
      SLACK_APP_TOKEN: "",
      SLACK_SIGNING_SECRET: SIGNING_SECRET,
      DATA_DIR: doctor.dataDir,
    });
    const eventsUrl = `${bot.url}/slack/events`;
    const env = { SLACK_APP_TOKEN: "", PORT: new URL(bot.url).port };

    const same = await doctor.run({ ...env, SLACK_SIGNING_SECRET: SIGNING_SECRET }, { eventsUrl });
    const other = await doctor.run({ ...env, SLACK_SIGNING_SECRET: "not-this-one" });

    expect(same.with("problem")).toEqual([]);
    expect(same.text("port")).toMatch(/a bot has .* and is ready/);
    expect(same.text("port")).toContain("signed with this signing secret");
    expect(same.text("events_url")).toContain(`ok: ${eventsUrl} takes a request`);
    expect(same.text("store")).toMatch(/in use by process \d+/);
    expect(other.text("port")).toContain("problem: the bot refuses a request");
    expect(other.text("events_url")).toContain("unknown: Not checked");
  });
});

test("behind a proxy Slack is reached through it, and its clock is read all the same", async () => {
  await using doctor = await Examination.open();
  await using proxy = await startConnectProxy();

  const results = await doctor.run({ HTTP_PROXY: proxy.url, NODE_USE_ENV_PROXY: "1" });

  const there = new URL(proxy.url).host;
  expect(results.text("proxy")).toBe(`ok: Slack is reached through ${there}\n`);
  expect(results.text("slack.token")).toContain("@heddle");
  expect(results.text("slack.app_token")).toContain("Slack offers a connection");
  expect(results.text("clock")).toContain("ok: within");
  expect(new Set(proxy.asked)).toEqual(new Set([new URL(doctor.simulator.url).host]));
});

describe("what is wrong at Slack", () => {
  test("a revoked bot token: said once, with what to do; the checks that need it say so", async () => {
    await using doctor = await Examination.open();
    await doctor.fault({ target: "slack", method: "auth.test", error: "token_revoked" });

    const results = await doctor.run();

    expect(results.text("slack.token")).toContain("Slack refuses SLACK_BOT_TOKEN (token_revoked).");
    expect(results.text("slack.token")).toContain("Bot User OAuth Token");
    expect(results.text("slack.scopes")).toContain("needs a bot token that Slack takes");
    expect(results.with("problem")).toEqual(["slack.token"]);
  });

  test("a missing scope: which one, and the line to add", async () => {
    const manifest = await manifestWith((scopes) =>
      scopes.filter((scope) => !["users:read", "reactions:read"].includes(scope)),
    );
    await using doctor = await Examination.open({ manifest });

    const results = await doctor.run();

    expect(results.with("problem")).toEqual(["slack.scopes"]);
    expect(results.text("slack.scopes")).toContain("      - reactions:read\n      - users:read\n");
    expect(results.text("slack.scopes")).toContain("install the app anew");
  });

  test("a wrong app token, and one without its scope", async () => {
    await using doctor = await Examination.open();

    const wrong = await doctor.run({ SLACK_APP_TOKEN: "xapp-1-A0OTHER-1-abc" });
    await doctor.fault({
      target: "slack",
      method: "apps.connections.open",
      error: "missing_scope",
    });
    const bare = await doctor.run();

    expect(wrong.text("slack.app_token")).toContain(
      "Slack refuses SLACK_APP_TOKEN (invalid_auth).",
    );
    expect(wrong.text("slack.app_token")).toContain("belongs to the app A0OTHER");
    expect(wrong.text("slack.app_token")).not.toContain("xapp-1");
    expect(bare.text("slack.app_token")).toContain("connections:write");
  });

  test("no Slack at the address", async () => {
    await using doctor = await Examination.open();

    const results = await doctor.run({ SLACK_API_URL: "http://127.0.0.1:9/api/" });

    expect(results.with("problem")).toEqual(["slack.token", "slack.app_token"]);
    expect(results.text("slack.token")).toContain("SLACK_API_URL names the right address");
  });

  test("a Slack that never answers ends with the time limit", async () => {
    await using doctor = await Examination.open();
    await doctor.fault({ target: "slack", method: "auth.test", connection: "hang", times: 5 });

    const results = await doctor.run();

    expect(results.text("slack.token")).toContain("problem: ");
    expect(results.all.every(({ ms }) => ms < 31_000)).toBe(true);
  }, 40_000);

  test("a clock that is off, and what it breaks", async () => {
    await using doctor = await Examination.open();
    const by = (ms: number) => doctor.run({}, { now: () => Date.now() + ms });

    const ahead = await by(10 * MINUTE);
    const slightly = await by(-MINUTE);

    expect(ahead.text("clock")).toMatch(/problem: The clock is (599|600) s ahead of Slack's/);
    expect(ahead.text("clock")).toContain("time synchronization");
    expect(slightly.text("clock")).toMatch(/warning: The clock is \d\d s behind Slack's/);
  });

  test("people whom the configuration names and who are no members", async () => {
    await using doctor = await Examination.open();

    const results = await doctor.run({ ADMINS: "U0ALICE,U0NOBODY" });

    expect(results.text("people")).toContain("ADMINS names U0NOBODY, who is not a member");
    expect(results.text("people")).not.toContain("U0ALICE");
  });

  test("a command that the manifest does not declare", async () => {
    await using doctor = await Examination.open();

    const results = await doctor.run({ SLASH_COMMAND: "/flow" });

    expect(results.text("slack.settings")).toContain("/flow");
    expect(results.with("warning")).toContain("slack.settings");
  });
});

test("the environment of a bot of the tests is one the doctor finds complete", async () => {
  await using doctor = await Examination.open();

  const results = await doctor.run(
    Object.fromEntries(
      Object.entries(botEnvironment(doctor.simulator)).map(([name, value]) => [name, value ?? ""]),
    ),
  );

  expect(results.text("configuration")).toContain("ok: complete: Socket Mode");
});
