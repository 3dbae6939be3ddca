import { describe, expect, test } from "vitest";
import { isJsonObject, type JsonObject, toObjects } from "../../simulator/json.ts";
import type { JsonObject as Variables } from "../../src/shared/json.ts";
import { APPROVALS } from "../support/ask-workflow.ts";
import { TestBot, tsOf } from "../support/bot.ts";
import { Home } from "../support/home.ts";
import { json, startLoopbackServer } from "../support/loopback-server.ts";

/** What must not work when it comes from data, with what it would be if it did. */
const HOSTILE = [
  "<!channel>",
  "<!here|here>",
  "<!everyone>",
  "<!subteam^S0EVIL>",
  "<!subteam^S0EVIL|@finance>",
  "<@U0EVE>",
  "<@W0EVE|bank>",
  "<#C0EVIL|general>",
  "<https://evil.example|https://bank.example>",
  "<mailto:eve@evil.example|the bank>",
  "<!date^0^{date}^https://evil.example|today>",
  "[bank.example](https://evil.example)",
  "![x](https://evil.example/x.png)",
  "https://evil.example/login",
  "@channel @here @everyone",
  "&lt;!channel&gt;",
].join(" ");

/** Mentions and links as Slack reads them, of what stands above. */
const LIVE =
  /<!(?:channel|here|everyone|subteam\^S0EVIL|date\^0)|<@[UW]0EVE|<#C0EVIL|<(?:https?:\/\/|mailto:)[^>|]*evil|"url":"[^"]*evil/;

const asked: JsonObject = {
  id: "asked",
  name: `Asked ${HOSTILE.slice(0, 60)}`,
  description: HOSTILE.slice(0, 300),
  triggers: [{ type: "slash" }],
  report: { channel: "#general", on: "all" },
  inputs: { text: { type: "text", label: `Text ${HOSTILE.slice(0, 100)}` } },
  steps: [
    {
      id: "ask",
      name: `Ask ${HOSTILE.slice(0, 60)}`,
      type: "approval",
      config: {
        channel: "#approvals",
        title: "{{variables.text}}",
        message: `${HOSTILE} {{variables.text}}`,
        approvers: ["@finance"],
        choices: [
          { id: "approve", label: "Yes <!channel>" },
          { id: "reject", label: "No" },
        ],
      },
      next: { approve: "call", reject: "end" },
    },
    {
      id: "call",
      name: "Call <!channel>",
      type: "service",
      config: { service: "http", url: "http://127.0.0.1:1/" },
    },
  ],
};

const PEOPLE = [
  "chat.postMessage",
  "chat.update",
  "chat.postEphemeral",
  "views.open",
  "views.publish",
];

/** Every call of the bot that shows something. */
async function shownBy(bot: TestBot): Promise<readonly JsonObject[]> {
  const calls = await Promise.all(PEOPLE.map((method) => bot.calls(method)));
  return calls.flat();
}

/** Every object of a value. */
function objectsIn(value: unknown): JsonObject[] {
  if (typeof value !== "object" || value === null) return [];
  const within = Object.values(value).flatMap(objectsIn);
  return isJsonObject(value) ? [value, ...within] : within;
}

/** Texts of markup within calls: of messages, and of all blocks. */
function markupIn(calls: readonly JsonObject[]): string[] {
  return calls.flatMap((call) => {
    const request = call["request"] ?? call["args"] ?? call;
    return objectsIn(request).flatMap(({ type, text }) =>
      (type === undefined || type === "mrkdwn" || type === "markdown") && typeof text === "string"
        ? [text]
        : [],
    );
  });
}

async function expectHarmless(bot: TestBot): Promise<void> {
  const calls = await shownBy(bot);
  const texts = markupIn(calls);
  expect(texts.join(" ")).toContain("evil");
  expect(texts.filter((text) => LIVE.test(text))).toEqual([]);
  // Nothing is searched for addresses and names by Slack itself.
  for (const element of objectsIn(calls)) {
    if (element["type"] === "mrkdwn") expect(element).toMatchObject({ verbatim: true });
  }
}

describe("hostile values", () => {
  test("mention nobody and lead nowhere on cards, in threads, dialogs, Home and answers", async () => {
    await using server = await startLoopbackServer(json(400, { error: HOSTILE }));
    const steps = toObjects(asked["steps"]).map((step) =>
      step["id"] === "call" ? { ...step, config: { service: "http", url: server.url } } : step,
    );
    await using bot = await TestBot.start({
      definitions: [{ ...asked, steps }],
      connected: true,
    });
    await bot.engine.executions.start({
      workflowId: "asked",
      variables: { text: HOSTILE },
      variableForm: "json",
      trigger: { type: "slash", userId: "U0ALICE" },
    });
    const card = await bot.message(APPROVALS, /Approval needed/);
    await new Home(bot, "U0BOB").open(/Waiting|As of/);
    for (const command of [
      "list",
      "show asked",
      "status",
      "runs",
      "approvals",
      `run ${HOSTILE}`,
      `show ${HOSTILE}`,
    ])
      expect(await bot.slash("U0BOB", command)).not.toMatch(LIVE);
    await bot.click("U0BOB", APPROVALS, card, "decide_approve");
    const run = await bot.message("C0GENERAL", /Failed/);
    await bot.message("C0GENERAL", /status 400/, tsOf(run));
    await bot.slash("U0BOB", "status");

    await expectHarmless(bot);
  });

  test("are text in messages of workflows, whichever part they stand in", async () => {
    const say = (id: string, config: JsonObject, next: string) => ({
      id,
      type: "service",
      config: { service: "slack", channel: "#general", message: `part ${id}`, ...config },
      next,
    });
    const section = (text: string) => ({ type: "section", text: { type: "mrkdwn", text } });
    await using bot = await TestBot.start({
      connected: true,
      definitions: [
        {
          id: "says",
          name: "Says",
          inputs: { v: { type: "text" }, blocks: { type: "text" } },
          steps: [
            say("one", { message: "part one {{variables.v}}" }, "two"),
            say("two", { blocks: [section("{{variables.v}}")] }, "three"),
            say("three", { blocks: [{ type: "markdown", text: "{{variables.v}}" }] }, "four"),
            say(
              "four",
              {
                blocks: [
                  { type: "context", elements: [{ type: "mrkdwn", text: "x {{variables.v}}" }] },
                ],
              },
              "end",
            ),
          ],
        },
      ],
    });

    await bot.engine.executions.start({
      workflowId: "says",
      variables: { v: HOSTILE },
      variableForm: "json",
      trigger: { type: "webhook" },
    });
    await bot.message("C0GENERAL", /part four/);

    await expectHarmless(bot);
    const posts = await bot.calls("chat.postMessage");
    expect(posts).toHaveLength(4);
    for (const post of posts) {
      expect(JSON.stringify(post)).toContain('"parse":"none"');
      expect(JSON.stringify(post)).toMatch(/"unfurl_links":"?false/);
    }
  });
});

describe("inputs that say so", () => {
  const linked = {
    id: "linked",
    name: "Linked",
    inputs: {
      page: { type: "url", link: true },
      who: { type: "user", link: true },
      where: { type: "channel", link: true },
      plain: { type: "url" },
    },
    steps: [
      {
        id: "say",
        type: "service",
        config: {
          service: "slack",
          channel: "#general",
          message:
            "said {{variables.page}} {{variables.who}} {{variables.where}} {{variables.plain}} <@{{variables.who}}>",
          blocks: [{ type: "section", text: { type: "mrkdwn", text: "{{variables.page}}" } }],
        },
      },
    ],
  };

  test("are links and mentions in messages; others are text", async () => {
    await using bot = await TestBot.start({ definitions: [linked], connected: true });

    await bot.engine.executions.start({
      workflowId: "linked",
      variables: {
        page: "https://a.example/?a=1|2",
        who: "U0BOB",
        where: "C0GENERAL",
        plain: "https://b.example/",
      },
      variableForm: "json",
      trigger: { type: "webhook" },
    });
    await bot.message("C0GENERAL", /said/);

    const [post] = await bot.calls("chat.postMessage");
    expect(JSON.stringify(post)).toContain(
      "said <https://a.example/?a=1%7C2> <@U0BOB> <#C0GENERAL> https://b.example/ <@U0BOB>",
    );
    expect(JSON.stringify(post)).toContain('"text":"<https://a.example/?a=1%7C2>"');
  });

  test.for<[string, Variables]>([
    ["page", { page: "https://a.example/> <!channel>" }],
    ["page", { page: "javascript:alert(1)" }],
    ["who", { who: "U0BOB> <!channel>" }],
    ["who", { who: "!channel" }],
    ["where", { where: "C0GENERAL> <!here>" }],
  ])("take nothing else as %s: %j", async ([name, variables]) => {
    await using bot = await TestBot.start({ definitions: [linked], connected: true });

    await expect(
      bot.engine.executions.start({
        workflowId: "linked",
        variables,
        variableForm: "json",
        trigger: { type: "webhook" },
      }),
    ).rejects.toThrow(name);
  });

  test("are refused at deployment where there is nothing to link", async () => {
    await using bot = await TestBot.start({ definitions: [], connected: true });

    expect(
      await bot.engine.workflows.deploy(
        { ...linked, inputs: { ...linked.inputs, more: { type: "text", link: true } } },
        { by: "test" },
      ),
    ).toMatchObject({
      deployed: false,
      problems: [{ path: "inputs.more.link", message: '"link" means nothing for type text' }],
    });
  });
});
