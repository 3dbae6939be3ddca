import { expect, test } from "vitest";
import { askWorkflow } from "../support/ask-workflow.ts";
import { TestBot } from "../support/bot.ts";
import { readingManifest } from "../support/slack-files.ts";

test("a workflow comes as a picture by direct message, with its steps in words", async () => {
  const manifest = await readingManifest("files:write");
  await using bot = await TestBot.start({ definitions: [askWorkflow()], manifest });

  const answer = await bot.slash("U0BOB", "graph ask");

  expect(answer).toMatch(/ask, version 1[\s\S]*\(Approval\)[\s\S]*in our direct messages/);
  const [call] = await bot.calls("files.getUploadURLExternal");
  expect(call).toMatchObject({
    args: {
      filename: "ask-v1.png",
      alt_txt: expect.stringContaining("Diagram of ask, version 1."),
    },
  });
  expect(await bot.slash("U0BOB", "graph ask 9")).toMatch(/no version 9/i);
  expect(await bot.slash("U0BOB", "graph nothing-like-it")).toMatch(/There is no run/);
});

test("without the right to send files the steps are there in words", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()] });

  expect(await bot.slash("U0BOB", "graph ask")).toMatch(/\(Approval\)[\s\S]*in words/);
});
