import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath } from "./browser.ts";
import { everyInput } from "./every-input.ts";
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

  /** Types into a menu whose options the app gives, and takes one. */
  async function search(label: string, typed: string, name: string): Promise<void> {
    await alice.getByRole("combobox", { name: new RegExp(`^${label} `) }).click();
    await alice.getByText("Type 2 characters to search").waitFor();
    await alice.getByRole("textbox", { name: "Search options" }).fill(typed);
    await alice.getByRole("option", { name }).click();
  }

  async function writeEssay(): Promise<void> {
    const dialog = alice.getByRole("dialog", { name: "Every input" });
    await dialog.getByRole("textbox", { name: "Essay" }).click();
    await alice.keyboard.type("Ask @bob ");
    await dialog.getByRole("button", { name: "Bold" }).click();
    await alice.keyboard.type("now");
    await dialog.getByRole("button", { name: "Bold" }).click();
    await alice.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Bulleted list" }).click();
    await alice.keyboard.type("one");
    await alice.keyboard.press("Enter");
    await alice.keyboard.type("two");
  }

  test("missing and wrong values are told under their fields, also those that the app refuses", async () => {
    await openModal();
    const dialog = alice.getByRole("dialog", { name: "Every input" });
    await dialog.getByRole("button", { name: "Send" }).click();
    await dialog.locator('[data-block-id="reason"]').getByRole("alert").waitFor();

    expect(await dialog.getByRole("alert").count()).toBe(everyInput.blocks.length);
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
    await search("Customer", "glo", "Globex");
    await choose("Partners", "Acme", "Initech");
    await choose("Person", "Bob Brown");
    await choose("People", "Alice Adams", "Carol Clark");
    await choose("Channel", "#finance");
    await choose("Channels", "#general", "#support");
    await choose("Place", "#support");
    await choose("Places", "#approvals", "Dave Davis");
    await dialog.getByLabel("Day").fill("2026-12-24");
    await dialog.getByLabel("Hour").fill("09:30");
    await dialog.getByLabel("Moment").fill("2026-12-24T09:30");
    await dialog.getByRole("group", { name: "Checks" }).getByLabel("Red").check();
    await dialog.getByRole("group", { name: "Checks" }).getByLabel("Blue").check();
    await dialog.getByRole("radiogroup", { name: "Radio" }).getByLabel("Green").check();
    await writeEssay();
    await dialog.getByLabel("Proof").setInputFiles({
      name: "proof.csv",
      mimeType: "text/csv",
      buffer: Buffer.from("a,b"),
    });
    await dialog.getByText("proof.csv").waitFor();
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
      customer: { customer: { selected_option: { value: "globex", text: { text: "Globex" } } } },
      partners: {
        partners: { selected_options: [{ value: "acme" }, { value: "initech" }] },
      },
      people: { users: { selected_users: ["U0ALICE", "U0CAROL"] } },
      channels: { channels: { selected_channels: ["C0GENERAL", "C0SUPPORT"] } },
      places: { conversations: { selected_conversations: ["C0APPROVALS", "D0ALICEDAVE"] } },
      proof: { proof: { files: [{ name: "proof.csv", size: 3 }] } },
    });
    expect(setup.submitted[0]?.["essay"]).toEqual({
      essay: {
        type: "rich_text_input",
        rich_text_value: {
          type: "rich_text",
          elements: [
            {
              type: "rich_text_section",
              elements: [
                { type: "text", text: "Ask " },
                { type: "user", user_id: "U0BOB" },
                { type: "text", text: " " },
                { type: "text", text: "now", style: { bold: true } },
              ],
            },
            {
              type: "rich_text_list",
              style: "bullet",
              indent: 0,
              elements: [
                { type: "rich_text_section", elements: [{ type: "text", text: "one" }] },
                { type: "rich_text_section", elements: [{ type: "text", text: "two" }] },
              ],
            },
          ],
        },
      },
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
