import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath } from "./browser.ts";
import { type PageSetup, startPage } from "./start-page.ts";

describe.skipIf(chromiumPath === undefined)("modals and Home on the page", () => {
  let setup: PageSetup;
  let alice: Page;

  beforeAll(async () => {
    setup = await startPage();
    alice = await setup.audience.openAs("U0ALICE");
  });

  afterAll(async () => {
    await setup[Symbol.asyncDispose]();
  });

  async function openModal(): Promise<void> {
    const box = alice.getByRole("textbox", { name: "Message #general" });
    await box.fill("/sample open");
    await box.press("Enter");
    await alice.getByRole("dialog", { name: "Every input" }).waitFor();
  }

  async function choose(label: string, ...names: string[]): Promise<void> {
    await alice.getByRole("combobox", { name: new RegExp(`^${label} `) }).click();
    for (const name of names) await alice.getByRole("option", { name }).click();
    if (names.length > 1) await alice.keyboard.press("Escape");
  }

  test("missing and wrong values are told under their fields, also those that the app refuses", async () => {
    await openModal();
    const dialog = alice.getByRole("dialog", { name: "Every input" });
    await dialog.getByRole("button", { name: "Send" }).click();
    await dialog.locator('[data-block-id="reason"]').getByRole("alert").waitFor();

    expect(await dialog.getByRole("alert").count()).toBe(16);
    expect(await dialog.getByLabel("Reason").getAttribute("aria-invalid")).toBe("true");
    expect(await dialog.locator(":focus").getAttribute("aria-labelledby")).toContain("reason");
  });

  test("a modal with every kind of input arrives as it was filled in", async () => {
    const dialog = alice.getByRole("dialog", { name: "Every input" });
    await dialog.getByLabel("Reason").fill("because");
    await dialog.getByLabel("Story").fill("Two\nlines");
    await dialog.getByLabel("Amount").fill("640.5");
    await dialog.getByLabel("Mail").fill("bob@heddle.example");
    await dialog.getByLabel("Link").fill("https://heddle.example/x");
    await choose("Color", "Green");
    await choose("Colors", "Red", "Blue");
    await choose("Person", "Bob Brown");
    await choose("Channel", "#finance");
    await choose("Place", "#support");
    await dialog.getByLabel("Day").fill("2026-12-24");
    await dialog.getByLabel("Hour").fill("09:30");
    await dialog.getByLabel("Moment").fill("2026-12-24T09:30");
    await dialog.getByRole("group", { name: "Checks" }).getByLabel("Red").check();
    await dialog.getByRole("group", { name: "Checks" }).getByLabel("Blue").check();
    await dialog.getByRole("radiogroup", { name: "Radio" }).getByLabel("Green").check();
    await dialog.getByLabel("Essay").fill("Words");
    await dialog.getByRole("button", { name: "Send" }).click();
    await dialog.getByText("Give a better reason.").waitFor();
    await dialog.getByLabel("Reason").fill("it is needed");
    await dialog.getByRole("button", { name: "Send" }).click();
    await dialog.waitFor({ state: "detached" });

    expect(setup.submitted[0]).toMatchObject({
      reason: { text: { value: "it is needed" } },
      story: { text: { value: "Two\nlines" } },
      amount: { number: { value: "640.5" } },
      mail: { email: { value: "bob@heddle.example" } },
      link: { url: { value: "https://heddle.example/x" } },
      color: { one: { selected_option: { value: "green" } } },
      colors: { many: { selected_options: [{ value: "red" }, { value: "blue" }] } },
      person: { user: { selected_user: "U0BOB" } },
      channel: { channel: { selected_channel: "C0FINANCE" } },
      place: { conversation: { selected_conversation: "C0SUPPORT" } },
      day: { date: { selected_date: "2026-12-24" } },
      hour: { time: { selected_time: "09:30" } },
      moment: { moment: { selected_date_time: Date.UTC(2026, 11, 24, 9, 30) / 1_000 } },
      checks: { checks: { selected_options: [{ value: "red" }, { value: "blue" }] } },
      radio: { radio: { selected_option: { value: "green" } } },
      essay: { essay: { rich_text_value: { type: "rich_text" } } },
    });
  });

  test("Escape closes a modal and gives the page back", async () => {
    await openModal();
    await alice.keyboard.press("Escape");
    await alice.getByRole("dialog").waitFor({ state: "detached" });

    expect(await alice.getByRole("textbox", { name: "Message #general" }).isEnabled()).toBe(true);
  });

  test("Home shows what the app published and changes while it is open", async () => {
    await alice.getByRole("link", { name: "Sample" }).click();
    await alice.getByRole("heading", { name: "Costs", exact: true }).waitFor();
    await alice.getByRole("button", { name: "Refresh" }).click();
    await alice.getByRole("heading", { name: "Costs, refreshed" }).waitFor();
    await alice.getByRole("tab", { name: "Messages" }).click();

    await alice.getByRole("textbox", { name: "Message Sample" }).waitFor();
  });
});
