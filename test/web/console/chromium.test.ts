import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath } from "../../../simulator/test/page/browser.ts";
import { type RunningWeb, startWeb, untilStatus, waiting } from "../start-web.ts";

const API_TOKEN = "a-token-of-the-operator";
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = [390, 820, 1440];

/** Fails as long as the amount is zero. */
const failing = {
  id: "failing",
  name: "Failing",
  inputs: { amount: { type: "number", required: true } },
  steps: [{ id: "divide", type: "transform", config: { expression: "10 / variables.amount" } }],
};

/** The same, and waits afterwards. */
const resting = {
  ...{ ...failing, id: "resting", name: "Resting" },
  steps: [
    { ...failing.steps[0], next: "pause" },
    { id: "pause", type: "wait", config: { duration: "1h" } },
  ],
};

describe.skipIf(chromiumPath === undefined)(
  "the console in a browser (skipped where there is no Chromium)",
  () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: chromiumPath ?? "",
        args: ["--no-sandbox", "--disable-gpu"],
      });
    }, 60_000);
    afterAll(() => browser?.close());

    test("signs in, filters, opens a run, retries it with another value, and follows it", async () => {
      await using web = await openWeb();
      const failed = await start(web, "failing", { amount: 0 });
      await untilStatus(web.engine, failed, "failed");
      const page = await browser.newPage({ baseURL: web.url });
      const problems: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
      });

      await signIn(page, "/runs");
      await page.getByRole("link", { name: "Failed" }).click();
      await page.waitForURL(({ search }) => search === "?status=failed");
      await page.getByRole("rowheader").getByRole("link").click();
      await page.locator("#error").waitFor();
      await page.getByText("Retry", { exact: true }).first().click();
      await page.getByLabel("Values that are to be others").fill('{"amount": 5}');
      await page.getByRole("button", { name: "Retry" }).click();
      await page.locator(".head .status.completed").waitFor();
      expect(problems).toEqual([]);

      const open = await start(web, "waiting");
      await page.goto(`/runs/${open}`);
      await page.locator(".head .status.waiting").waitFor();
      await web.engine.executions.cancel(open, "api");
      await page.locator(".head .status.cancelled").waitFor();
      expect(problems).toEqual([]);
    }, 60_000);

    test("follows a run also on the page that says why a form was refused", async () => {
      await using web = await openWeb();
      const executionId = await start(web, "resting", { amount: 0 });
      await untilStatus(web.engine, executionId, "failed");
      const page = await browser.newPage({ baseURL: web.url });
      await signIn(page, `/runs/${executionId}`);
      const retry = { executionId, by: "api", variables: { amount: 5 } };
      await web.engine.executions.retry({ ...retry, variableForm: "json" });
      await untilStatus(web.engine, executionId, "waiting");

      await page.getByText("Retry", { exact: true }).first().click();
      await page.getByRole("button", { name: "Retry" }).click();
      await page.getByRole("alert").waitFor();
      await page.locator(".head .status.waiting").waitFor();
      await web.engine.executions.cancel(executionId, "api");

      await page.locator(".head .status.cancelled").waitFor();
    }, 60_000);

    test("keeps a view of the list in the browser", async () => {
      await using web = await openWeb();
      const page = await browser.newPage({ baseURL: web.url });
      await signIn(page, "/runs?status=failed");

      await page.getByLabel("Name of this view").fill("What broke");
      await page.getByRole("button", { name: "Keep this view" }).click();
      await page.goto("/runs");
      await page.getByRole("link", { name: "What broke" }).click();

      await page.waitForURL(({ search }) => search === "?status=failed");
    }, 60_000);

    test.for(["light", "dark"] as const)(
      "can be used by everybody at every size: %s",
      { timeout: 120_000 },
      async (colorScheme) => {
        await using web = await openWeb();
        const failed = await start(web, "failing", { amount: 0 });
        await untilStatus(web.engine, failed, "failed");
        await start(web, "waiting");
        for (const width of SIZES) {
          const context = await browser.newContext({
            ...{ baseURL: web.url, colorScheme, bypassCSP: true },
            viewport: { width, height: 900 },
          });
          const page = await context.newPage();
          expect(await faults(page, "/sign-in")).toEqual([]);
          await signIn(page, "/");
          for (const path of ["/", "/runs", "/runs?label=x", `/runs/${failed}`])
            expect(await faults(page, path)).toEqual([]);
          await context.close();
        }
      },
    );

    test("leads past the navigation by the keyboard", async () => {
      await using web = await openWeb();
      const page = await browser.newPage({ baseURL: web.url });
      await signIn(page, "/runs");

      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");

      expect(await page.evaluate("document.activeElement.id")).toBe("content");
    }, 60_000);
  },
);

async function openWeb(): Promise<RunningWeb> {
  const web = await startWeb({ apiToken: API_TOKEN });
  for (const definition of [failing, resting, waiting])
    await web.engine.workflows.deploy(definition, { by: "cli" });
  return web;
}

async function start(web: RunningWeb, workflowId: string, variables = {}): Promise<string> {
  const { executionId } = await web.engine.executions.start({
    ...{ workflowId, variables, variableForm: "json" },
    trigger: { type: "api" },
  });
  return executionId;
}

async function signIn(page: Page, to: string): Promise<void> {
  await page.goto(to);
  await page.getByLabel("Token of the API").fill(API_TOKEN);
  await page.getByRole("button", { name: "Sign in with the token" }).click();
  await page.getByText("Sign out").waitFor();
}

/** What is wrong with a page for people with a disability, and whether it is wider than its window. */
async function faults(page: Page, path: string): Promise<readonly string[]> {
  await page.goto(path);
  await page.evaluate(AXE);
  const found: unknown = await page.evaluate(
    `axe.run(document, { resultTypes: ["violations"] }).then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes[0].target))`,
  );
  const isWider: unknown = await page.evaluate("document.documentElement.scrollWidth > innerWidth");
  return [
    ...(Array.isArray(found) ? found.map(String) : []),
    ...(isWider === true ? [`${path} is too wide`] : []),
  ];
}
