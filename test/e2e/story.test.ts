import { mkdir } from "node:fs/promises";
import { resolve } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSimulator, type Simulator } from "../../simulator/simulator.ts";
import { type Audience, chromiumPath, openAudience } from "../../simulator/test/page/browser.ts";
import { BotProcess } from "../support/bot-process.ts";

/** Where the pictures of the README are; they are made anew when `SCREENSHOTS` is set. */
const IMAGES = resolve(import.meta.dirname, "../../docs/images");

describe.skipIf(chromiumPath === undefined)("the main story, in a browser", () => {
  let simulator: Simulator;
  let bot: BotProcess;
  let audience: Audience;

  beforeAll(async () => {
    simulator = await openSimulator();
    bot = await BotProcess.start(simulator);
    audience = await openAudience(simulator);
  });

  afterAll(async () => {
    await audience[Symbol.asyncDispose]();
    await bot[Symbol.asyncDispose]();
    await simulator[Symbol.asyncDispose]();
  });

  test("Alice runs a workflow, AI screens, Bob approves, and the receipt stands in the thread", async () => {
    const alice = await audience.openAs("U0ALICE");
    const bob = await audience.openAs("U0BOB", "C0APPROVALS");
    await alice
      .getByRole("textbox", { name: /general/ })
      .fill('/workflow run expense-approval amount=640 item="Laptop stand"');
    await alice.keyboard.press("Enter");
    const card = alice.getByRole("main").locator("[data-ts]", { hasText: "Amount (USD)" }).first();
    await card
      .getByText(/needs-review/)
      .first()
      .waitFor();

    const asked = bob.getByRole("main").locator("[data-ts]", { hasText: "Laptop stand" }).first();
    await asked.getByRole("button", { name: "Approve" }).waitFor();
    await picture(bob, "approval.png");
    await asked.getByRole("button", { name: "Approve" }).click();

    await asked.getByText("Approved", { exact: true }).waitFor();
    expect(await asked.getByRole("button", { name: "Approve" }).count()).toBe(0);
    await card.getByRole("button", { name: /repl/ }).click();
    const thread = alice.getByRole("complementary");
    await thread.getByText(/Receipt/).waitFor();
    await thread
      .getByText(/\$0\.\d{4}/)
      .first()
      .waitFor();
    await card.getByText(/Completed/).waitFor();
    expect(audience.complaints).toEqual([]);
    expect(audience.requests.filter((url) => !url.startsWith(simulator.url))).toEqual([]);
    await picture(alice, "story.png");
    await lookInside(alice, bob);
  });
});

/** The inspector, and Home in the dark. */
async function lookInside(alice: Page, bob: Page): Promise<void> {
  await bob.emulateMedia({ colorScheme: "dark" });
  await bob.getByRole("link", { name: "Heddle" }).click();
  await bob.getByRole("heading", { name: /^Costs of/ }).waitFor();
  await picture(bob, "home.png");
  await alice.getByRole("button", { name: "Inspector" }).click();
  await alice.getByRole("button", { name: "Interactions" }).click();
  await alice.getByRole("button", { name: /→ block_actions/ }).click();
  await alice.getByText("Acknowledgement").waitFor();
  await picture(alice, "inspector.png");
}

async function picture(page: Page, name: string): Promise<void> {
  if (!process.env["SCREENSHOTS"]) return;
  await mkdir(IMAGES, { recursive: true });
  await page.screenshot({ path: resolve(IMAGES, name) });
}
