import { describe, expect, test } from "vitest";
import { isJsonObject, type JsonObject, toObjects } from "../../simulator/json.ts";
import type { JsonObject as Config } from "../../src/shared/json.ts";
import { APPROVALS, askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

/** A text whose every word can be found again. */
function words(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, n) => `word-${from + n}`).join(" ");
}

async function ask(config: Config, parts: Config = {}, line = "run ask") {
  const bot = await TestBot.start({ definitions: [askWorkflow(config, parts)] });
  await bot.slash("U0ALICE", line);
  return { bot, card: await bot.message(APPROVALS, /Approval needed/) };
}

/** The newest dialog that a person has open, once it fits. */
function dialog(bot: TestBot, user: string, pattern: RegExp): Promise<JsonObject> {
  return bot.until(async () => {
    const response = await fetch(`${bot.simulator.url}/sim/views?user=${user}`);
    const answer: unknown = await response.json();
    const view = toObjects(isJsonObject(answer) ? answer["views"] : undefined).at(-1);
    return view !== undefined && pattern.test(contentOf(view)) ? view : undefined;
  });
}

/** Clicks a "Show all" or a page. */
async function press(bot: TestBot, user: string, label: string, place: JsonObject, on: JsonObject) {
  const elements = toObjects(on["blocks"]).flatMap((block) => [
    ...toObjects(block["elements"]),
    ...toObjects([block["accessory"]]),
  ]);
  const button = elements.find((element) => JSON.stringify(element["text"]).includes(label));
  if (button === undefined) throw new Error(`There is no ${label} in ${contentOf(on)}`);
  const { action_id, value } = button;
  return bot.act("action", { user, ...place, action_id, value });
}

describe("what an approval asks", () => {
  test("stands whole on the card while it fits", async () => {
    const { bot, card } = await ask({ message: words(0, 450) });
    await using _ = bot;
    const text = contentOf(card);
    for (const word of ["word-0 ", "word-300 ", "word-449"]) expect(text).toContain(word);
    expect(text).not.toMatch(/Show all|…/);
  });

  test("is read whole by a button when the card is too small for it", async () => {
    const { bot, card } = await ask({ message: words(0, 2000) });
    await using _ = bot;
    expect(contentOf(card)).toMatch(/only a part of what is asked.*Show all.*decide_approve/s);
    expect(contentOf(card)).not.toContain("word-1999");

    const place = { channel: APPROVALS, ts: tsOf(card) };
    const ack = await press(bot, "U0BOB", "Show all", place, card);

    expect(ack).toMatchObject({ acked: true });
    const all = contentOf(await dialog(bot, "U0BOB", /word-1999/));
    for (const word of words(0, 2000).split(" ")) expect(all).toContain(word);
  });

  test("is read page by page when one dialog is too small for it as well", async () => {
    const { bot, card } = await ask({ message: "界".repeat(100_000) });
    await using _ = bot;
    const place = { channel: APPROVALS, ts: tsOf(card) };
    await press(bot, "U0BOB", "Show all", place, card);
    const first = await dialog(bot, "U0BOB", /Page 1 of 2/);
    await press(bot, "U0BOB", "Next page", { view_id: first["id"] ?? "" }, first);
    const second = await dialog(bot, "U0BOB", /Page 2 of 2/);
    const count = (view: JsonObject): number => contentOf(view).match(/界/g)?.length ?? 0;
    expect(count(first) + count(second)).toBe(100_000);
    await press(bot, "U0BOB", "Previous page", { view_id: second["id"] ?? "" }, second);
    await dialog(bot, "U0BOB", /Page 1 of 2/);
  });

  test("has a long title in short at its head, and whole below", async () => {
    const { bot, card } = await ask({ title: words(0, 400) });
    await using _ = bot;
    const [head] = toObjects(card["blocks"]);
    expect(contentOf({ blocks: [head ?? {}] })).toMatch(/word-0 .*…\*/);
    expect(contentOf(card)).toMatch(/\*Title:\* word-0 .*word-399/s);
  });

  test("shows every value of many, and long ones whole, by the button", async () => {
    const names = Array.from({ length: 12 }, (_, n) => `field${n}`);
    const inputs = Object.fromEntries(names.map((name) => [name, { type: "string" }]));
    const long = `start ${"x".repeat(600)} finish`;
    const values = names.map((name, n) => `${name}="${n === 3 ? long : `value ${n} end`}"`);
    const { bot, card } = await ask({}, { inputs }, `run ask ${values.join(" ")}`);
    await using _ = bot;
    expect(contentOf(card)).not.toContain("value 11 end");
    expect(contentOf(card)).not.toContain("finish");
    const place = { channel: APPROVALS, ts: tsOf(card) };
    await press(bot, "U0BOB", "Show all", place, card);
    const all = contentOf(await dialog(bot, "U0BOB", /value 11 end/));
    expect(all).toContain("finish");
  });

  test("shows what is sensitive behind the button to those who decide, not on the card, and nothing to guests", async () => {
    const inputs = { pin: { type: "string", sensitive: true } };
    const { bot, card } = await ask(
      { message: "Shall it be done?" },
      { inputs },
      "run ask pin=zebra-77",
    );
    await using _ = bot;
    const place = { channel: APPROVALS, ts: tsOf(card) };
    await press(bot, "U0DAVE", "Show all", place, card);
    expect(contentOf(await dialog(bot, "U0DAVE", /members of this workspace/))).not.toContain(
      "done?",
    );
    await press(bot, "U0BOB", "Show all", place, card);
    expect(contentOf(await dialog(bot, "U0BOB", /zebra-77/))).toMatch(/pin.*zebra-77/);
    expect(contentOf(card)).toMatch(/pin.*_hidden_/);
    expect(contentOf(card)).not.toContain("zebra");
  });

  test("names people whom the data names by their ids, and nothing else that looks like one", async () => {
    const inputs = { buyer: { type: "user" }, invoice: { type: "string" } };
    const { bot, card } = await ask(
      {
        title: "Pay {{variables.buyer}}",
        message: "{{variables.invoice}} for <@{{variables.buyer}}> & <!channel>",
      },
      { inputs },
      "run ask buyer=U0CAROL invoice=U2024001",
    );
    await using _ = bot;
    const text = contentOf(card);
    expect(text).toContain("Approval needed: Pay <@U0CAROL>");
    expect(text).toContain("U2024001 for <@U0CAROL> &amp; &lt;!channel&gt;");
    expect(text).not.toContain("<@U2024001>");
  });
});
