import { describe, expect, test } from "vitest";
import { type JsonObject, toObjects } from "../../simulator/json.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

const DM = "D0ALICE";
const BOBS = "D0BOB";
const WISH = "build me a workflow that asks @finance to approve purchases over $500 in #approvals";

async function connected(): Promise<TestBot> {
  return TestBot.start({ definitions: [], connected: true });
}

/** Writes to the bot. @returns the time stamp of the message. */
async function say(bot: TestBot, user: string, channel: string, text: string, threadTs?: string) {
  const sent = await bot.act("message", {
    user,
    channel,
    text,
    ...(threadTs !== undefined && { thread_ts: threadTs }),
  });
  return tsOf(sent);
}

/** Fills in what the example line of a message leaves open. */
function runLine(message: JsonObject): string {
  return /Run it: `@heddle (run [^`]+)`/.exec(contentOf(message).replaceAll('\\"', '"'))?.[1] ?? "";
}

describe("a workflow described in a direct message", () => {
  test("becomes a draft, is changed, survives a restart, is deployed by an admin, and runs", async () => {
    await using bot = await connected();
    const thread = await say(bot, "U0ALICE", DM, WISH);
    const draft = await bot.message(DM, /Draft: /, thread);
    const shown = contentOf(draft);
    for (const part of [
      "Steps",
      "What it changes outside",
      "#approvals",
      "<!subteam^S0FINANCE>",
      "Writing it cost $0.0",
    ])
      expect(shown).toContain(part);
    expect(await bot.engine.workflows.list()).toEqual([]);

    await bot.click("U0ALICE", DM, draft, "change_draft");
    await bot.until(async () =>
      (await bot.privates("U0ALICE", DM, thread)).find((text) => /Reply in this thread/.test(text)),
    );
    await bot.stopBot();
    await bot.startBot();
    await say(bot, "U0ALICE", DM, "make it two approvers", thread);
    const second = await bot.message(DM, /2 of them have to agree[\s\S]*round 2/, thread);
    await bot.message(DM, /Round 1 of the draft .* was replaced/, thread);
    await bot.stopBot();
    await bot.startBot();

    await bot.click("U0ALICE", DM, second, "deploy_draft");
    const deployed = await bot.message(
      DM,
      /was deployed as `[a-z0-9-]+` version 1 by <@U0ALICE>/,
      thread,
    );
    expect(contentOf(deployed)).not.toContain("deploy_draft");
    await bot.click("U0ALICE", DM, second, "deploy_draft");
    await bot.until(async () =>
      (await bot.privates("U0ALICE", DM, thread)).find((text) => /deployed already/.test(text)),
    );
    const [workflow, ...others] = await bot.engine.workflows.list();
    expect(others).toEqual([]);
    expect(workflow).toMatchObject({ version: 1 });

    const line = `${runLine(deployed)} amount=640 item=Chairs`;
    expect(await bot.slash("U0ALICE", line)).toContain("Started");
    const approval = await bot.message("C0APPROVALS", /Approval needed/);
    await bot.click("U0BOB", "C0APPROVALS", approval, "decide_approve");
    await bot.click("U0CAROL", "C0APPROVALS", approval, "decide_approve");
    await bot.message("C0APPROVALS", /:white_check_mark: Approved/);
    await bot.until(async () => {
      const { executions } = await bot.engine.executions.list({ status: "completed" });
      return executions[0];
    });
  });

  test("is not deployed by a member, who is told whom to ask; an admin finds it by its id", async () => {
    await using bot = await TestBot.start({
      definitions: [],
      connected: true,
      admins: ["U0CAROL"],
    });
    const thread = await say(
      bot,
      "U0BOB",
      BOBS,
      "Please make a workflow that posts the menu to #general",
    );
    const draft = await bot.message(BOBS, /Draft: /, thread);
    await bot.click("U0BOB", BOBS, draft, "deploy_draft");
    const refusal = await bot.until(async () =>
      (await bot.privates("U0BOB", BOBS, thread)).find((text) => /Only admins deploy/.test(text)),
    );
    expect(refusal).toContain("<@U0CAROL>");
    expect(await bot.engine.workflows.list()).toEqual([]);

    const id = /draft (draft_[0-9a-f]+)/.exec(refusal)?.[1] ?? "";
    expect(await bot.slash("U0BOB", `draft ${id}`)).toContain("Draft: ");
    await bot.slash("U0CAROL", `draft ${id}`);
    const copy = (await bot.messages("C0GENERAL", undefined, "U0CAROL")).at(-1) ?? {};
    await bot.click("U0CAROL", "C0GENERAL", copy, "deploy_draft");
    await bot.message(BOBS, /was deployed as .* by <@U0CAROL>/, thread);
    expect(await bot.engine.workflows.list()).toHaveLength(1);
  });

  test("is discarded by its owner, and nothing brings it back", async () => {
    await using bot = await connected();
    const thread = await say(bot, "U0ALICE", DM, WISH);
    const draft = await bot.message(DM, /Draft: /, thread);
    await bot.click("U0ALICE", DM, draft, "discard_draft");
    await bot.message(DM, /was discarded by <@U0ALICE>/, thread);
    await bot.click("U0ALICE", DM, draft, "deploy_draft");
    await bot.until(async () =>
      (await bot.privates("U0ALICE", DM, thread)).find((text) =>
        /was discarded already/.test(text),
      ),
    );
    await say(bot, "U0ALICE", DM, "make it two approvers", thread);
    await bot.message(DM, /was discarded already/, thread);
    expect(await bot.engine.workflows.list()).toEqual([]);
  });

  test("never becomes a version of somebody else's workflow", async () => {
    await using bot = await connected();
    const thread = await say(bot, "U0ALICE", DM, WISH);
    const draft = await bot.message(DM, /Draft: /, thread);
    const record = await bot.store.drafts.findInThread(DM, thread);
    const id = String(Object(record?.source)["id"]);
    const other = {
      id,
      name: "Other",
      steps: [{ id: "a", type: "wait", config: { duration: 1 } }],
    };
    expect(await bot.engine.workflows.deploy(other, { by: "test" })).toMatchObject({
      deployed: true,
    });
    await bot.click("U0ALICE", DM, draft, "deploy_draft");
    const answer = await bot.until(async () =>
      (await bot.privates("U0ALICE", DM, thread)).find((text) => /another workflow has/.test(text)),
    );
    expect(answer).toContain(`call it ${id}-2`);
    await say(bot, "U0ALICE", DM, `call it ${id}-2`, thread);
    const renamed = await bot.message(DM, /round 2/, thread);
    await bot.click("U0ALICE", DM, renamed, "deploy_draft");
    await bot.message(DM, new RegExp(`deployed as .${id}-2. version 1`), thread);
    expect((await bot.engine.workflows.get(id)).definition.name).toBe("Other");
  });

  test("is posted by itself when it cannot take the place of the note that it is being written", async () => {
    await using bot = await connected();
    const refusals = {
      "assistant.threads.setStatus": "missing_scope",
      "chat.update": "is_inactive",
    };
    for (const [method, error] of Object.entries(refusals))
      await bot.act("faults", { target: "slack", method, error, times: 10 });
    const thread = await say(bot, "U0ALICE", DM, WISH);
    await bot.message(DM, /Draft: /, thread);
  });

  test("is told of in a message where Slack shows no status", async () => {
    await using bot = await connected();
    await bot.act("faults", {
      target: "slack",
      method: "assistant.threads.setStatus",
      error: "missing_scope",
      times: 5,
    });
    const thread = await say(bot, "U0ALICE", DM, WISH);
    await bot.message(DM, /Draft: /, thread);
    expect(JSON.stringify(await bot.calls("chat.postMessage"))).toContain(
      "I am writing your workflow",
    );
  });

  test("is refused in the thread when the model is away, and written when told again", async () => {
    await using bot = await connected();
    await bot.act("faults", { target: "model", status: 503, times: 1 });
    const thread = await say(bot, "U0ALICE", DM, WISH);
    await bot.message(DM, /:warning:/, thread);
    await say(bot, "U0ALICE", DM, "within 2 days", thread);
    await bot.message(DM, /Draft: /, thread);
  });

  test.for([
    ["build me a workflow", /Say what the workflow should do/],
    ["what can you do?", /I run workflows/],
  ] as const)("gets an answer that helps: %s", async ([text, pattern]) => {
    await using bot = await connected();
    const ts = await say(bot, "U0ALICE", DM, text);
    await bot.until(async () =>
      [...(await bot.messages(DM)), ...(await bot.messages(DM, ts))].find((message) =>
        pattern.test(contentOf(message)),
      ),
    );
    expect(toObjects(await bot.calls("assistant.threads.setStatus"))).toEqual([]);
  });
});
