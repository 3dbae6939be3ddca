import { WebClient } from "@slack/web-api";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { CLIENT_ID, CLIENT_SECRET } from "../../../simulator/identity.ts";
import { systemClock } from "../../../src/engine/ports/clock.ts";
import { SlackSignIn } from "../../../src/slack/sign-in.ts";
import { createWebServer } from "../../../src/web/server.ts";
import { askWorkflow } from "../../support/ask-workflow.ts";
import { TestBot } from "../../support/bot.ts";
import { until } from "../../support/until.ts";
import { Browser } from "./browser.ts";

/** The console before the simulator, where people can sign in with Slack. */
async function openConsole(
  credentials: { clientSecret?: string; clientId?: string } = {},
  more: { publicUrl?: string } = {},
) {
  const stack = new AsyncDisposableStack();
  const bot = stack.use(await TestBot.start({ definitions: [askWorkflow()] }));
  const { apiUrl } = bot.simulator;
  const web = createWebServer({
    engine: bot.engine,
    ...{ host: "127.0.0.1", port: 0, apiToken: "a-token-of-the-operator" },
    ...{ logger: pino({ level: "silent" }), ...more },
    signIn: new SlackSignIn({
      ...{ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, apiUrl, clock: systemClock },
      ...credentials,
      fetch: (url, init) => fetch(url, init),
      client: new WebClient("xoxb-simulator", { slackApiUrl: apiUrl }),
    }),
  });
  stack.defer(() => web.stop());
  const url = `http://127.0.0.1:${(await web.start()).port}`;
  return { bot, url, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Goes through Slack's pages as one of its people. @returns where Slack sends the browser back to. */
async function throughSlack(browser: Browser, person: string, to = "/"): Promise<string> {
  const sent = await browser.open(`/sign-in/slack?${new URLSearchParams({ to }).toString()}`);
  const asked = await fetch(sent.headers.get("location") ?? "");
  const link = new RegExp(`href="([^"]*user=${person})"`).exec(await asked.text())?.[1] ?? "";
  const allowed = await fetch(new URL(link.replaceAll("&amp;", "&"), asked.url), {
    redirect: "manual",
  });
  const back = new URL(allowed.headers.get("location") ?? "");
  return `${back.pathname}${back.search}`;
}

describe("signing in with Slack", () => {
  test("works from an address that is too long for a cookie, and leads to the start page", async () => {
    await using site = await openConsole();
    const browser = new Browser(site.url);
    const to = `/runs?label=${"a".repeat(5000)}`;

    const path = await throughSlack(browser, "U0BOB", to);
    const kept = browser.cookies.get("heddle-sign-in") ?? "";
    const back = await browser.open(path);

    expect(kept.length).toBeLessThan(4000);
    expect(back.headers.get("location")).toBe("/");
  });

  test("leads back to the public address, also where a proxy names this machine as the host", async () => {
    await using site = await openConsole({}, { publicUrl: "https://heddle.example.com" });

    const sent = await new Browser(site.url).open("/sign-in/slack");

    const asked = new URL(sent.headers.get("location") ?? "").searchParams;
    expect(asked.get("redirect_uri")).toBe("https://heddle.example.com/sign-in/slack/callback");
  });

  test("makes one the person that Slack says, and leads to where one wanted to go", async () => {
    await using site = await openConsole();
    const browser = new Browser(site.url);

    const back = await browser.open(await throughSlack(browser, "U0BOB", "/runs?status=failed"));

    expect(back.headers.get("location")).toBe("/runs?status=failed");
    const { text } = await browser.open("/");
    expect(text).toContain("bob");
    expect(text).toContain("Sign out");
    expect(text).not.toContain(">admin<");
  });

  test.for([
    ["a guest", "U0DAVE"],
    ["a person of another organization", "U0ERIN"],
  ] as const)("is not for %s", async ([, person]) => {
    await using site = await openConsole();
    const browser = new Browser(site.url);

    const { status, text } = await browser.open(await throughSlack(browser, person));

    expect(status).toBe(401);
    expect(text).toContain("for members of this workspace");
    expect(browser.cookies.has("heddle-session")).toBe(false);
  });

  test("takes no code that was meant for another browser, twice, or without asking", async () => {
    await using site = await openConsole();
    const [alice, mallory] = [new Browser(site.url), new Browser(site.url)];
    await mallory.open("/sign-in/slack");
    const back = await throughSlack(alice, "U0ALICE");

    expect((await mallory.open(back)).status).toBe(401);
    expect((await alice.open(back)).status).toBe(303);
    expect((await alice.open(back)).status).toBe(401);
    expect((await mallory.open("/sign-in/slack/callback?code=x")).status).toBe(401);
    expect(mallory.cookies.has("heddle-session")).toBe(false);
  });

  test("takes nothing that was signed for another sign-in of the same browser", async () => {
    await using site = await openConsole();
    const browser = new Browser(site.url);
    const first = new URLSearchParams((await throughSlack(browser, "U0ALICE")).split("?")[1]);
    const second = new URLSearchParams((await throughSlack(browser, "U0ALICE")).split("?")[1]);
    const mixed = new URLSearchParams({
      code: first.get("code") ?? "",
      state: second.get("state") ?? "",
    });

    const { status, text } = await browser.open(`/sign-in/slack/callback?${mixed.toString()}`);

    expect(status).toBe(401);
    expect(text).toContain("belongs to another sign-in");
  });

  test("says that Slack refused the app's secret", async () => {
    await using site = await openConsole({ clientSecret: "wrong" });
    const browser = new Browser(site.url);

    const { status, text } = await browser.open(await throughSlack(browser, "U0ALICE"));

    expect(status).toBe(401);
    expect(text).toContain("bad_client_secret");
  });

  test("lets one decide what waits for one, and no one else", async () => {
    await using site = await openConsole();
    const { engine } = site.bot;
    const { executionId } = await engine.executions.start({
      ...{ workflowId: "ask", variables: {}, variableForm: "json" },
      trigger: { type: "manual", userId: "U0ALICE" },
    });
    await until(async () => ((await engine.approvals.listOpen(1)).length > 0 ? true : undefined));
    const [alice, bob] = [new Browser(site.url), new Browser(site.url)];
    await alice.open(await throughSlack(alice, "U0ALICE"));
    await bob.open(await throughSlack(bob, "U0BOB"));
    const form = (text: string) =>
      Object.fromEntries(
        ["request", "round", "hash"].map((name) => [
          name,
          new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? "",
        ]),
      );

    const page = await bob.open("/");
    const fields = { ...form(page.text), choice: "approve" };
    const refused = await alice.submit(
      await alice.open(`/runs/${executionId}`),
      `/runs/${executionId}/decide`,
      fields,
    );
    expect(refused.status).toBe(409);
    const decided = await bob.submit(page, `/runs/${executionId}/decide`, fields);

    expect(decided.status).toBe(303);
    const view = await until(async () => {
      const read = await engine.executions.get(executionId);
      return read.status === "completed" ? read : undefined;
    });
    expect(view.requests[0]?.votes[0]).toMatchObject({ by: "U0BOB", choice: "approve" });
  });
});
