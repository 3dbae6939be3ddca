import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../support/until.ts";
import { chromiumPath } from "./browser.ts";
import { everyAction } from "./every-action.ts";
import { type PageSetup, startPage } from "./start-page.ts";

describe.skipIf(chromiumPath === undefined)("elements that act at once", () => {
  let setup: PageSetup;
  let bob: Page;
  let message: Locator;

  beforeAll(async () => {
    setup = await startPage();
    bob = await setup.audience.openAs("U0BOB");
    const { ts } = await setup.client.chat.postMessage({
      channel: "C0GENERAL",
      text: "Everything",
      blocks: everyAction,
    });
    message = bob.locator(`main [data-ts="${ts}"]`);
    await message.waitFor();
  });

  afterAll(async () => {
    await setup[Symbol.asyncDispose]();
  });

  /** The action as the app got it. */
  async function got(actionId: string): Promise<object> {
    const action = await until(async () => setup.actions.get(actionId));
    setup.actions.delete(actionId);
    return action;
  }

  async function choose(name: RegExp, option: string): Promise<void> {
    await message.getByRole("combobox", { name }).click();
    await bob.getByRole("option", { name: option }).click();
  }

  test("buttons and the “…” menu", async () => {
    await message.getByRole("button", { name: "Press" }).click();
    expect(await got("button")).toMatchObject({ type: "button", block_id: "buttons", value: "7" });

    await message.getByRole("button", { name: "More actions" }).first().click();
    await bob.getByRole("menuitem", { name: "Green" }).click();
    expect(await got("overflow")).toMatchObject({ selected_option: { value: "green" } });
  });

  test("menus of options, companies, people and places", async () => {
    await choose(/^Color(:|$)/, "Blue");
    expect(await got("static")).toMatchObject({ selected_option: { value: "blue" } });
    await choose(/^Company/, "Acme");
    expect(await got("external")).toMatchObject({
      selected_option: { value: "acme", text: { text: "Acme" } },
    });
    await choose(/^Person/, "Carol Clark");
    expect(await got("user")).toMatchObject({ selected_user: "U0CAROL" });
    await choose(/^Channel/, "#finance");
    expect(await got("channel")).toMatchObject({ selected_channel: "C0FINANCE" });
    await choose(/^Place/, "Alice Adams");
    expect(await got("place")).toMatchObject({ selected_conversation: "D0ALICEBOB" });
    await choose(/^Colors/, "Red");
    expect(await got("many")).toMatchObject({ selected_options: [{ value: "red" }] });
    await bob.keyboard.press("Escape");
  });

  test("days, hours and moments", async () => {
    await message.getByLabel("Day").fill("2026-12-24");
    expect(await got("day")).toMatchObject({ selected_date: "2026-12-24" });
    await message.getByLabel("Hour").fill("09:30");
    expect(await got("hour")).toMatchObject({ selected_time: "09:30" });
    await message.getByLabel("Select a date and time").fill("2026-12-24T09:30");
    expect(await got("moment")).toMatchObject({
      selected_date_time: Date.UTC(2026, 11, 24, 9, 30) / 1_000,
    });
  });

  test("radio buttons and checkboxes", async () => {
    await message.getByRole("radio", { name: "Green" }).check();
    expect(await got("radio")).toMatchObject({ selected_option: { value: "green" } });
    await message.getByRole("checkbox", { name: "Red" }).check();
    expect(await got("checks")).toMatchObject({ selected_options: [{ value: "red" }] });
    await message.getByRole("checkbox", { name: "Blue" }).check();
    expect(await got("checks")).toMatchObject({
      selected_options: [{ value: "red" }, { value: "blue" }],
    });
  });
});
