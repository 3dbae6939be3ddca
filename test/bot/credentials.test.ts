import { describe, expect, test } from "vitest";
import { isJsonObject, type JsonObject, toObjects, toText } from "../../simulator/json.ts";
import { encryptStore } from "../../src/store/encryption/encrypted-store.ts";
import { contentOf, TestBot, type TestBotOptions, tsOf } from "../support/bot.ts";
import { dialog, dialogsOf, submit } from "../support/dialogs.ts";
import { newKey, ringOf } from "../support/key-ring.ts";
import { json, startLoopbackServer } from "../support/loopback-server.ts";

const GENERAL = "C0GENERAL";
const TOKEN = "ghp_a-token-that-opens-all-doors";
const FORM = /"callback_id":"credential"/;

/** A workflow whose request proves itself with `github`, and whose result is what came back. */
const asking = (url: string): JsonObject => ({
  id: "triage",
  name: "Triage",
  steps: [
    {
      id: "ask",
      type: "service",
      config: {
        ...{ service: "http", action: "request", url, auth: { credential: "github" } },
        expectStatus: [200, 401],
      },
    },
  ],
});

/** The bot with an admin, Alice, and a store that encrypts. */
function startBot(options: Partial<TestBotOptions> = {}): Promise<TestBot> {
  return TestBot.start({
    ...{ definitions: [], admins: ["U0ALICE"], connected: true },
    wrapStore: (store) => encryptStore(store, ringOf(newKey())),
    ...options,
  });
}

async function openForm(bot: TestBot, name = "github"): Promise<JsonObject> {
  const typed = { channel: GENERAL, command: "/workflow", text: `credential set ${name}` };
  await bot.act("slash", { user: "U0ALICE", ...typed });
  return dialog(bot, "U0ALICE", FORM);
}

/** Sets `github` by the form. @returns what Slack's client shows then. */
async function setToken(bot: TestBot, hosts: string, token = TOKEN, testUrl = "") {
  const form = await openForm(bot);
  return submit(bot, "U0ALICE", form, {
    "field:token": token,
    "field:hosts": hosts,
    ...(testUrl !== "" && { "field:testUrl": testUrl }),
  });
}

const fieldsOf = (view: JsonObject): readonly unknown[] =>
  toObjects(view["blocks"]).flatMap(({ type, block_id: id }) => (type === "input" ? [id] : []));

/** All that the bot sent to Slack, as text. */
const sentBy = (bot: TestBot): string =>
  JSON.stringify(bot.simulator.workspace.traffic.calls().map(({ args }) => args));

/** Clicks a button of the last answer that has it. */
async function clickAnswer(bot: TestBot, actionId: string): Promise<void> {
  const card = await bot.until(async () => {
    const messages = await bot.messages(GENERAL, undefined, "U0ALICE");
    return messages.findLast((one) => contentOf(one).includes(`"${actionId}"`));
  });
  const element = toObjects(card["blocks"])
    .flatMap((block) => [
      ...toObjects(block["elements"]),
      ...(isJsonObject(block["accessory"]) ? [block["accessory"]] : []),
    ])
    .find((one) => one["action_id"] === actionId);
  await bot.act("action", {
    ...{ user: "U0ALICE", channel: GENERAL, ts: tsOf(card), action_id: actionId },
    value: toText(element?.["value"]) ?? "",
  });
}

const answered = (bot: TestBot, pattern: RegExp): Promise<string> =>
  bot.until(async () =>
    (await bot.privates("U0ALICE", GENERAL)).find((answer) => pattern.test(answer)),
  );

describe("/workflow credential", () => {
  test("sets a token by a form; it serves the workflow that is allowed, and is read nowhere", async () => {
    const log: string[] = [];
    await using bot = await startBot({ onLog: (line) => log.push(line) });
    await using server = await startLoopbackServer((request, response) => {
      json(200, { echo: request.headers.authorization })(request, response);
    });
    const { host } = new URL(server.url);

    expect(await setToken(bot, host, TOKEN, `${server.url}/user`)).toMatchObject({ acked: true });
    await dialog(bot, "U0ALICE", /`github` is set\. No workflow may use it yet/);
    const deployed = await bot.engine.workflows.deploy(asking(server.url), { by: "U0ALICE" });
    expect(deployed).toMatchObject({
      warnings: [{ fix: "An admin allows it with “credential allow github triage”." }],
    });
    expect(await bot.slash("U0ALICE", "credential allow github triage")).toContain(
      "`triage` may use `github` from now on",
    );
    await bot.slash("U0ALICE", "run triage");
    const run = await bot.until(async () => {
      const query = { workflowId: "triage", status: "completed" } as const;
      return (await bot.engine.executions.list(query)).executions[0];
    });

    expect(server.received[0]?.headers["authorization"]).toBe(`Bearer ${TOKEN}`);
    const list = await bot.slash("U0ALICE", "credential");
    expect(list).toMatch(/`github` \(Bearer token\) for 127\.0\.0\.1:\d+; set by <@U0ALICE>/);
    expect(list).toMatch(/`triage` may use it; last used .* by `triage`/);
    const view = await bot.engine.executions.get(run.executionId, "U0ALICE");
    expect(JSON.stringify(view)).toContain("Bearer [secret]");
    const audit = await bot.store.audit.list({ limit: 99 });
    const state = [view, audit, await bot.engine.credentials.list("U0ALICE"), log, list];
    expect(JSON.stringify(state)).not.toContain(TOKEN);
    expect(sentBy(bot)).not.toContain(TOKEN);
  });

  test("shows the fields of the kind that is chosen, and keeps nothing of them in the dialog", async () => {
    await using bot = await startBot();
    const form = await openForm(bot);
    expect(fieldsOf(form)).toEqual(["kind", "field:token", "field:hosts", "field:testUrl"]);

    await bot.act("action", {
      ...{ user: "U0ALICE", view_id: form["id"] ?? "", action_id: "credential_kind" },
      selected: "basic",
    });
    const basic = await dialog(bot, "U0ALICE", /field:password/);
    expect(fieldsOf(basic).slice(0, 3)).toEqual(["kind", "field:username", "field:password"]);
    await submit(bot, "U0ALICE", basic, {
      ...{ kind: "basic", "field:username": "ann", "field:password": "p4ss word-long" },
      "field:hosts": "jira.example.com, *.jira.example.com",
    });
    const notice = await dialog(bot, "U0ALICE", /`github` is set/);

    expect(form["private_metadata"]).toBe("github");
    expect(basic["private_metadata"]).toBe("github");
    expect(JSON.stringify(notice)).not.toContain("p4ss");
    expect(await bot.store.credentials.get("github")).toMatchObject({
      values: { kind: "basic", username: "ann", password: "p4ss word-long" },
      hosts: ["jira.example.com", "*.jira.example.com"],
      setBy: "U0ALICE",
    });
  });

  test.for([
    { hosts: "https://api.github.com", says: "Must be a host such as api.example.com." },
    { hosts: "*.com", says: "everybody can register names" },
  ])("says under the field what is wrong with $hosts", async ({ hosts, says }) => {
    await using bot = await startBot();

    const outcome = await setToken(bot, hosts);

    expect(outcome).toMatchObject({
      response_action: "errors",
      errors: { "field:hosts": expect.stringContaining(says) },
    });
    expect(await bot.store.credentials.list()).toEqual([]);
  });

  test("opens no form where nothing encrypts what is set, and says what to do", async () => {
    await using bot = await startBot({ wrapStore: (store) => encryptStore(store, null) });

    const answer = await bot.slash("U0ALICE", "credential set github");

    expect(answer).toContain("The operator sets ENCRYPTION_KEY");
    expect(await dialogsOf(bot, "U0ALICE")).toEqual([]);
  });

  test("is for admins alone, and shown to nobody else", async () => {
    await using bot = await startBot();

    expect(await bot.slash("U0BOB", "credential set github")).toContain("only admins may");
    expect(await bot.slash("U0BOB", "credential")).toContain("only admins may");
    expect(await bot.slash("U0BOB", "help access")).not.toContain("credential");
    expect(await bot.slash("U0ALICE", "help access")).toContain("/workflow credential");
  });

  test("takes no value in the command, and repeats none", async () => {
    const log: string[] = [];
    await using bot = await startBot({ onLog: (line) => log.push(line) });
    const typed = [`set github ${TOKEN}`, `set github token=${TOKEN}`, `set ${TOKEN}`, TOKEN];

    const answers: string[] = [];
    for (const text of typed) answers.push(await bot.slash("U0ALICE", `credential ${text}`));

    expect(answers[0]).toContain("Write the name alone: `/workflow credential set github`");
    expect(JSON.stringify([answers, log])).not.toContain("opens-all-doors");
    expect(await bot.store.credentials.list()).toEqual([]);
  });

  test("written as a message is answered with a button that opens the form", async () => {
    await using bot = await startBot();
    const text = "<@U0BOT> credential set github";

    await bot.act("message", { user: "U0ALICE", channel: GENERAL, text });
    await clickAnswer(bot, "set_credential");

    await dialog(bot, "U0ALICE", FORM);
  });

  test("tests a credential by a button or at a path, and says what the answer means", async () => {
    await using bot = await startBot();
    await using server = await startLoopbackServer(({ url }, response) => {
      response.writeHead(url === "/user" ? 200 : url === "/secret" ? 401 : 404).end();
    });
    const { host } = new URL(server.url);
    await setToken(bot, host, TOKEN, `${server.url}/user`);
    await dialog(bot, "U0ALICE", /is set/);

    await bot.slash("U0ALICE", "credential list");
    await clickAnswer(bot, "test_credential");
    await answered(bot, /answered with status 200: it takes `github`/);
    const refused = await bot.slash("U0ALICE", `credential test github ${server.url}/secret`);
    const unknown = await bot.slash("U0ALICE", `credential test github ${server.url}/nowhere`);
    const elsewhere = await bot.slash("U0ALICE", "credential test github https://evil.example/");

    expect(refused).toContain("status 401: it refuses `github`");
    expect(unknown).toContain("status 404: that says nothing");
    expect(elsewhere).toContain("may not be sent to evil.example");
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual(
      Array.from({ length: 3 }, () => `Bearer ${TOKEN}`),
    );
  });

  test("removes one after a confirmation, and only when told to while a workflow needs it", async () => {
    await using bot = await startBot();
    await setToken(bot, "api.github.com");
    await dialog(bot, "U0ALICE", /is set/);
    await bot.engine.workflows.deploy(asking("https://api.github.com/"), { by: "U0ALICE" });

    const refused = await bot.slash("U0ALICE", "credential remove github");
    expect(refused).toContain("the active version of triage needs it");
    expect(await bot.slash("U0ALICE", "credential remove github force")).toContain(
      "Remove the credential?",
    );
    expect(await bot.store.credentials.list()).toHaveLength(1);
    await clickAnswer(bot, "remove_credential");

    await answered(bot, /The credential `github` is removed/);
    expect(await bot.slash("U0ALICE", "credential")).toContain("There is no credential");
  });

  test("takes a workflow's right back", async () => {
    await using bot = await startBot();
    await setToken(bot, "api.github.com");
    await dialog(bot, "U0ALICE", /is set/);
    await bot.engine.workflows.deploy(asking("https://api.github.com/"), { by: "U0ALICE" });

    expect(await bot.slash("U0ALICE", "credential allow github all")).toContain(
      "All workflows may use `github` from now on",
    );
    await bot.slash("U0ALICE", "credential allow github Triage");
    const still = await bot.slash("U0ALICE", "credential disallow github triage");
    await bot.slash("U0ALICE", "credential disallow github all");

    expect(still).toContain("All workflows may, though");
    expect(await bot.slash("U0ALICE", "credential")).toMatch(
      /no workflow may use it; `triage` may not, but needs it; never used/,
    );
  });
});
