import { expect, test } from "vitest";
import { type JsonObject, toObjects } from "../../simulator/json.ts";
import { askWorkflow } from "../support/ask-workflow.ts";
import { contentOf, TestBot, tsOf } from "../support/bot.ts";

/** Erin of another organization reads it. */
const PARTNER = "C0PARTNER";

async function said(bot: TestBot, channel: string): Promise<string> {
  return (await bot.messages(channel)).map(contentOf).join("\n");
}

/** Bob, who is no admin, is in #partner, too. */
async function letBobIn(bot: TestBot): Promise<void> {
  const members = ["U0ALICE", "U0BOB", "U0ERIN", "U0BOT"];
  await bot.act("channel", { channel: PARTNER, members });
}

/** Presses "Show all" beside a card's text. */
async function showAll(
  bot: TestBot,
  user: string,
  channel: string,
  card: JsonObject,
): Promise<void> {
  const accessory = toObjects(card["blocks"])
    .map((block) => toObjects([block["accessory"]])[0])
    .find((element) => element?.["action_id"] === "show_request");
  const value = accessory?.["value"] ?? "";
  const click = { user, channel, ts: tsOf(card), action_id: "show_request", value };
  expect(await bot.act("action", click)).toMatchObject({ ok: true });
}

/** Posts what is sensitive to a channel. */
function posting(channel: string, more: JsonObject = {}): JsonObject {
  return {
    id: "post",
    name: "Post",
    inputs: { iban: { type: "string", required: true, sensitive: true } },
    steps: [
      {
        id: "send",
        type: "service",
        config: { service: "slack", channel, message: "Paid to {{variables.iban}} & done" },
      },
    ],
    ...more,
  };
}

test("a run that is started in a channel which another organization reads reports to its starter alone", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()] });
  await letBobIn(bot);

  const answer = await bot.slash("U0BOB", "run ask", PARTNER);

  expect(answer).toMatch(
    /another organization read this channel, so its card comes to your direct/,
  );
  expect(answer).toMatch(/An admin can allow cards here/);
  await bot.message("D0BOB", /people of another organization read <#C0PARTNER>/);
  expect(await said(bot, PARTNER)).not.toMatch(/Ask/);
});

test("an admin allows cards in such a channel by a button, is recorded, and can take it back", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()] });
  await bot.slash("U0ALICE", "run ask", PARTNER);
  await bot.message("D0ALICE", /Ask/);
  const [offer] = (await bot.messages(PARTNER, undefined, "U0ALICE")).slice(-1);

  await bot.click("U0ALICE", PARTNER, offer ?? {}, "allow_sharing");
  await bot.until(async () => (await bot.engine.sharing.consentTo(PARTNER)) ?? undefined);
  await bot.slash("U0ALICE", "run ask", PARTNER);
  await bot.message(PARTNER, /Ask/);

  expect(await bot.slash("U0ALICE", "sharing revoke", PARTNER)).toMatch(/no more/);
  const before = await said(bot, PARTNER);
  await bot.slash("U0ALICE", "run ask", PARTNER);
  await bot.until(async () => ((await bot.messages("D0ALICE")).length >= 2 ? true : undefined));
  expect(await said(bot, PARTNER)).toBe(before);

  const { records } = await bot.engine.audit.list({ limit: 100 }, "api");
  expect(
    records
      .filter(({ action }) => action === "share")
      .map(({ actor, changes }) => [actor, changes?.[0]?.to]),
  ).toEqual([
    ["U0ALICE", true],
    ["U0ALICE", false],
  ]);
});

test("who is no admin cannot allow it", async () => {
  await using bot = await TestBot.start({ definitions: [] });
  await letBobIn(bot);

  expect(await bot.slash("U0BOB", "sharing allow", PARTNER)).toMatch(/only admins may/);
  expect(await bot.engine.sharing.consentTo(PARTNER)).toBeNull();
});

test("an approval that names such a channel is asked in direct messages, unless the workflow says that it may stand there", async () => {
  const asked = askWorkflow({ channel: "#partner" });
  await using bot = await TestBot.start({ definitions: [asked] });

  await bot.slash("U0ALICE", "run ask");
  const run = await bot.message("C0GENERAL", /Ask/);
  await bot.message("C0GENERAL", /people of another organization read/, tsOf(run));
  expect(await said(bot, PARTNER)).toBe("");

  await bot.engine.workflows.deploy({ ...asked, sharedChannels: "allow" }, { by: "test" });
  await bot.slash("U0ALICE", "run ask");
  await bot.message(PARTNER, /Approval needed/);
});

test("an open approval leaves a channel that becomes shared with another organization", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()], recheckMs: 200 });
  await bot.slash("U0ALICE", "run ask");
  await bot.message("C0APPROVALS", /Approval needed/);

  await bot.act("channel", { channel: "C0APPROVALS", is_ext_shared: true });

  const run = await bot.message("C0GENERAL", /Ask/);
  await bot.message("C0GENERAL", /people of another organization read/, tsOf(run));
});

test("what is sensitive is masked in a message that a workflow itself sends there, and nowhere else", async () => {
  await using bot = await TestBot.start({
    definitions: [posting("#partner"), posting("#finance", { id: "post-inside" })],
    connected: true,
  });

  await bot.slash("U0ALICE", "run post iban=DE021203");
  await bot.slash("U0ALICE", "run post-inside iban=DE021203");

  await bot.message(PARTNER, /Paid to ••• &/);
  await bot.message("C0FINANCE", /Paid to DE021203 &/);
  expect(await said(bot, PARTNER)).not.toContain("DE021203");
});

test("a message with sensitive values is not sent where it is not known who reads it", async () => {
  await using bot = await TestBot.start({ definitions: [posting("#random")], connected: true });

  await bot.slash("U0ALICE", "run post iban=DE021203");

  const run = await bot.message("C0GENERAL", /Post/);
  await bot.message(
    "C0GENERAL",
    /it is not known whether other organizations read #random/,
    tsOf(run),
  );
});

test("an approver who opens the whole request there does not see what is sensitive, and does elsewhere", async () => {
  const parts = {
    inputs: { iban: { type: "string", required: true, sensitive: true } },
    sharedChannels: "allow",
  };
  const asked = askWorkflow({ channel: "#partner", message: "Pay to {{variables.iban}}" }, parts);
  await using bot = await TestBot.start({ definitions: [asked] });
  await letBobIn(bot);
  await bot.slash("U0ALICE", "run ask iban=DE021203");

  const card = await bot.message(PARTNER, /Pay to •••/);
  await showAll(bot, "U0BOB", PARTNER, card);
  const shown = await bot.until(async () => {
    const updates = await bot.calls("views.update");
    return updates.length > 0 ? JSON.stringify(updates) : undefined;
  });
  expect(shown).toContain("Pay to •••");
  expect(shown).not.toContain("DE021203");

  const copy = await bot.message("D0CAROL", /Pay to •••/);
  await showAll(bot, "U0CAROL", "D0CAROL", copy);
  await bot.until(async () => {
    const updates = JSON.stringify(await bot.calls("views.update"));
    return updates.includes("DE021203") ? true : undefined;
  });
});

test("the admins hear of a run that no person started and that would report to such a channel", async () => {
  await using bot = await TestBot.start({ definitions: [askWorkflow()], admins: ["U0CAROL"] });

  await bot.engine.executions.start({
    workflowId: "ask",
    variables: {},
    variableForm: "json",
    trigger: { type: "webhook" },
    report: { channel: PARTNER, on: "all" },
  });

  await bot.message("D0CAROL", /Workflows report to <#C0PARTNER>, which people of another org/);
  expect(await said(bot, PARTNER)).toBe("");
});
