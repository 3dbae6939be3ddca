import axe from "axe-core";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath } from "./browser.ts";
import { everyAction } from "./every-action.ts";
import { card } from "./page-bot.ts";
import { type PageSetup, startPage } from "./start-page.ts";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

describe.skipIf(chromiumPath === undefined)("everybody can use the page", () => {
  let setup: PageSetup;

  beforeAll(async () => {
    setup = await startPage();
    const { ts } = await setup.client.chat.postMessage({
      channel: "C0GENERAL",
      text: "<@U0ALICE> *look* at `this`: <https://heddle.example|a link> :tada:",
    });
    await setup.client.chat.postMessage({
      channel: "C0GENERAL",
      thread_ts: ts ?? "",
      text: "A reply",
    });
    await setup.client.reactions.add({ channel: "C0GENERAL", timestamp: ts ?? "", name: "eyes" });
    for (const blocks of [card, everyAction])
      await setup.client.chat.postMessage({ channel: "C0GENERAL", text: "Card", blocks });
    await setup.client.chat.postEphemeral({
      channel: "C0GENERAL",
      user: "U0ALICE",
      text: "Just for Alice",
    });
  });

  afterAll(async () => {
    await setup[Symbol.asyncDispose]();
  });

  /** What axe finds to be wrong, in short: rule, how bad, where. */
  async function look(page: Page): Promise<unknown> {
    await page.evaluate(axe.source);
    const found: unknown = await page.evaluate(`axe.run(document, {
      runOnly: ${JSON.stringify(RULES)},
    }).then(({ violations }) => violations.map(({ id, impact, nodes }) => ({
      rule: id,
      impact,
      where: nodes.map(({ html }) => html.slice(0, 200)),
    })))`);
    return found;
  }

  for (const colorScheme of ["light", "dark"] as const) {
    test(`by the rules of WCAG 2.2 AA, in ${colorScheme}`, async () => {
      const alice = await setup.audience.openAs("U0ALICE");
      await alice.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      expect(await look(alice), "a channel").toEqual([]);

      await alice.getByRole("button", { name: /1 reply/ }).click();
      await alice.getByText("A reply").waitFor();
      expect(await look(alice), "a thread").toEqual([]);

      await alice.getByRole("button", { name: /You are Alice/ }).click();
      expect(await look(alice), "the menu of people").toEqual([]);
      await alice.keyboard.press("Escape");

      await alice.keyboard.press("Control+k");
      expect(await look(alice), "the jump field").toEqual([]);
      await alice.keyboard.press("Escape");

      await alice.getByRole("button", { name: "Inspector" }).click();
      await alice
        .getByRole("button", { name: /chat\.postMessage/ })
        .first()
        .click();
      expect(await look(alice), "the inspector").toEqual([]);
      await alice.getByRole("tab", { name: "Faults" }).click();
      expect(await look(alice), "the faults").toEqual([]);
      await alice.getByRole("button", { name: "Close the tools" }).click();

      await alice.getByRole("textbox", { name: "Message #general" }).fill("/sample open");
      await alice.getByRole("textbox", { name: "Message #general" }).press("Enter");
      const dialog = alice.getByRole("dialog", { name: "Every input" });
      await dialog.getByRole("button", { name: "Send" }).click();
      await dialog.getByRole("alert").first().waitFor();
      expect(await look(alice), "a modal with complaints").toEqual([]);
      await dialog.getByRole("combobox", { name: /^Color / }).click();
      expect(await look(alice), "a menu in a modal").toEqual([]);
      await alice.keyboard.press("Escape");
      await alice.keyboard.press("Escape");
      await dialog.waitFor({ state: "detached" });

      await alice.getByRole("link", { name: "Sample" }).click();
      await alice.getByRole("heading", { name: "Costs" }).waitFor();
      expect(await look(alice), "Home").toEqual([]);
      await alice.close();
    });
  }
});
