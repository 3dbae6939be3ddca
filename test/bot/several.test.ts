import { expect, test } from "vitest";
import { isJsonObject, type JsonObject, toObjects } from "../../simulator/json.ts";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";
import { dialog } from "../support/dialogs.ts";

async function home(bot: TestBot, user: string, pattern: RegExp): Promise<JsonObject> {
  await bot.act("home-open", { user, tab: "home" });
  return bot.until(async () => {
    const response = await fetch(`${bot.simulator.url}/sim/home?user=${user}`);
    const view: unknown = await response.json();
    return isJsonObject(view) && pattern.test(JSON.stringify(view)) ? view : undefined;
  });
}

const TICKED = { type: "checkboxes", selected_options: [{ value: "approve" }] };

/** Submits the dialog with these boxes ticked. */
function tick(bot: TestBot, user: string, view: JsonObject, boxes: readonly number[]) {
  const values = boxes.map((index) => [`request_${index}`, { tick: TICKED }] as const);
  const body = { user, view_id: view["id"] ?? "", values: Object.fromEntries(values) };
  return bot.act("view-submit", body);
}

/** Three runs, each of which asks for another thing. */
async function three() {
  const inputs = { thing: { type: "string" } };
  const bot = await TestBot.start({
    definitions: [askWorkflow({ title: "Buy {{variables.thing}}?" }, { inputs })],
  });
  for (const thing of ["lamp", "desk", "chair"]) {
    await bot.slash("U0ALICE", `run ask thing=${thing}`);
    await bot.message(APPROVALS, new RegExp(`needed: Buy ${thing}`));
  }
  const view = await home(bot, "U0BOB", /Buy chair/);
  const [button] = toObjects(view["blocks"])
    .flatMap((block) => toObjects(block["elements"]))
    .filter((element) => element["action_id"] === "several_requests");
  await bot.act("action", {
    user: "U0BOB",
    view_id: view["id"] ?? "",
    action_id: "several_requests",
    value: button?.["value"] ?? "",
  });
  return { bot, view: await dialog(bot, "U0BOB", /Buy lamp/) };
}

test("several requests are approved together, each by a vote of its own, and the others stay open", async () => {
  const { bot, view } = await three();
  await using _ = bot;
  // Newest first.
  expect(contentOf(view)).toMatch(/Buy chair.*chair.*Buy desk.*Buy lamp/s);

  await tick(bot, "U0BOB", view, [0, 2]);

  expect(contentOf(await dialog(bot, "U0BOB", /approved/))).toMatch(/2 approved.*chair.*lamp/s);
  for (const thing of ["chair", "lamp"])
    await bot.message(APPROVALS, new RegExp(`Buy ${thing}\\?\\*: \\*Approved\\* by <@U0BOB>`));
  await bot.message(APPROVALS, /needed: Buy desk/);
  await home(bot, "U0BOB", /Buy desk(?!.*Buy lamp)/);
});

test("those that changed meanwhile are left out and named", async () => {
  const { bot, view } = await three();
  await using _ = bot;
  const lamp = await bot.message(APPROVALS, /needed: Buy lamp/);
  await bot.click("U0CAROL", APPROVALS, lamp, "decide_reject");
  await bot.message(APPROVALS, /Buy lamp\?\*: \*Rejected\*/);

  await tick(bot, "U0BOB", view, [0, 1, 2]);

  const result = contentOf(await dialog(bot, "U0BOB", /approved/));
  expect(result).toMatch(/2 approved.*1 left out.*Buy lamp\?: This was decided already/s);
  await bot.message(APPROVALS, /Buy desk\?\*: \*Approved\*/);
  expect(contentOf(await bot.message(APPROVALS, /Buy lamp/))).toContain("Rejected");
  expect(tsOf(await bot.message(APPROVALS, /Buy lamp/))).toBe(tsOf(lamp));
});

test("a made-up dialog decides nothing", async () => {
  const { bot, view } = await three();
  await using _ = bot;
  const { executions } = await bot.engine.executions.list({});
  const e = executions[0]?.executionId ?? "";
  const forged = [{ e, r: "approve#1", n: 1, h: "0000000000000000" }];
  await fetch(`${bot.simulator.apiUrl}views.update`, {
    method: "POST",
    headers: { authorization: "Bearer xoxb-simulator", "content-type": "application/json" },
    body: JSON.stringify({
      view_id: view["id"],
      view: {
        type: "modal",
        callback_id: "several",
        private_metadata: JSON.stringify(forged),
        title: view["title"],
        submit: view["submit"],
        close: view["close"],
        blocks: toObjects(view["blocks"]).filter((block) => block["block_id"] === "request_0"),
      },
    }),
  });
  await tick(bot, "U0BOB", view, [0]);
  expect(contentOf(await dialog(bot, "U0BOB", /left out/))).toMatch(/0 approved.*out of date/s);
  await bot.message(APPROVALS, /needed: Buy chair/);
});
