import { describe, expect, test } from "vitest";
import { isJsonObject, type JsonObject, toObjects, toText } from "../../simulator/json.ts";
import { AppError } from "../../src/shared/errors.ts";
import { toIncomingFile } from "../../src/shared/file-value.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";
import { dialog, dialogClosed, dialogsOf, submit } from "../support/dialogs.ts";
import { Home } from "../support/home.ts";
import { interceptStore } from "../support/intercept-store.ts";
import { readingManifest, upload } from "../support/slack-files.ts";

/** A workflow that gives back what it was started with. */
const taking = (inputs: JsonObject, more: JsonObject = {}): JsonObject => ({
  id: "order",
  name: "Order a thing",
  inputs,
  steps: [{ id: "note", type: "transform", config: { expression: "variables" } }],
  ...more,
});

const NEEDED: JsonObject = {
  amount: { type: "number", label: "Amount (USD)", required: true, min: 1 },
  item: { type: "string", required: true },
  priority: { type: "select", options: ["low", "high"], default: "low" },
};

const FORM = /"callback_id":"run_form"/;

/** What the run of the workflow `order` began with, once there is one. */
async function started(bot: TestBot) {
  const { executionId } = await bot.until(async () => {
    const { executions } = await bot.engine.executions.list({
      workflowId: "order",
      status: "completed",
    });
    return executions[0];
  });
  return bot.engine.executions.get(executionId, "U0ALICE");
}

async function countRuns(bot: TestBot): Promise<number> {
  return (await bot.engine.executions.list({})).executions.length;
}

/** Types a command that is answered by a form. */
async function openByCommand(bot: TestBot, text = "run order", user = "U0ALICE") {
  await bot.act("slash", { user, channel: "C0GENERAL", command: "/workflow", text });
  return dialog(bot, user, FORM);
}

/** The elements of a dialog's fields by block id. */
function elementsOf(view: JsonObject): ReadonlyMap<string, JsonObject> {
  return new Map(
    toObjects(view["blocks"]).flatMap((block): [string, JsonObject][] =>
      isJsonObject(block["element"]) ? [[toText(block["block_id"]) ?? "", block["element"]]] : [],
    ),
  );
}

/** What stands in a field before anything is typed. */
const initialOf = (view: JsonObject, field: string): unknown => {
  const element = elementsOf(view).get(`field:${field}`) ?? {};
  return element["initial_value"] ?? element["initial_option"] ?? element["initial_user"];
};

describe("a field for a file", () => {
  const claim = taking({ receipt: { type: "file", required: true, accept: [".pdf"] } });
  const RECEIPT = new Uint8Array([37, 80, 68, 70, 0, 255]);

  test("brings what was uploaded into the run", async () => {
    const manifest = await readingManifest();
    await using bot = await TestBot.start({ definitions: [claim], manifest });
    const id = await upload(bot, "U0ALICE", "receipt.pdf", RECEIPT);

    const form = await openByCommand(bot);
    await submit(bot, "U0ALICE", form, { "field:receipt": [id] });
    await dialogClosed(bot, "U0ALICE");

    const { executionId, variables } = await started(bot);
    const type = "application/pdf";
    const { value } = toIncomingFile(RECEIPT, { name: "receipt.pdf", type, id });
    expect(variables).toEqual({ receipt: value });
    const { bytes } = await bot.engine.files.read(executionId, value.ref, "U0ALICE");
    expect([...bytes]).toEqual([...RECEIPT]);
  });

  test("says what is wrong with the file, and nothing is started", async () => {
    const manifest = await readingManifest();
    await using bot = await TestBot.start({ definitions: [claim], manifest });
    const id = await upload(bot, "U0ALICE", "receipt.exe", RECEIPT);

    const form = await openByCommand(bot);
    const outcome = await submit(bot, "U0ALICE", form, { "field:receipt": [id] });

    expect(JSON.stringify(outcome)).toMatch(/receipt\.exe.* is of the type/);
    expect(await countRuns(bot)).toBe(0);
  });

  test("says that the app may not read files", async () => {
    await using bot = await TestBot.start({ definitions: [claim] });
    const id = await upload(bot, "U0ALICE", "receipt.pdf", RECEIPT);

    const form = await openByCommand(bot);
    const outcome = await submit(bot, "U0ALICE", form, { "field:receipt": [id] });

    expect(JSON.stringify(outcome)).toContain("it lacks the scope files:read");
    expect(await countRuns(bot)).toBe(0);
  });

  test("takes no file of another person, whose id was typed", async () => {
    const manifest = await readingManifest();
    const two = taking({ receipt: { type: "file" }, amount: { type: "number", required: true } });
    await using bot = await TestBot.start({ definitions: [two], manifest });
    const id = await upload(bot, "U0BOB", "payslips.pdf", RECEIPT);
    const message = { user: "U0BOB", channel: "C0GENERAL", text: "look", files: [id] };
    await bot.act("message", message);

    const form = await openByCommand(bot, `run order receipt=${id}`);
    const values = { "field:amount": "1", "field:receipt": id };
    const outcome = await submit(bot, "U0ALICE", form, values);

    expect(JSON.stringify(outcome)).toContain("it was uploaded by another person");
    expect(await countRuns(bot)).toBe(0);
  });
});

describe("a command without its values", () => {
  test("opens a form, whose submission starts the workflow where it was typed", async () => {
    await using bot = await TestBot.start({ definitions: [taking(NEEDED)] });

    const form = await openByCommand(bot);
    expect(JSON.stringify(form)).toContain("Amount (USD)");
    const before = await countRuns(bot);
    await submit(bot, "U0ALICE", form, { "field:amount": "640", "field:item": "Laptop <stand>" });
    await dialogClosed(bot, "U0ALICE");

    const run = await started(bot);
    expect(before).toBe(0);
    expect(run.variables).toEqual({ amount: 640, item: "Laptop <stand>", priority: "low" });
    expect(run.trigger).toMatchObject({ type: "slash", userId: "U0ALICE", channel: "C0GENERAL" });
    await bot.message("C0GENERAL", /Completed/);
    await bot.until(async () =>
      (await bot.privates("U0ALICE", "C0GENERAL")).find((text) => /Started \*Order/.test(text)),
    );
  });

  test("keeps what was given, in its field", async () => {
    await using bot = await TestBot.start({ definitions: [taking(NEEDED)] });

    const form = await openByCommand(bot, 'run order item="A chair" priority=high');

    expect(initialOf(form, "item")).toBe("A chair");
    expect(initialOf(form, "priority")).toMatchObject({ value: "high" });
    expect(initialOf(form, "amount")).toBeUndefined();
  });

  test("shows a wrong value in words, with a button that opens the form", async () => {
    await using bot = await TestBot.start({ definitions: [taking(NEEDED)] });

    const answer = await bot.slash("U0ALICE", "run order amount=much item=Chair");
    expect(answer).toMatch(/`amount`: .*not a number/);
    const [card] = (await bot.messages("C0GENERAL", undefined, "U0ALICE")).filter((message) =>
      contentOf(message).includes("not a number"),
    );
    await bot.click("U0ALICE", "C0GENERAL", card ?? {}, "open_form");

    const form = await dialog(bot, "U0ALICE", FORM);
    expect(initialOf(form, "item")).toBe("Chair");
    expect(initialOf(form, "amount")).toBeUndefined();
  });

  test("is answered in words where Slack opens no dialog in time, and the button recovers it", async () => {
    await using bot = await TestBot.start({ definitions: [taking(NEEDED)] });
    await bot.act("faults", {
      ...{ target: "slack", method: "views.open", error: "expired_trigger_id" },
      times: 1,
    });

    const answer = await bot.slash("U0ALICE", "run order item=Chair");
    expect(answer).toMatch(/`amount`[\s\S]*missing[\s\S]*run order amount=1 item=Chair/);
    const [card] = (await bot.messages("C0GENERAL", undefined, "U0ALICE")).filter((message) =>
      contentOf(message).includes("was not started"),
    );
    await bot.click("U0ALICE", "C0GENERAL", card ?? {}, "open_form");

    expect(initialOf(await dialog(bot, "U0ALICE", FORM), "item")).toBe("Chair");
  });

  test("written to the bot, where no dialog can be opened, is answered with the button", async () => {
    await using bot = await TestBot.start({ definitions: [taking(NEEDED)] });

    await bot.act("message", { user: "U0ALICE", channel: "D0ALICE", text: "run order" });

    const answer = await bot.until(async () => {
      const channels = await bot.calls("chat.postMessage");
      return channels.length > 0 ? channels : undefined;
    });
    expect(JSON.stringify(answer)).toContain("open_form");
  });
});

describe("a form", () => {
  test("has a field of its own for each type of input, and gives its value", async () => {
    const inputs: JsonObject = {
      title: { type: "string", required: true },
      story: { type: "text" },
      amount: { type: "number" },
      count: { type: "integer" },
      urgent: { type: "boolean" },
      due: { type: "date" },
      size: { type: "select", options: ["S", "M"] },
      colors: { type: "multi-select", options: ["red", "green", "blue"] },
      who: { type: "user" },
      where: { type: "channel" },
      mail: { type: "email" },
      page: { type: "url" },
    };
    await using bot = await TestBot.start({ definitions: [taking(inputs)] });

    const form = await openByCommand(bot);
    const types = [...elementsOf(form)].map(([, { type }]) => type);
    expect(types).toEqual([
      ...["plain_text_input", "plain_text_input", "number_input", "number_input"],
      ...["static_select", "datepicker", "static_select", "multi_static_select"],
      ...["users_select", "conversations_select", "email_text_input", "url_text_input"],
    ]);
    const values: JsonObject = {
      title: "שלום עולם",
      story: "Line one\nLine two",
      amount: "12.5",
      count: "3",
      urgent: "yes",
      due: "2027-01-31",
      size: "M",
      colors: ["red", "blue"],
      who: "U0BOB",
      where: "C0RANDOM",
      mail: "bob@example.com",
      page: "https://example.com/a?b=1",
    };
    const fields = Object.entries(values).map(([name, value]) => [`field:${name}`, value]);
    await submit(bot, "U0ALICE", form, Object.fromEntries(fields));

    expect((await started(bot)).variables).toEqual({
      ...values,
      ...{ amount: 12.5, count: 3, urgent: true },
    });
  });

  test.for<readonly [string, JsonObject, JsonObject, string, RegExp]>([
    ["too small", { n: { type: "number", min: 5, required: true } }, { n: "2" }, "n", /below 5/],
    [
      "too long",
      { t: { type: "string", max: 3, required: true } },
      { t: "four" },
      "t",
      /above 3 characters/,
    ],
    [
      "of another form",
      { t: { type: "string", pattern: "^A-[0-9]+$", required: true } },
      { t: "B" },
      "t",
      /A-\[0-9\]/,
    ],
    [
      "of another form, as it was typed",
      { t: { type: "string", pattern: "^A$", description: "As <R&D> writes it", required: true } },
      { t: "<R&D>" },
      "t",
      /"<R&D>" does not have the expected form\. As <R&D> writes it\.$/,
    ],
    ["blank", { t: { type: "string", required: true } }, { t: "   " }, "t", /missing/],
  ])(
    "says under the field that its value is %s, and starts nothing",
    async ([, inputs, values, field, expected]) => {
      await using bot = await TestBot.start({ definitions: [taking(inputs)] });
      const form = await openByCommand(bot);
      const typed = Object.entries(values).map(([name, value]) => [`field:${name}`, value]);

      const outcome = await submit(bot, "U0ALICE", form, Object.fromEntries(typed));

      const { errors } = outcome;
      expect(isJsonObject(errors) ? errors[`field:${field}`] : "").toMatch(expected);
      expect(await countRuns(bot)).toBe(0);
    },
  );

  test("of a hundred inputs has three pages, and what is sensitive stands on the last", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `n${index}`);
    const inputs = Object.fromEntries(
      names.map((name, index) => [
        name,
        { type: "string", required: index % 50 === 0, sensitive: index === 0 },
      ]),
    );
    await using bot = await TestBot.start({ definitions: [taking(inputs)] });

    const first = await openByCommand(bot);
    expect(elementsOf(first).size).toBe(40);
    expect(elementsOf(first).has("field:n0")).toBe(false);
    await submit(bot, "U0ALICE", first, { "field:n1": "one" });
    const second = await dialog(bot, "U0ALICE", /Page 2 of 3/);
    await submit(bot, "U0ALICE", second, { "field:n50": "x".repeat(3000), "field:n41": "二" });
    const third = await dialog(bot, "U0ALICE", /Page 3 of 3/);
    expect(JSON.stringify(third)).not.toContain("xxxxxxxx");
    expect(await countRuns(bot)).toBe(0);
    await submit(bot, "U0ALICE", third, { "field:n0": "secret", "field:n99": "last" });

    expect((await started(bot)).variables).toMatchObject({
      ...{ n0: "secret", n1: "one", n41: "二", n50: "x".repeat(3000), n99: "last" },
      ...{ n2: null },
    });
  });

  test("that is submitted twice starts one run", async () => {
    await using bot = await TestBot.start({ definitions: [taking(NEEDED)] });
    const form = await openByCommand(bot);
    const values = { "field:amount": "1", "field:item": "x" };

    await Promise.all([1, 2].map(() => submit(bot, "U0ALICE", form, values)));

    await started(bot);
    expect(await countRuns(bot)).toBe(1);
  });

  test("of a workflow that was deployed anew meanwhile shows its new inputs with the values that were typed", async () => {
    await using bot = await TestBot.start({ definitions: [taking(NEEDED)] });
    const form = await openByCommand(bot);
    const costly = taking({ ...NEEDED, reason: { type: "string", required: true } });
    await bot.engine.workflows.deploy(costly, { by: "test" });

    await submit(bot, "U0ALICE", form, { "field:amount": "7", "field:item": "Chair" });

    const anew = await dialog(bot, "U0ALICE", /was changed while you filled this in/);
    expect(JSON.stringify(anew)).toContain("reason");
    expect(JSON.stringify(anew)).toContain('"initial_value":"Chair"');
    expect(await countRuns(bot)).toBe(0);
  });

  test("of a person who lost the right to run it meanwhile says whom to ask", async () => {
    await using bot = await TestBot.start({ definitions: [taking(NEEDED)] });
    const form = await openByCommand(bot, "run order", "U0BOB");
    const closed = taking(NEEDED, { permissions: { run: ["U0CAROL"] } });
    await bot.engine.workflows.deploy(closed, { by: "test" });

    await submit(bot, "U0BOB", form, { "field:amount": "7", "field:item": "Chair" });

    await dialog(bot, "U0BOB", /U0CAROL[\s\S]*in our direct messages/);
    expect(await countRuns(bot)).toBe(0);
    await bot.engine.workflows.deploy(taking(NEEDED), { by: "test" });
    const kept = await bot.message("D0BOB", /U0CAROL[\s\S]*What you filled in is kept/);
    await bot.act("view-close", { user: "U0BOB", view_id: form["id"] ?? "" });
    await bot.click("U0BOB", "D0BOB", kept, "open_form");
    const again = await dialog(bot, "U0BOB", FORM);
    expect(initialOf(again, "amount")).toBe("7");
    expect(initialOf(again, "item")).toBe("Chair");
    await submit(bot, "U0BOB", again);
    expect((await started(bot)).variables).toMatchObject({ amount: 7, item: "Chair" });
  });

  test("of a workflow that no longer asks for something says what it was", async () => {
    await using bot = await TestBot.start({ definitions: [taking(NEEDED)] });
    const form = await openByCommand(bot);
    const { item: _item, ...fewer } = NEEDED;
    await bot.engine.workflows.deploy(taking(fewer), { by: "test" });

    await submit(bot, "U0ALICE", form, { "field:amount": "7", "field:item": "Chair" });

    const anew = await dialog(bot, "U0ALICE", /no longer asks for `item`/);
    expect(JSON.stringify(anew)).toContain('"initial_value":"7"');
  });

  test("that could not be stored is kept with its values, and starts one run in the end", async () => {
    let isAway = false;
    const away = new AppError({
      ...{ code: "store_unavailable", message: "The database does not answer." },
      ...{ retryable: true, outcomeUnknown: true },
    });
    await using bot = await TestBot.start({
      definitions: [taking({ ...NEEDED, pin: { type: "string", sensitive: true } })],
      wrapStore: (store) =>
        interceptStore(store, async ({ method, run }) => {
          const answer = await run();
          // It was stored, and the answer was lost.
          if (isAway && method === "executions.insert") throw away;
          return answer;
        }),
    });
    const form = await openByCommand(bot);
    isAway = true;
    const values = { "field:amount": "7", "field:item": "Chair", "field:pin": "4711" };
    await submit(bot, "U0ALICE", form, values);

    const kept = await bot.message("D0ALICE", /is kept for a day, except for what is sensitive/);
    isAway = false;
    expect(contentOf(kept)).not.toContain("4711");
    expect(contentOf(kept)).toMatch(/could not be confirmed[\s\S]*it runs once all the same/);
    expect(contentOf(kept)).not.toContain("Nothing was started");
    await bot.act("view-close", { user: "U0ALICE", view_id: form["id"] ?? "" });
    await bot.click("U0ALICE", "D0ALICE", kept, "open_form");
    const again = await dialog(bot, "U0ALICE", FORM);
    await submit(bot, "U0ALICE", again);
    await started(bot);
    expect(await countRuns(bot)).toBe(1);
  });

  test("that is closed starts nothing, and may be opened again", async () => {
    await using bot = await TestBot.start({ definitions: [taking(NEEDED)] });
    const form = await openByCommand(bot);

    await bot.act("view-close", { user: "U0ALICE", view_id: form["id"] ?? "" });
    await dialogClosed(bot, "U0ALICE");

    expect(await countRuns(bot)).toBe(0);
    await openByCommand(bot);
  });

  test.for<readonly [string, string]>([
    ["three thousand characters", "x".repeat(3000)],
    ["right-to-left text", "שלום עולם, مرحبا 123"],
    ["marks of direction", "\u202Eevil\u202C \u2067x\u2069"],
  ])("takes %s as they are", async ([, value]) => {
    await using bot = await TestBot.start({
      definitions: [taking({ note: { type: "text", required: true } })],
    });
    const form = await openByCommand(bot);

    await submit(bot, "U0ALICE", form, { "field:note": value });

    expect((await started(bot)).variables).toMatchObject({ note: value });
  });

  test("asked for in a thread has the message that begins it in its long text", async () => {
    await using bot = await TestBot.start({
      definitions: [taking({ amount: { type: "number", required: true }, why: { type: "text" } })],
    });
    const root = await bot.act("message", {
      ...{ user: "U0BOB", channel: "C0GENERAL", text: "The new chairs are too low" },
    });
    await bot.act("message", {
      ...{ user: "U0ALICE", channel: "C0GENERAL", thread_ts: root["ts"] ?? "" },
      text: "<@U0BOT> run order",
    });

    const offer = await bot.until(async () =>
      (await bot.messages("C0GENERAL", tsOf(root), "U0ALICE")).find((one) =>
        contentOf(one).includes("open_form"),
      ),
    );
    await bot.click("U0ALICE", "C0GENERAL", offer, "open_form");

    const form = await dialog(bot, "U0ALICE", FORM);
    expect(initialOf(form, "why")).toBe("The new chairs are too low");
  });

  test("survives the end of the bot's process", async () => {
    await using bot = await TestBot.start({ definitions: [taking(NEEDED)] });
    const form = await openByCommand(bot);

    await bot.stopBot();
    await bot.startBot();
    await submit(bot, "U0ALICE", form, { "field:amount": "7", "field:item": "Chair" });

    expect((await started(bot)).variables).toMatchObject({ amount: 7, item: "Chair" });
  });

  test("is filled in as in the person's last run, except for what is sensitive", async () => {
    const inputs = { ...NEEDED, code: { type: "string", sensitive: true } };
    await using bot = await TestBot.start({ definitions: [taking(inputs)] });
    await bot.slash("U0ALICE", "run order amount=12.5 item=Desk priority=high code=hunter2");
    await started(bot);

    const form = await openByCommand(bot);
    await bot.act("action", {
      ...{ user: "U0ALICE", view_id: form["id"] ?? "" },
      action_id: "fill_from_last_run",
    });

    const filled = await dialog(bot, "U0ALICE", /field:item#1/);
    const elements = elementsOf(filled);
    expect(elements.get("field:amount#1")?.["initial_value"]).toBe("12.5");
    expect(elements.get("field:item#1")?.["initial_value"]).toBe("Desk");
    expect(JSON.stringify(filled)).not.toContain("hunter2");
    await submit(bot, "U0ALICE", filled, {});
    await bot.until(async () => ((await countRuns(bot)) === 2 ? true : undefined));
  });

  test("is not shown to guests", async () => {
    await using bot = await TestBot.start({ definitions: [taking(NEEDED)] });

    expect(await bot.slash("U0DAVE", "run order")).toMatch(/Guests/);

    expect(await dialogsOf(bot, "U0DAVE")).toEqual([]);
  });
});

const byShortcut = { triggers: [{ type: "shortcut" }] };

/** Chooses a workflow in the dialog that lists them. */
async function choose(bot: TestBot, user: string, workflow: string): Promise<void> {
  const list = await dialog(bot, user, /choose_workflow/);
  await submit(bot, user, list, { workflow });
}

describe("the doors", () => {
  test("a shortcut asks for the inputs of the workflow that was chosen", async () => {
    await using bot = await TestBot.start({ definitions: [taking(NEEDED, byShortcut)] });

    await bot.act("shortcut", { user: "U0ALICE", callback_id: "run_workflow" });
    await choose(bot, "U0ALICE", "order");
    const form = await dialog(bot, "U0ALICE", FORM);
    await submit(bot, "U0ALICE", form, { "field:amount": "3", "field:item": "Pen" });

    const run = await started(bot);
    expect(run.trigger).toMatchObject({ type: "shortcut", userId: "U0ALICE" });
    expect(run.variables).toMatchObject({ amount: 3, item: "Pen", user: "U0ALICE", text: null });
  });

  test("a shortcut on a message puts its text into the first long text, to be edited", async () => {
    const inputs = { title: { type: "string", required: true }, body: { type: "text" } };
    await using bot = await TestBot.start({ definitions: [taking(inputs, byShortcut)] });
    const posted = await bot.act("message", {
      ...{ user: "U0BOB", channel: "C0GENERAL" },
      text: "The printer <burns>",
    });
    const ts = toText(posted["ts"]) ?? "";

    await bot.act("shortcut", {
      ...{ user: "U0ALICE", callback_id: "run_workflow_on_message" },
      ...{ channel: "C0GENERAL", ts },
    });
    await choose(bot, "U0ALICE", "order");
    const form = await dialog(bot, "U0ALICE", FORM);
    expect(initialOf(form, "body")).toBe("The printer <burns>");
    await submit(bot, "U0ALICE", form, {
      "field:title": "Fire",
      "field:body": "The printer is on fire",
    });

    expect((await started(bot)).variables).toMatchObject({
      ...{ title: "Fire", body: "The printer is on fire" },
      ...{ text: "The printer <burns>", messageUser: "U0BOB", ts },
    });
    await bot.message("C0GENERAL", /Receipt/, ts);
  });

  test("App Home offers the workflows that the person may run, and reports to them", async () => {
    const closed = taking({}, { id: "closed", permissions: { run: ["U0CAROL"] } });
    await using bot = await TestBot.start({ definitions: [taking(NEEDED), closed] });

    const home = new Home(bot, "U0BOB");
    expect(await home.open(/run_chosen/)).not.toContain("closed");
    await home.choose("run_chosen", "order");
    const form = await dialog(bot, "U0BOB", FORM);
    await submit(bot, "U0BOB", form, { "field:amount": "3", "field:item": "Pen" });

    const run = await started(bot);
    expect(run.trigger).toMatchObject({ userId: "U0BOB" });
    expect(run.report).toMatchObject({ channel: "U0BOB" });
  });
});
