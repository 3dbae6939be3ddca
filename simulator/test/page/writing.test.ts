import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chromiumPath } from "./browser.ts";
import { type PageSetup, startPage } from "./start-page.ts";

const PICTURE = resolve(import.meta.dirname, "../../../docs/images/story.png");

describe.skipIf(chromiumPath === undefined)("what people write on the page", () => {
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

  function boxOf(page: Page): Locator {
    return page.getByRole("textbox", { name: "Message #general" });
  }

  function said(page: Page, text: string): Locator {
    return page.getByRole("main").getByRole("article").filter({ hasText: text });
  }

  test("Up takes the last message back into a box, and everybody sees what became of it", async () => {
    await boxOf(alice).fill("Ask @bob about <this>");
    await boxOf(alice).press("Enter");
    await said(bob, "Ask @Bob Brown about <this>").waitFor();
    await boxOf(alice).press("ArrowUp");
    const editor = alice.getByRole("textbox", { name: "Edit message" });
    expect(await editor.inputValue()).toBe("Ask @bob about <this>");
    await editor.fill("Ask @carol instead");
    await editor.press("Enter");

    await said(bob, "Ask @Carol Clark instead").getByText("(edited)").waitFor();
  });

  test("one's own message can be deleted, somebody else's cannot", async () => {
    await boxOf(alice).fill("A mistake");
    await boxOf(alice).press("Enter");
    await said(bob, "A mistake").hover();
    await said(bob, "A mistake").getByRole("button", { name: "More actions" }).click();
    await bob.getByRole("menuitem", { name: "Copy link" }).waitFor();
    expect(await bob.getByRole("menuitem", { name: /Delete|Edit/ }).count()).toBe(0);
    await bob.keyboard.press("Escape");

    await said(alice, "A mistake").hover();
    await said(alice, "A mistake").getByRole("button", { name: "More actions" }).click();
    await alice.getByRole("menuitem", { name: "Delete message…" }).click();
    await alice.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await said(bob, "A mistake").waitFor({ state: "detached" });
  });

  test("files go along with a message: pictures are shown, others can be downloaded", async () => {
    await alice.getByLabel("Attach files").setInputFiles([
      { name: "report.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n") },
      { name: "story.png", mimeType: "image/png", buffer: await readFile(PICTURE) },
    ]);
    await alice.getByRole("group", { name: "Files to send" }).getByText("story.png").waitFor();
    await boxOf(alice).fill("Two files");
    await boxOf(alice).press("Enter");

    const picture = said(bob, "Two files").getByRole("img", { name: "story.png" });
    await picture.waitFor();
    await expect
      .poll(() => picture.evaluate((element) => Reflect.get(element, "naturalWidth")))
      .toBeGreaterThan(0);
    const download = bob.waitForEvent("download");
    await said(bob, "Two files")
      .getByRole("link", { name: /report\.csv/ })
      .click();
    expect(await readFile(await (await download).path(), "utf8")).toBe("a,b\n");
    expect(await alice.getByRole("group", { name: "Files to send" }).count()).toBe(0);
  });

  test("the tools beside the box write marks, emoji and mentions", async () => {
    const box = boxOf(bob);
    await box.fill("bold");
    await box.selectText();
    await box.press("Control+b");
    expect(await box.inputValue()).toBe("*bold*");
    await bob.getByRole("button", { name: "Emoji" }).click();
    await bob.getByRole("textbox", { name: "Search emoji" }).fill("tada");
    await bob.keyboard.press("Enter");
    await bob.getByRole("button", { name: "Mention somebody" }).click();
    await bob.keyboard.type("ali");
    await bob.getByRole("option", { name: /Alice Adams/ }).click();
    expect(await box.inputValue()).toMatch(/:tada: @alice $/);
    await box.press("Enter");

    await said(alice, "🎉 @Alice Adams").waitFor();
  });

  test("a line that begins with a space and a slash is a message", async () => {
    await boxOf(bob).fill(" /sample is a command");
    await boxOf(bob).press("Enter");

    await said(alice, "/sample is a command").waitFor();
  });

  test("what two people write each other is theirs alone: the app cannot know", async () => {
    await bob.getByRole("navigation").getByRole("link", { name: "Alice Adams" }).click();
    const box = bob.getByRole("textbox", { name: "Message Alice Adams" });
    await box.fill("Between us");
    await box.press("Enter");
    await alice.getByRole("link", { name: "Bob Brown, 1 unread" }).click();
    await said(alice, "Between us").waitFor();

    expect(JSON.stringify(setup.simulator.workspace.traffic.list())).not.toContain("Between us");
    await expect(setup.client.conversations.history({ channel: "D0ALICEBOB" })).rejects.toThrow(
      "channel_not_found",
    );
    await expect(
      setup.client.chat.postMessage({ channel: "D0ALICEBOB", text: "Hello" }),
    ).rejects.toThrow("channel_not_found");
  });
});
