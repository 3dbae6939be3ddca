import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath } from "./browser.ts";
import { type PageSetup, startPage } from "./start-page.ts";

const GENERAL = "C0GENERAL";

describe.skipIf(chromiumPath === undefined)("conversations on the page", () => {
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

  test("what Alice types and sends stands in Bob's tab at once", async () => {
    const box = alice.getByRole("textbox", { name: "Message #general" });
    await box.fill("Hello *team*, ask @bob about #finance :tada:");
    await box.press("Enter");

    const message = bob.getByRole("article", { name: /Alice Adams/ }).filter({ hasText: "Hello" });
    await message.waitFor();

    expect(await message.locator("strong").innerText()).toBe("team");
    expect(await message.locator(".mention.me").innerText()).toBe("@Bob Brown");
    expect(await message.getByRole("link", { name: "#finance" }).count()).toBe(1);
    expect(await message.getByRole("img", { name: "tada emoji" }).innerText()).toBe("🎉");
    expect(await box.inputValue()).toBe("");
  });

  test("an update leaves the text in the box, the focus and the place in the list alone", async () => {
    const carol = await setup.audience.openAs("U0CAROL", "C0SUPPORT");
    for (let index = 0; index < 40; index += 1) {
      await setup.client.chat.postMessage({ channel: "C0SUPPORT", text: `Line ${index}` });
    }
    await carol.getByText("Line 39", { exact: true }).waitFor();
    const list = carol.getByRole("log");
    await list.evaluate((element) => element.scrollTo(0, 100));
    const box = carol.getByRole("textbox", { name: "Message #support" });
    await box.pressSequentially("half a thou");

    const last = await setup.client.chat.postMessage({ channel: "C0SUPPORT", text: "News" });
    await carol.locator(`[data-ts="${last.ts}"]`).waitFor({ state: "attached" });
    await carol.keyboard.type("ght");

    expect(await box.inputValue()).toBe("half a thought");
    expect(await list.evaluate((element) => element.scrollTop)).toBe(100);
    await carol.getByRole("button", { name: "Newest messages" }).click();
    await carol.getByRole("button", { name: "Newest messages" }).waitFor({ state: "hidden" });
    await carol.reload();
    expect(await box.inputValue()).toBe("half a thought");
  });

  test("an ephemeral message is shown to its reader alone and goes away on Dismiss", async () => {
    await setup.client.chat.postEphemeral({
      channel: GENERAL,
      user: "U0BOB",
      text: "Just for Bob",
    });
    const own = bob.getByRole("article").filter({ hasText: "Just for Bob" });
    await own.getByText("Only visible to you").waitFor();
    const marker = await setup.client.chat.postMessage({ channel: GENERAL, text: "For everybody" });
    await alice.locator(`[data-ts="${marker.ts}"]`).waitFor();

    expect(await alice.getByText("Just for Bob").count()).toBe(0);
    await own.getByRole("button", { name: "Dismiss message" }).click();
    await own.waitFor({ state: "detached" });
  });

  test("a thread opens at the right and takes replies", async () => {
    const parent = await setup.client.chat.postMessage({ channel: GENERAL, text: "Parent" });
    const message = alice.locator(`main [data-ts="${parent.ts}"]`);
    await message.hover();
    await message.getByRole("button", { name: "Reply in thread" }).click();
    const thread = alice.getByRole("complementary", { name: "Thread in #general" });
    await thread.getByRole("textbox").fill("A reply");
    await thread.getByRole("textbox").press("Enter");
    await thread.getByRole("article").filter({ hasText: "A reply" }).waitFor();

    const summary = bob
      .locator(`[data-ts="${parent.ts}"]`)
      .getByRole("button", { name: /1 reply/ });
    await summary.click();
    await bob.getByRole("complementary").getByText("A reply").waitFor();
    expect(await alice.getByRole("main").getByText("A reply").count()).toBe(0);
    await alice.keyboard.press("Escape");
    await thread.waitFor({ state: "detached" });
  });

  test("edits, deletions and reactions show in every tab", async () => {
    const sent = await setup.client.chat.postMessage({ channel: GENERAL, text: "First" });
    const ts = sent.ts ?? "";
    const inBobsTab = bob.locator(`main [data-ts="${ts}"]`);
    await inBobsTab.waitFor();
    await setup.client.reactions.add({ channel: GENERAL, timestamp: ts, name: "eyes" });
    await inBobsTab.getByRole("button", { name: /^eyes, 1/ }).click();
    await alice
      .locator(`[data-ts="${ts}"]`)
      .getByRole("button", { name: /^eyes, 2/ })
      .waitFor();
    await setup.client.chat.update({ channel: GENERAL, ts, text: "Second" });
    await inBobsTab.getByText("Second").waitFor();
    expect(await inBobsTab.getByText("(edited)").count()).toBe(1);

    await setup.client.chat.delete({ channel: GENERAL, ts });
    await inBobsTab.waitFor({ state: "detached" });
  });

  test("a channel somewhere else becomes bold, with a number when it speaks to the reader", async () => {
    const channels = alice.getByRole("navigation");
    await setup.client.chat.postMessage({ channel: "C0ONCALL", text: "Something" });
    await channels.getByRole("link", { name: "oncall-alerts, unread" }).waitFor();
    await setup.client.chat.postMessage({ channel: "C0APPROVALS", text: "<@U0ALICE> look" });
    await channels.getByRole("link", { name: "approvals, 1 unread" }).click();
    await channels.getByRole("link", { name: "approvals", exact: true }).waitFor();
    expect(await alice.getByRole("separator", { name: "New messages" }).count()).toBe(1);
  });

  test("more tabs of one browser than it opens connections are live at once, and each can send", async () => {
    const people = ["U0ALICE", "U0BOB", "U0CAROL", "U0DAVE", "U0ALICE", "U0BOB"];
    const tabs: Page[] = [];
    for (const person of people) tabs.push(await setup.audience.openAs(person));
    const box = tabs.at(-1)?.getByRole("textbox", { name: "Message #general" });
    await box?.fill("To all of you");
    await box?.press("Enter");

    for (const tab of tabs) await tab.getByText("To all of you").waitFor();
    await Promise.all(tabs.map((tab) => tab.close()));
  });

  test("text from outside never becomes markup", async () => {
    const text =
      '<b>bold</b> <img src=x onerror="window.broken = true"> <javascript:alert(1)|click>';
    const sent = await setup.client.chat.postMessage({
      channel: GENERAL,
      text,
      unfurl_links: false,
    });
    await alice.goto(`${setup.simulator.url}/?user=U0ALICE#${GENERAL}`);
    const message = alice.locator(`main [data-ts="${sent.ts}"]`);
    await message.waitFor();

    expect(await message.locator("b, .message-text img, a[href^=javascript]").count()).toBe(0);
    expect(await message.innerText()).toContain("<b>bold</b>");
  });

  test("the page asks no other host for anything and its scripts complain about nothing", () => {
    const own = new URL(setup.simulator.url).host;
    const foreign = setup.audience.requests.filter(
      (url) => !url.startsWith("data:") && new URL(url).host !== own,
    );

    expect(setup.audience.requests.length).toBeGreaterThan(20);
    expect(foreign).toEqual([]);
    expect(setup.audience.complaints).toEqual([]);
  });
});
