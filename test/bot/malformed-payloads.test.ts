import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import type { JsonObject } from "../../simulator/json.ts";
import { askWorkflow } from "../support/ask-workflow.ts";
import { TestBot } from "../support/bot.ts";

const COMMAND = {
  command: "/workflow",
  text: "list",
  user_id: "U0ALICE",
  channel_id: "C0GENERAL",
  team_id: "T0HEDDLE",
  trigger_id: "1.2.a",
  response_url: "http://127.0.0.1:9/response",
};

const CLICK = {
  type: "block_actions",
  team: { id: "T0HEDDLE" },
  user: { id: "U0ALICE" },
  channel: { id: "C0GENERAL" },
  message: { ts: "1.2" },
  response_url: "http://127.0.0.1:9/response",
  actions: [{ action_id: "cancel_run", value: "{}" }],
};

const SUBMISSION = {
  type: "view_submission",
  team: { id: "T0HEDDLE" },
  user: { id: "U0ALICE" },
  view: {
    id: "V1",
    type: "modal",
    callback_id: "choose_workflow",
    private_metadata: "",
    state: { values: {} },
  },
};

const SHORTCUT = {
  type: "message_action",
  callback_id: "run_workflow_on_message",
  trigger_id: "1.2.a",
  team: { id: "T0HEDDLE" },
  user: { id: "U0ALICE" },
  channel: { id: "C0GENERAL" },
  message: { ts: "1.2", text: "Hello" },
  message_ts: "1.2",
};

function event(inner: JsonObject): JsonObject {
  return { type: "event_callback", event_id: "Ev1", team_id: "T0HEDDLE", event: inner };
}

/** What is wrong, as it is logged, and the payload. */
const MALFORMED: readonly (readonly [string, JsonObject])[] = [
  ["user_id", { ...COMMAND, user_id: "" }],
  ["team_id", { ...COMMAND, team_id: "constructor" }],
  ["channel_id", { ...COMMAND, channel_id: "C0GENERAL\ud800" }],
  ["response_url", { ...COMMAND, response_url: "73" }],
  ["response_url", { ...COMMAND, response_url: "file:///etc/passwd" }],
  ["user.id", { ...CLICK, user: { id: "U0ALICE\\4" } }],
  ["channel", { ...CLICK, channel: '{"id": "C0GENERAL"}' }],
  ["message.ts", { ...CLICK, message: { ts: {} } }],
  ["message.ts", { ...CLICK, message: { ts: null } }],
  ["actions.0.value", { ...CLICK, actions: [{ action_id: "cancel_run", value: 7 }] }],
  ["view.state", { ...SUBMISSION, view: { ...SUBMISSION.view, state: null } }],
  ["view.private_metadata", { ...SUBMISSION, view: { ...SUBMISSION.view, private_metadata: 1 } }],
  ["message", { ...SHORTCUT, message: null }],
  ["user", event({ type: "app_home_opened", tab: "home" })],
  ["item.ts", event({ type: "reaction_added", user: "U0ALICE", reaction: "x", item: ITEM(7) })],
  ["item", event({ type: "reaction_added", user: "U0ALICE", reaction: "x" })],
  ["channel", event({ type: "channel_rename", channel: "C0GENERAL" })],
  ["user", event({ type: "user_change", user: "U0ALICE" })],
  [
    "authorizations.0.team_id",
    { ...event({ type: "app_uninstalled" }), authorizations: [{ team_id: { toString: null } }] },
  ],
  ["event_id", { type: "event_callback", event: { type: "app_uninstalled" } }],
];

function ITEM(ts: number): JsonObject {
  return { type: "message", channel: "C0GENERAL", ts };
}

/** Sends a payload to the bot as Slack does over HTTP. @returns the status. */
async function send(bot: TestBot, payload: JsonObject): Promise<number> {
  const isEvent = payload["event"] !== undefined;
  const fields = Object.entries(payload).map(([name, value]) => [
    name,
    typeof value === "string" ? value : "",
  ]);
  const form = payload["command"] === undefined ? [["payload", JSON.stringify(payload)]] : fields;
  const body = isEvent ? JSON.stringify(payload) : new URLSearchParams(form).toString();
  const time = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", "simulator").update(`v0:${time}:${body}`).digest("hex");
  const response = await fetch(bot.eventsUrl, {
    method: "POST",
    body,
    headers: {
      "content-type": isEvent ? "application/json" : "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": String(time),
      "x-slack-signature": `v0=${signature}`,
    },
  });
  return response.status;
}

test("what Slack does not send in its documented form is left out, and logged with the member that is wrong", async () => {
  const log: string[] = [];
  const onLog = (line: string): void => void log.push(line);
  await using bot = await TestBot.start({ definitions: [askWorkflow()], mode: "http", onLog });
  const before = (await bot.calls("chat.postMessage")).length;

  for (const [member, payload] of MALFORMED) {
    expect(await send(bot, payload)).toBe(200);
    expect(JSON.parse(log.splice(0).join(""))).toMatchObject({
      member,
      msg: "Slack sent something in a form that is not known; it was left out",
    });
  }

  expect(await bot.calls("chat.postMessage")).toHaveLength(before);
  expect(await bot.slash("U0ALICE", "list")).toContain("ask");
});

test("a click that brings no address for answers is answered by direct message", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()], mode: "http" });
  const { response_url: _, message: __, ...inDialog } = CLICK;

  expect(await send(bot, { ...inDialog, view: { id: "V1", type: "modal" } })).toBe(200);

  await bot.message("D0ALICE", /This button belongs to no run/);
});

test("a value longer than any button's belongs to no run", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()], mode: "http" });
  const { response_url: _, message: __, ...inDialog } = CLICK;
  const value = JSON.stringify({ e: "exec_1", r: "x".repeat(2000), n: 1, h: "h", c: "approve" });
  const actions = [{ action_id: "decide_approve", value }];

  expect(await send(bot, { ...inDialog, actions })).toBe(200);

  await bot.message("D0ALICE", /belongs to no/);
});
