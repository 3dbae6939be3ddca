import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath } from "./browser.ts";
import { card } from "./page-bot.ts";
import { type PageSetup, startPage } from "./start-page.ts";

const GENERAL = "C0GENERAL";

describe.skipIf(chromiumPath === undefined)("buttons, menus and commands on the page", () => {
  let setup: PageSetup;
  let alice: Page;
  let bob: Page;

  beforeAll(async () => {
    setup = await startPage();
    alice = await setup.audience.openAs("U0ALICE");
    bob = await setup.audience.openAs("U0BOB");
  });

  afterAll(async () => {
    await setup[Symbol.asyncDispose]();
  });

  async function postCard(): Promise<string> {
    const posted = await setup.client.chat.postMessage({
      channel: GENERAL,
      text: "Card",
      blocks: card,
    });
    return `main [data-ts="${posted.ts}"]`;
  }

  test("Bob's click on a button reaches the app, and everybody sees what it changed", async () => {
    const selector = await postCard();
    await bob.locator(selector).getByRole("button", { name: "Approve" }).click();

    await alice.locator(selector).getByText("approve by @Bob Brown").waitFor();
    expect(await bob.locator(selector).getByRole("button", { name: "Approve" }).count()).toBe(0);
    await alice
      .locator(selector)
      .getByRole("button", { name: /1 reply/ })
      .click();
    await alice.getByRole("complementary").getByText("Receipt: 2 steps").waitFor();
  });

  test("the tour ticks off what happened, in every tab", async () => {
    const tour = alice.getByRole("region", { name: "Tour" });
    for (const step of ["run", "decide", "receipt"]) {
      await tour
        .locator(`[data-tour-step="${step}"][data-done="true"]`)
        .waitFor({ state: "attached" });
    }
    await bob.getByRole("region", { name: "Tour" }).getByText("3 of 6").waitFor();
  });

  test("the Home tab that the app publishes stays, though an older answer comes after it", async () => {
    const carol = await setup.audience.openAs("U0CAROL");
    const published = Promise.withResolvers<void>();
    await carol.route(/\/sim\/home\?/, async (route) => {
      await published.promise;
      await route.fulfill({ json: { id: null, hash: null, blocks: [] } });
    });
    const answered = carol.waitForResponse(/\/sim\/home\?/);

    await carol.getByRole("link", { name: "Sample" }).click();
    const costs = carol.getByRole("heading", { name: "Costs" });
    await costs.waitFor();
    published.resolve();
    await answered;

    await carol.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
    expect(await costs.isVisible()).toBe(true);
    await carol.close();
  });

  test("a button with a confirm dialog does nothing until it is confirmed", async () => {
    const selector = await postCard();
    const reject = bob.locator(selector).getByRole("button", { name: "Reject" });
    await reject.click();
    const dialog = bob.getByRole("alertdialog", { name: "Reject the expense?" });
    await dialog.getByRole("button", { name: "Keep waiting" }).click();
    await dialog.waitFor({ state: "detached" });
    await reject.click();
    await dialog.getByRole("button", { name: "Reject it" }).click();

    await bob.locator(selector).getByText("reject by @Bob Brown").waitFor();
  });

  test("a menu is worked with the keyboard alone", async () => {
    const selector = await postCard();
    const menu = bob.locator(selector).getByRole("combobox", { name: /Delegate to/ });
    await menu.focus();
    await bob.keyboard.press("ArrowDown");
    await bob.getByRole("textbox", { name: "Search options" }).fill("da");
    await bob.keyboard.press("Enter");

    await bob.getByText("Delegated to dave").waitFor();
    expect(await menu.innerText()).toBe("Dave");
  });

  test("a click that the app does not acknowledge says so beside the button", async () => {
    const selector = await postCard();
    await bob.locator(selector).getByRole("button", { name: "Ignore" }).click();

    const complaint = bob.locator(selector).getByRole("alert");
    await complaint.waitFor();
    expect(await complaint.innerText()).toBe("Sample did not answer within 3 seconds. Try again.");
  });

  test("typing a slash offers the commands, and Enter completes and sends", async () => {
    const box = alice.getByRole("textbox", { name: "Message #general" });
    await box.pressSequentially("/sa");
    await alice.getByRole("option", { name: /\/sample/ }).waitFor();
    await box.press("Enter");
    expect(await box.inputValue()).toBe("/sample ");
    await box.pressSequentially("hi @b");
    await alice.getByRole("option", { name: /Bob Brown/ }).waitFor();
    await box.press("Tab");
    await box.press("Enter");

    await alice.getByText("You said: hi @Bob Brown").waitFor();
  });

  test("a command in a thread is refused", async () => {
    const parent = await setup.client.chat.postMessage({ channel: GENERAL, text: "Parent" });
    await alice.goto(`${setup.simulator.url}/?user=U0ALICE#${GENERAL}/${parent.ts}`);
    const box = alice.getByRole("complementary").getByRole("textbox");
    await box.fill("/sample hi");
    await box.press("Enter");

    await alice
      .getByRole("complementary")
      .getByText(/does not work in threads/)
      .waitFor();
  });

  test("shortcuts are found beside a message and under the slash", async () => {
    const posted = await setup.client.chat.postMessage({ channel: GENERAL, text: "A topic" });
    const message = bob.locator(`main [data-ts="${posted.ts}"]`);
    await message.hover();
    await message.getByRole("button", { name: "More actions" }).click();
    await bob.getByRole("menuitem", { name: /Make a request/ }).click();
    await bob.getByText("About: A topic").waitFor();
    await bob.getByRole("textbox", { name: "Message #general" }).pressSequentially("/new");
    await bob.getByRole("option", { name: /New request/ }).click();

    await bob.getByRole("dialog", { name: "Every input" }).waitFor();
    await bob.keyboard.press("Escape");
  });

  test("the page says that the bot is there, and when it is gone", async () => {
    await alice.getByText("Sample is connected").waitFor();
    setup.simulator.workspace.feed.publish({ type: "status", mode: "socket", connected: 0 });

    await alice.getByText("Sample is not connected").waitFor();
  });

  test("a chip puts its command into the box, ready to be sent", async () => {
    await bob.getByRole("button", { name: "/sample list" }).click();

    expect(await bob.locator("textarea:focus").inputValue()).toBe("/sample list");
  });

  test("somebody else is one click away, in the same place", async () => {
    await bob.getByRole("button", { name: /You are Bob Brown/ }).click();
    await bob.getByRole("menuitem", { name: /^CC Carol|^Carol/ }).click();

    await bob.getByRole("button", { name: /You are Carol Clark/ }).waitFor();
    expect(new URL(bob.url()).search).toBe("?user=U0CAROL");
    expect(new URL(bob.url()).hash).toBe(`#${GENERAL}`);
  });
});
