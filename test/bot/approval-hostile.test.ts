import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { isJsonObject, type JsonObject, toObjects, toText } from "../../simulator/json.ts";
import { createStepTypes } from "../../src/engine/steps/index.ts";
import { APPROVALS, askWorkflow, EXPLAINED } from "../support/ask-workflow.ts";
import { contentOf, TestBot, type TestBotOptions, tsOf } from "../support/bot.ts";
import { decideWith, dialog, valueOf } from "../support/dialogs.ts";

async function startAsked(
  config: Parameters<typeof askWorkflow>[0] = {},
  options: Partial<TestBotOptions> = {},
) {
  const bot = await TestBot.start({ definitions: [askWorkflow(config)], ...options });
  await bot.slash("U0ALICE", "run ask");
  return { bot, card: await bot.message(APPROVALS, /Approval needed/) };
}

/** What the approve button of a card carries. */
function approvalValue(card: JsonObject): JsonObject {
  return valueOf(card, "decide_approve");
}

/** Clicks with a value of one's own. @returns what the person is answered. */
async function clickWith(
  bot: TestBot,
  user: string,
  card: JsonObject,
  value: string,
): Promise<string> {
  const before = (await bot.privates(user, APPROVALS)).length;
  const click = { user, channel: APPROVALS, ts: tsOf(card), action_id: "decide_approve", value };
  expect(await bot.act("action", click)).toMatchObject({ acked: true });
  return bot.until(async () => (await bot.privates(user, APPROVALS))[before]);
}

/** The payload of the last interaction that the simulator sent. */
async function lastInteraction(bot: TestBot): Promise<JsonObject> {
  const response = await fetch(`${bot.simulator.url}/sim/inspector`);
  const log: unknown = await response.json();
  const sent = toObjects(isJsonObject(log) ? log["entries"] : []).filter(
    ({ type, kind }) => type === "delivery" && kind === "interactive",
  );
  const payload = sent.at(-1)?.["payload"];
  if (!isJsonObject(payload)) throw new Error("Nothing was clicked.");
  return payload;
}

interface Forged {
  readonly secret?: string;
  readonly ageSeconds?: number;
}

/** Sends an interaction to the bot as Slack does over HTTP. @returns the status. */
async function send(bot: TestBot, payload: JsonObject, forged: Forged = {}): Promise<number> {
  return (await post(bot, payload, forged)).status;
}

function post(
  bot: TestBot,
  payload: JsonObject,
  { secret = "simulator", ageSeconds = 0 }: Forged = {},
): Promise<Response> {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = Math.floor(Date.now() / 1000) - ageSeconds;
  const signature = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  return fetch(bot.eventsUrl, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": String(timestamp),
      "x-slack-signature": `v0=${signature}`,
    },
  });
}

/** A click of Carol, who may decide, as a payload that was never sent: Alice, who may not, made the one that was. */
async function carolsClick(bot: TestBot, card: JsonObject): Promise<JsonObject> {
  await bot.click("U0ALICE", APPROVALS, card, "decide_approve");
  const payload = await lastInteraction(bot);
  const user = payload["user"];
  if (!isJsonObject(user)) throw new Error("No person clicked.");
  return { ...payload, user: { ...user, id: "U0CAROL", username: "carol", name: "carol" } };
}

async function votes(bot: TestBot): Promise<readonly string[]> {
  const { executions } = await bot.engine.executions.list({ limit: 1 });
  const { requests } = await bot.engine.executions.get(executions[0]?.executionId ?? "");
  return requests.flatMap((request) => request.votes.map(({ by, choice }) => `${by} ${choice}`));
}

describe("a button's value that was changed decides nothing", () => {
  test.for([
    ["no value", () => "", /belongs to no request/],
    ["no JSON", () => "{", /belongs to no request/],
    ["a list", () => "[]", /belongs to no request/],
    ["another hash", (value) => JSON.stringify({ ...value, h: "0000000000000000" }), /out of date/],
    ["another round", (value) => JSON.stringify({ ...value, n: 2 }), /out of date/],
    ["half a round", (value) => JSON.stringify({ ...value, n: 1.5 }), /belongs to no request/],
    [
      "a choice that is not offered",
      (value) => JSON.stringify({ ...value, c: "pay" }),
      /One can choose: Approve, Reject/,
    ],
    [
      "a choice of all objects",
      (value) => JSON.stringify({ ...value, c: "constructor" }),
      /One can choose/,
    ],
    [
      "another request",
      (value) => JSON.stringify({ ...value, r: `${toText(value["e"])}/other#1` }),
      /no longer known/,
    ],
    ["another run", (value) => JSON.stringify({ ...value, e: "exec_other" }), /no run/],
    [
      "a run of another kind",
      (value) => JSON.stringify({ ...value, e: { $gt: "" } }),
      /belongs to no request/,
    ],
  ] as const satisfies readonly (readonly [string, (value: JsonObject) => string, RegExp])[])(
    "%s",
    async ([, change, answer]) => {
      const { bot, card } = await startAsked();
      await using _ = bot;
      expect(await clickWith(bot, "U0BOB", card, change(approvalValue(card)))).toMatch(answer);
      expect(await votes(bot)).toEqual([]);
      expect(await bot.messages(APPROVALS)).toEqual([card]);
    },
  );

  test("the value of a card that the person may decide, with a request that the person may not", async () => {
    const { bot, card } = await startAsked();
    await using _ = bot;
    const other = askWorkflow({ title: "Not for Bob", approvers: ["U0CAROL"] }, { id: "other" });
    await bot.engine.workflows.deploy(other, { by: "test" });
    await bot.slash("U0ALICE", "run other");
    const foreign = await bot.message(APPROVALS, /Not for Bob/);
    const answer = await clickWith(bot, "U0BOB", card, JSON.stringify(approvalValue(foreign)));
    expect(answer).toMatch(/Only <@U0CAROL> can decide/);
    expect(await votes(bot)).toEqual([]);
  });

  test("the button of a card whose run was cancelled and retried", async () => {
    const { bot, card } = await startAsked();
    await using _ = bot;
    const { executionId } = (await bot.engine.executions.list({ limit: 1 })).executions[0] ?? {
      executionId: "",
    };
    await bot.engine.executions.cancel(executionId, "U0ALICE");
    await bot.message(APPROVALS, /withdrawn/);
    await bot.engine.executions.retry({ executionId, by: "U0ALICE", variableForm: "json" });
    await bot.until(async () => ((await bot.messages(APPROVALS)).length > 1 ? true : undefined));
    expect(await clickWith(bot, "U0BOB", card, JSON.stringify(approvalValue(card)))).toMatch(
      /out of date/,
    );
    expect(await votes(bot)).toEqual([]);
  });
});

describe("over HTTP", () => {
  test("only what Slack signed, and not long ago, decides", async () => {
    const { bot, card } = await startAsked({}, { mode: "http" });
    await using _ = bot;
    const click = await carolsClick(bot, card);
    expect(await send(bot, click, { secret: "wrong" })).toBe(401);
    expect(await send(bot, click, { ageSeconds: 301 })).toBe(401);
    expect(await votes(bot)).toEqual([]);
    expect(await send(bot, click)).toBe(200);
    await bot.message(APPROVALS, /\*Approved\* by <@U0CAROL>/);
  });

  test("a request that is sent again counts once", async () => {
    const { bot, card } = await startAsked({ required: 2 }, { mode: "http" });
    await using _ = bot;
    const click = await carolsClick(bot, card);
    const statuses = await Promise.all([click, click, click].map((one) => send(bot, one)));
    expect(statuses).toEqual([200, 200, 200]);
    await bot.message(APPROVALS, /1 so far/);
    expect(await votes(bot)).toEqual(["U0CAROL approve"]);
  });

  test("a click of another workspace changes nothing, and says so", async () => {
    const { bot, card } = await startAsked({}, { mode: "http" });
    await using _ = bot;
    const click = await carolsClick(bot, card);
    const before = (await bot.privates("U0ALICE", APPROVALS)).length;
    expect(await send(bot, { ...click, team: { id: "T0OTHER", domain: "other" } })).toBe(200);
    // The address for answers is that of the click that was changed.
    const answer = await bot.until(async () => (await bot.privates("U0ALICE", APPROVALS))[before]);
    expect(answer).toMatch(/came from another workspace/);
    expect(await votes(bot)).toEqual([]);
  });

  test("a decision's dialog whose metadata was changed decides nothing", async () => {
    const { bot, card } = await startAsked({ choices: EXPLAINED }, { mode: "http" });
    await using _ = bot;
    const other = askWorkflow({ title: "Not for Bob", approvers: ["U0CAROL"] }, { id: "other" });
    await bot.engine.workflows.deploy(other, { by: "test" });
    await bot.slash("U0ALICE", "run other");
    const foreign = approvalValue(await bot.message(APPROVALS, /Not for Bob/));
    await bot.click("U0BOB", APPROVALS, card, "decide_reject");
    const opened = await dialog(bot, "U0BOB", /"comment"/);
    const own: unknown = JSON.parse(toText(opened["private_metadata"]) ?? "");
    const carried = isJsonObject(own) ? own : {};
    const changed = [
      "",
      "[1]",
      JSON.stringify({ ...carried, h: "0000000000000000" }),
      JSON.stringify({ ...carried, n: 7 }),
      JSON.stringify({ ...carried, c: "pay" }),
      JSON.stringify({ ...carried, e: foreign["e"], r: foreign["r"], h: foreign["h"] }),
    ];
    for (const private_metadata of changed) {
      const view = { ...opened, private_metadata, state: { values: {} } };
      const user = { id: "U0BOB" };
      const payload = { type: "view_submission", team: { id: "T0HEDDLE" }, user, view };
      expect(await send(bot, payload)).toBe(200);
    }
    const { executions } = await bot.engine.executions.list({ limit: 10 });
    for (const { executionId } of executions) {
      const { requests, status } = await bot.engine.executions.get(executionId);
      expect([status, requests.flatMap((request) => request.votes)]).toEqual(["waiting", []]);
    }
  });

  test("a dialog whose metadata was changed starts nothing", async () => {
    const definition = askWorkflow({}, { trigger: { type: "shortcut" } });
    await using bot = await TestBot.start({ definitions: [definition], mode: "http" });
    await bot.act("shortcut", {
      user: "U0ALICE",
      channel: "C0GENERAL",
      callback_id: "run_workflow",
    });
    const opened = await bot.until(async () => {
      const response = await fetch(`${bot.simulator.url}/sim/views?user=U0ALICE`);
      const answer: unknown = await response.json();
      const views = toObjects(isJsonObject(answer) ? answer["views"] : []);
      return views.find(({ callback_id }) => callback_id === "choose_workflow");
    });
    const option = { value: "ask", text: { type: "plain_text", text: "Ask" } };
    const state = {
      values: { workflow: { workflow: { type: "static_select", selected_option: option } } },
    };
    for (const metadata of ["{", "42", '{"channel":7}', ""]) {
      const view = { ...opened, state, private_metadata: metadata };
      const payload = {
        type: "view_submission",
        team: { id: "T0HEDDLE" },
        user: { id: "U0ALICE" },
        view,
      };
      const answer = await post(bot, payload);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toMatch(/"response_action":"update".*out of date/);
    }
    expect((await bot.engine.executions.list({ limit: 1 })).executions).toEqual([]);
  });
});

test("a click that Socket Mode delivers twice counts once", async () => {
  const { bot, card } = await startAsked({ required: 2 });
  await using _ = bot;
  await bot.act("faults", {
    target: "delivery",
    kind: "interactive",
    effect: "duplicate",
    times: 1,
  });
  await bot.click("U0BOB", APPROVALS, card, "decide_approve");
  await bot.message(APPROVALS, /1 so far/);
  expect(await bot.until(async () => (await bot.privates("U0BOB", APPROVALS))[0])).toMatch(
    /recorded before; a second click changes nothing/,
  );
  expect(await votes(bot)).toEqual(["U0BOB approve"]);
});

/** Markup of every kind that must stay text, wherever it is shown. Carol is not named by anything else. */
const HOSTILE =
  "<!channel> <!here> <@U0CAROL> <#C0ONCALL> <https://evil.example|click> `x` ```y``` *z* &lt;!everyone&gt;";
const LIVE = /<!(?:channel|here|everyone)|<@U0CAROL|<#C0ONCALL|<https?:/;

describe("markup in data stays text", () => {
  const fail = { id: "fail", type: "transform", config: { expression: "int(variables.note)" } };
  const definition = {
    id: "hostile",
    name: "Hostile",
    inputs: {
      note: { type: "text" },
      fails: { type: "boolean", default: false },
      requestedBy: { type: "string" },
    },
    output: "{'note': variables.note, variables.note: 1}",
    steps: [
      {
        id: "opinion",
        type: "ai-decision",
        config: { prompt: "Repeat: {{variables.note}}", outputFormat: "text" },
        next: "ask",
      },
      {
        id: "ask",
        type: "approval",
        config: {
          channel: "#approvals",
          title: "Pay {{variables.note}}",
          message: "About {{variables.note}}",
          approvers: ["U0BOB"],
          choices: [
            { id: "yes", label: "Yes" },
            { id: "no", label: HOSTILE.slice(0, 75), comment: "required" },
          ],
        },
        next: { yes: "branch", no: "branch" },
      },
      {
        id: "branch",
        type: "transform",
        config: { expression: "variables.fails" },
        next: { true: "fail", false: "end" },
      },
      fail,
    ],
  };

  /** All marked up text that people see: in channels with their threads, alone, and in App Home. */
  async function everything(bot: TestBot): Promise<readonly string[]> {
    const seen: unknown[] = [];
    for (const channel of [APPROVALS, "C0GENERAL", "D0ALICE", "D0BOB"]) {
      for (const user of ["U0ALICE", "U0BOB"]) {
        for (const message of await bot.messages(channel, undefined, user)) {
          seen.push(message, ...(await bot.messages(channel, tsOf(message), user)));
        }
      }
    }
    // What people typed is their own.
    const own = seen.filter((one) => isJsonObject(one) && one["user"] === "U0BOT");
    return [...own, await homeOf(bot, "U0ALICE"), await homeOf(bot, "U0BOB")].flatMap(markupIn);
  }

  async function homeOf(bot: TestBot, user: string): Promise<JsonObject> {
    await bot.act("home-open", { user });
    return bot.until(async () => {
      const response = await fetch(`${bot.simulator.url}/sim/home?user=${user}`);
      const view: unknown = await response.json();
      return isJsonObject(view) && toObjects(view["blocks"]).length > 0 ? view : undefined;
    });
  }

  /** The text of a message, and all parts of its blocks that are no plain text. */
  function markupIn(part: unknown): readonly string[] {
    if (Array.isArray(part)) return part.flatMap(markupIn);
    if (!isJsonObject(part) || part["type"] === "plain_text") return [];
    const text = typeof part["text"] === "string" ? [part["text"]] : [];
    return [...text, ...Object.values(part).flatMap(markupIn)];
  }

  test.for([
    ["a run that completes", "C0GENERAL", "no"],
    ["a run that fails", "C0GENERAL", "yes"],
    ["a run in a direct message", "D0ALICE", "no"],
  ] as const)("in %s", async ([, channel, fails]) => {
    await using bot = await TestBot.start({
      definitions: [definition],
      connected: true,
      stepTypes: createStepTypes({ defaultModel: "gpt-4o-mini" }),
    });
    const variables = { note: HOSTILE, fails: fails === "yes", requestedBy: HOSTILE };
    await bot.engine.executions.start({
      workflowId: "hostile",
      variables,
      variableForm: "json",
      trigger: { type: "slash", userId: "U0ALICE", channel },
      report: { channel, on: "all" },
    });
    const card = await bot.message(APPROVALS, /Approval needed/);
    const asked = await everything(bot);
    expect(asked.join("\n")).toContain("&lt;!channel&gt;");
    expect(asked.filter((text) => LIVE.test(text))).toEqual([]);
    await bot.slash("U0ALICE", "status");
    await decideWith(bot, "U0BOB", APPROVALS, card, "no", { comment: HOSTILE });
    await bot.message(channel, fails === "yes" ? /Failed/ : /Completed/);
    const ended = await bot.until(async () => {
      const [own] = await bot.messages(channel);
      const thread = own ? await bot.messages(channel, tsOf(own)) : [];
      return thread.length > 1 ? everything(bot) : undefined;
    });
    expect(ended.filter((text) => LIVE.test(text))).toEqual([]);
  });

  test("and a title cannot write lines of its own below it", async () => {
    await using bot = await TestBot.start({
      definitions: [definition],
      connected: true,
      stepTypes: createStepTypes({ defaultModel: "gpt-4o-mini" }),
    });
    await bot.engine.executions.start({
      workflowId: "hostile",
      variables: { note: "10\n\n:white_check_mark: *Checked by Finance*\u2028Approve" },
      variableForm: "json",
      trigger: { type: "slash", userId: "U0ALICE", channel: "C0GENERAL" },
    });
    const card = await bot.message(APPROVALS, /Approval needed/);
    const line = "Pay 10 :white_check_mark: *Checked by Finance* Approve";
    expect(contentOf(card)).toContain(line);
    const [open] = await bot.engine.approvals.listFor("U0BOB");
    expect(open?.request.opened.title).toBe(line);
  });
});

test("a title of 4,000 characters is asked, decided and shown everywhere", async () => {
  const title = `{{variables.title}}`;
  await using bot = await TestBot.start({ definitions: [askWorkflow({ title })] });
  for (const filler of ["x", "<", "&", "👩‍👩‍👧‍👦"]) {
    const long = filler.repeat(Math.ceil(4000 / filler.length)).slice(0, 4000);
    const count = (await bot.messages(APPROVALS)).length;
    await bot.engine.executions.start({
      workflowId: "ask",
      variables: { title: long },
      variableForm: "json",
      trigger: { type: "slash", userId: "U0ALICE", channel: "C0GENERAL" },
      report: { channel: "C0GENERAL", on: "all" },
    });
    const card = await bot.until(async () => (await bot.messages(APPROVALS))[count]);
    await bot.act("home-open", { user: "U0BOB" });
    expect(await bot.click("U0BOB", APPROVALS, card, "decide_approve")).toMatchObject({
      acked: true,
    });
    await bot.until(async () => {
      const shown = (await bot.messages(APPROVALS))[count];
      return shown && /Approved/.test(contentOf(shown)) ? true : undefined;
    });
  }
});

describe("approvers", () => {
  test("named by the person who asks do not make that person one, even where starters may approve", async () => {
    const inputs = { approver: { type: "user", required: true } };
    const config = { approvers: ["{{variables.approver}}"], allowSelfApproval: true };
    await using bot = await TestBot.start({ definitions: [askWorkflow(config, { inputs })] });
    await bot.slash("U0ALICE", "run ask approver=<@U0ALICE>");
    const card = await bot.message(APPROVALS, /Approval needed/);
    await bot.click("U0ALICE", APPROVALS, card, "decide_approve");
    expect(await bot.until(async () => (await bot.privates("U0ALICE", APPROVALS))[0])).toMatch(
      /You asked for this run, so another person has to decide/,
    );
    expect(await votes(bot)).toEqual([]);
  });

  test("named twice, by id and by mention, are one", async () => {
    const approvers = ["U0BOB", "<@U0BOB|bob>", "<@U0BOB>", " U0BOB ", "@finance"];
    const { bot, card } = await startAsked({ approvers, required: 2 });
    await using _ = bot;
    expect(contentOf(card).match(/<@U0BOB>/g)).toHaveLength(2);
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    await bot.message(APPROVALS, /1 so far/);
    await bot.click("U0CAROL", APPROVALS, card, "decide_approve");
    await bot.message(APPROVALS, /\*Approved\* by <@U0BOB>, <@U0CAROL>/);
  });

  test("named by a name are nobody, and are told to those who click", async () => {
    const { bot, card } = await startAsked({ approvers: ["bob"] });
    await using _ = bot;
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    expect(await bot.until(async () => (await bot.privates("U0BOB", APPROVALS))[0])).toMatch(
      /No one can decide this: bob is neither a person's Slack id nor a user group/,
    );
  });

  test("of whom more are required than there are, are a problem, mentions counted once", async () => {
    await using bot = await TestBot.start({ definitions: [] });
    const config = { approvers: ["U0BOB", "<@U0BOB>"], required: 2 };
    const result = await bot.engine.workflows.deploy(askWorkflow(config), { by: "test" });
    expect(result.deployed ? [] : result.problems).toMatchObject([
      { path: "steps[0].config.required", message: "2 decisions are required of 1 approver" },
    ]);
  });
});
