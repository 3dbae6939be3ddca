import { describe, expect, test } from "vitest";
import { type JsonObject, toObjects } from "../../simulator/json.ts";
import { TestBot, tsOf } from "../support/bot.ts";
import { readingManifest } from "../support/slack-files.ts";

const EXPENSE: JsonObject = {
  id: "expense",
  name: "Expense approval",
  inputs: { amount: { type: "number", required: true } },
  steps: [{ id: "note", type: "transform", config: { expression: "variables.amount * 2" } }],
};

/** What a person reads of the text that stands for the blocks. */
const linesOf = (answer: string): readonly string[] => (answer.split("\n[{")[0] ?? "").split("\n");

describe("the help", () => {
  test("fits one screen and has examples from what the person has", async () => {
    await using bot = await TestBot.start({ definitions: [EXPENSE] });
    await bot.slash("U0ALICE", "run expense amount=2");
    const [run] = (await bot.engine.executions.list({})).executions;
    const id = run?.executionId.replace("exec_", "").slice(0, 5) ?? "";

    const help = await bot.slash("U0ALICE", "help");
    const runs = await bot.slash("U0ALICE", "help runs");

    expect(linesOf(help).length).toBeLessThan(20);
    expect(help).toContain("`/workflow run expense`");
    expect(help).not.toContain("key=value");
    expect(runs).toContain(`/workflow status ${id}`);
    expect(runs).toContain(`/workflow why ${id}`);
  });

  test.for(["runs", "approvals", "drafts", "triggers", "costs", "access", "versions"])(
    "has the topic %s, also by other words and cases",
    async (topic) => {
      await using bot = await TestBot.start({ definitions: [EXPENSE] });

      const answer = await bot.slash("U0ALICE", `help ${topic.toUpperCase()}`);

      expect(answer).toMatch(/^\*[A-Z]/);
      expect(answer).toContain("For example");
      expect(linesOf(answer).length).toBeLessThan(20);
    },
  );

  test("shows members less than admins, and who may deploy a workflow what that takes", async () => {
    const own = { ...EXPENSE, permissions: { deploy: ["U0CAROL"] } };
    await using bot = await TestBot.start({ definitions: [own], admins: ["U0ALICE"] });

    const member = await bot.slash("U0BOB", "help versions");
    const builder = await bot.slash("U0CAROL", "help versions");
    const admin = await bot.slash("U0ALICE", "help");

    expect(member).toContain("versions &lt;id&gt;");
    expect(member).not.toContain("rollback &lt;id&gt;");
    expect(builder).toContain("rollback &lt;id&gt;");
    expect(admin).toMatch(/`rollback`[\s\S]*`prompts`/);
    expect(await bot.slash("U0ALICE", "help costs")).toContain("/workflow budget");
    expect(await bot.slash("U0BOB", "help costs")).not.toContain("/workflow budget");
  });

  test("of a guest says who may use the bot", async () => {
    await using bot = await TestBot.start({ definitions: [EXPENSE] });

    expect(await bot.slash("U0DAVE", "help")).toMatch(/for members of this workspace/);
  });
});

describe("services", () => {
  test("are listed with what they do, and one with its parameters", async () => {
    await using bot = await TestBot.start({ definitions: [], connected: true });

    expect(await bot.slash("U0ALICE", "services")).toMatch(/\*slack\*[\s\S]*sendMessage/);
    expect(await bot.slash("U0ALICE", "services Slack")).toMatch(
      /sendMessage\* \(changes something outside\)[\s\S]*channel: string/,
    );
    expect(await bot.slash("U0ALICE", "services slack2")).toMatch(
      /no service “slack2”[\s\S]*`\/workflow services slack`/,
    );
  });
});

describe("an export", () => {
  test("is a file in the person's direct messages, which can be deployed as it is", async () => {
    const manifest = await readingManifest("files:write");
    await using bot = await TestBot.start({ definitions: [EXPENSE], manifest });

    await bot.slash("U0ALICE", "export Expense approval");

    const [file] = await bot.until(async () =>
      (await bot.messages("D0ALICE")).map(({ files }) => toObjects(files)).find(([one]) => one),
    );
    expect(file).toMatchObject({ name: "expense-v1.json", title: "expense, version 1" });
    expect(await bot.messages("C0GENERAL")).toEqual([]);
  });

  test("stands in the answer where the app may send no files", async () => {
    await using bot = await TestBot.start({ definitions: [EXPENSE] });

    const answer = await bot.slash("U0ALICE", "export expense 1");

    expect(answer).toContain("variables.amount * 2");
  });

  test("of what is not there names what is", async () => {
    await using bot = await TestBot.start({ definitions: [EXPENSE] });

    expect(await bot.slash("U0ALICE", "export expens")).toMatch(/`\/workflow export expense`/);
    expect(await bot.slash("U0ALICE", "export expense 7")).toMatch(/no version 7/);
  });
});

describe("new", () => {
  test("has a draft written in the direct messages, from a channel", async () => {
    await using bot = await TestBot.start({ definitions: [], connected: true });

    const answer = await bot.slash(
      "U0ALICE",
      "new asks @finance to approve purchases over $500 in #approvals",
    );

    expect(answer).toMatch(/I am writing it[\s\S]*our direct messages/);
    const root = await bot.message("D0ALICE", /You asked for a workflow/);
    await bot.message("D0ALICE", /Draft: [\s\S]*deploy_draft/, tsOf(root));
    expect(await bot.messages("C0GENERAL")).toEqual([]);
  });

  test.for(["new", "new workflow", "new a workflow."])(
    "without a description asks for one: %s",
    async (text) => {
      await using bot = await TestBot.start({ definitions: [] });

      expect(await bot.slash("U0ALICE", text)).toMatch(/Say what it should do/);
    },
  );

  test("in a direct message is a draft in its thread", async () => {
    await using bot = await TestBot.start({ definitions: [], connected: true });

    const message = await bot.act("message", {
      ...{ user: "U0ALICE", channel: "D0ALICE" },
      text: "new: asks @finance to approve purchases over $500",
    });

    await bot.message("D0ALICE", /Draft: [\s\S]*deploy_draft/, tsOf(message));
  });
});

describe("a test of the decisions of a workflow", () => {
  test("says that there are no samples, and starts no run", async () => {
    await using bot = await TestBot.start({ definitions: [EXPENSE], admins: ["U0ALICE"] });

    expect(await bot.slash("U0ALICE", "test expense")).toMatch(
      /no labelled samples for the decisions of "expense"/,
    );
    expect(await bot.slash("U0BOB", "test expense")).toMatch(/may not evaluate the decisions/);
    expect(await bot.slash("U0ALICE", "test expense samples=999")).toMatch(/from 1 to 50/);
    expect((await bot.engine.executions.list({})).executions).toEqual([]);
  });

  test("asks for what people labelled and says how many are right", async () => {
    const sort = {
      ...{ id: "sort", name: "Sort" },
      inputs: { text: { type: "text", required: true } },
      steps: [
        {
          ...{ id: "decide", type: "ai-decision" },
          config: {
            prompt: "Classify this text into one of: billing, other.\nText: {{variables.text}}",
            outputFormat: "enum",
            allowedValues: ["billing", "other"],
          },
          next: { default: "end" },
        },
      ],
    };
    await using bot = await TestBot.start({
      ...{ definitions: [sort], admins: ["U0ALICE"], connected: true },
    });
    await bot.slash("U0ALICE", 'run sort text="My invoice is wrong"');
    const run = await bot.until(async () =>
      (await bot.engine.executions.list({ status: "completed" })).executions.at(0),
    );
    await bot.slash("U0ALICE", `label ${run.executionId} decide billing`);

    const answer = await bot.slash("U0ALICE", "test sort");

    expect(answer).toMatch(/`decide`: right 1 of 1/);
  });
});
