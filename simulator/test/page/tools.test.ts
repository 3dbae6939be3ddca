import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath } from "./browser.ts";
import { card } from "./page-bot.ts";
import { type PageSetup, startPage } from "./start-page.ts";

const GENERAL = "C0GENERAL";

describe.skipIf(chromiumPath === undefined)("the simulator's tools on the page", () => {
  let setup: PageSetup;
  let alice: Page;

  beforeAll(async () => {
    setup = await startPage();
    alice = await setup.audience.openAs("U0ALICE");
  });

  afterAll(async () => {
    await setup[Symbol.asyncDispose]();
  });

  test("the inspector shows a click's payload, its acknowledgement and the calls that followed", async () => {
    const posted = await setup.client.chat.postMessage({
      channel: GENERAL,
      text: "Card",
      blocks: card,
    });
    await alice.getByRole("button", { name: "Inspector" }).click();
    await alice
      .locator(`main [data-ts="${posted.ts}"]`)
      .getByRole("button", { name: "Approve" })
      .click();
    const traffic = alice.getByRole("list", { name: "Traffic, newest first" });
    await traffic.getByRole("button", { name: /← chat\.update #general/ }).waitFor();

    await traffic.getByRole("button", { name: /→ block_actions approve \d+ ms/ }).click();
    const entry = alice.getByRole("region", { name: "The chosen entry" });
    await entry.getByText(`"${posted.ts}"`).first().waitFor();
    expect(await entry.innerText()).toContain("by Alice Adams");
    await alice.getByRole("button", { name: "Interactions" }).click();
    await traffic.getByRole("button", { name: /chat\.update/ }).waitFor({ state: "detached" });
  });

  test("a fault is added, hits the next call, and is seen in the inspector", async () => {
    await alice.getByRole("tab", { name: "Faults" }).click();
    const form = alice.getByRole("form", { name: "Web API faults" });
    await form.getByLabel("Method").fill("chat.postMessage");
    await form.getByRole("combobox", { name: "Effect" }).selectOption("Error code");
    await form.getByRole("textbox", { name: "Code" }).fill("msg_too_long");
    await form.getByRole("button", { name: "Add" }).click();
    await alice.getByRole("button", { name: "Faults, 1 waiting" }).waitFor();

    await expect(
      setup.client.chat.postMessage({ channel: GENERAL, text: "Too long" }),
    ).rejects.toThrow("msg_too_long");
    await alice.getByRole("button", { name: "Faults", exact: true }).waitFor();
    await alice.getByRole("tab", { name: "Inspector" }).click();
    await alice.getByRole("button", { name: "Trouble" }).click();
    await alice.getByRole("button", { name: /chat\.postMessage.*msg_too_long/ }).waitFor();
  });

  test("a fault that makes no sense is refused in words, and one that waits can be taken back", async () => {
    await alice.getByRole("tab", { name: "Faults" }).click();
    const form = alice.getByRole("form", { name: "Delivery faults" });
    await form.getByLabel("Times").fill("0");
    await form.getByRole("button", { name: "Add" }).click();
    expect(await form.getByRole("alert").innerText()).toContain("times");

    await form.getByLabel("Times").fill("3");
    await form.getByRole("combobox", { name: "Effect" }).selectOption("Twice");
    await form.getByRole("button", { name: "Add" }).click();
    await alice.getByText("effect: duplicate").waitFor();
    await alice.getByRole("button", { name: /Take back: Delivery/ }).click();
    await alice.getByText("No fault waits").waitFor();
  });

  test("Escape closes the tools", async () => {
    await alice.getByRole("tab", { name: "Faults" }).press("Escape");
    await alice.getByRole("region", { name: "Simulator tools" }).waitFor({ state: "detached" });
  });

  test("Ctrl+K jumps to a place by its name, and Alt+Down goes on from there", async () => {
    await alice.keyboard.press("Control+k");
    await alice.getByRole("combobox", { name: "Channel or person" }).fill("fin");
    await alice.keyboard.press("Enter");
    await alice.getByRole("main", { name: "Channel finance" }).waitFor();
    await alice.keyboard.press("Alt+ArrowDown");

    await alice.getByRole("main", { name: "Channel support" }).waitFor();
  });
});
