import { expect, test } from "vitest";
import { type JsonObject, toObjects } from "../../simulator/json.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";
import { dialog } from "../support/dialogs.ts";
import { everythingShown } from "../support/everything-shown.ts";
import { quickClock } from "../support/quick-clock.ts";
import { readingManifest } from "../support/slack-files.ts";

const GENERAL = "C0GENERAL";
/** 200 lines, of which no message shows the last. */
const LONG: JsonObject = {
  id: "long",
  name: "Long",
  steps: [
    {
      id: "list",
      type: "foreach",
      config: {
        items: `[${Array.from({ length: 200 }, (_, index) => index + 1).join(",")}]`,
        as: "item",
        steps: [
          {
            id: "say",
            type: "transform",
            config: { expression: '"line " + string(variables.item)' },
          },
        ],
      },
      next: "all",
    },
    {
      id: "all",
      type: "transform",
      config: { expression: "stepResults.list.output.map(one, one.output)" },
    },
  ],
};

/** The right to upload is optional for the app; here it has it. */
async function start(): Promise<TestBot> {
  const manifest = await readingManifest("files:write");
  return TestBot.start({ definitions: [LONG], clock: quickClock(10), manifest });
}

/** Runs it. @returns its thread, when nothing is left to do. */
async function run(bot: TestBot): Promise<readonly JsonObject[]> {
  await bot.slash("U0ALICE", "run long");
  const card = await bot.until(async () =>
    (await bot.messages(GENERAL)).findLast((one) => /Completed/.test(contentOf(one))),
  );
  await bot.message(GENERAL, /Receipt/, tsOf(card));
  await everythingShown(bot);
  return bot.messages(GENERAL, tsOf(card));
}

function filesOf(thread: readonly JsonObject[]): readonly JsonObject[] {
  return thread.flatMap(({ files }) => toObjects(files));
}

/** Opens the whole result. @returns the dialog once it says this. */
async function openWhole(
  bot: TestBot,
  user: string,
  thread: readonly JsonObject[],
  pattern: RegExp,
): Promise<string> {
  const end = thread.find((one) => /Receipt/.test(contentOf(one))) ?? {};
  await bot.click(user, GENERAL, end, "show_result");
  return contentOf(await dialog(bot, user, pattern));
}

test("a result that is longer than a screen is a file in the thread, with its beginning and a button", async () => {
  await using bot = await start();
  const thread = await run(bot);
  const [file, ...others] = filesOf(thread);
  expect(others).toEqual([]);
  expect(file).toMatchObject({ name: expect.stringMatching(/^result-[0-9a-f]{5}\.json$/) });
  const { id } = file ?? {};
  const path = `/sim/file?user=U0ALICE&id=${typeof id === "string" ? id : ""}`;
  const bytes = await (await fetch(`${bot.simulator.url}${path}`)).text();
  expect(JSON.parse(bytes)).toHaveLength(200);
  const end = contentOf(thread.find((one) => /Receipt/.test(contentOf(one))) ?? {});
  expect(end).toContain("The beginning of the result");
  expect(end).not.toContain("line 200");
  expect(await openWhole(bot, "U0ALICE", thread, /line 1\b/)).toContain("line 200");
});

test("the whole result is refused to who may not see the run", async () => {
  await using bot = await start();
  const shown = await openWhole(bot, "U0CAROL", await run(bot), /You cannot see this run/);
  expect(shown).not.toContain("line 1");
});

test.for(["missing_scope", "file_uploads_disabled", "not_allowed"])(
  "after %s the button shows the result, and no other file is tried",
  async (error) => {
    await using bot = await start();
    const method = "files.getUploadURLExternal";
    await bot.act("faults", { target: "slack", method, error, times: 20 });
    const first = await run(bot);
    expect(filesOf(first)).toEqual([]);
    expect(await openWhole(bot, "U0ALICE", first, /line 1\b/)).toContain("line 200");
    await run(bot);
    expect(await bot.calls(method)).toHaveLength(1);
  },
);

test.for([
  ["the answer to its sharing is lost", "files.completeUploadExternal", true, { status: 500 }],
  ["its sharing fails", "files.completeUploadExternal", false, { status: 503 }],
  ["its sharing is limited", "files.completeUploadExternal", false, { retry_after: 1 }],
  ["its upload fails", "files.getUploadURLExternal", false, { status: 500 }],
] as const)("it is shared once though %s", async ([, method, applied, fault]) => {
  await using bot = await start();
  await bot.act("faults", { target: "slack", method, applied, ...fault, times: 1 });
  expect(filesOf(await run(bot))).toHaveLength(1);
});

test("it is shared once though the process ends while Slack shares it", async () => {
  await using bot = await start();
  const method = "files.completeUploadExternal";
  await bot.act("faults", { target: "slack", method, status: 500, applied: true, times: 1 });
  await bot.act("faults", {
    target: "slack",
    method: "conversations.replies",
    status: 503,
    times: 1,
  });
  await bot.slash("U0ALICE", "run long");
  const card = await bot.message(GENERAL, /Completed/);
  await bot.until(async () => ((await bot.calls(method)).length > 0 ? true : undefined));
  await bot.stopBot();
  await bot.startBot();
  await everythingShown(bot);
  expect(filesOf(await bot.messages(GENERAL, tsOf(card)))).toHaveLength(1);
});
