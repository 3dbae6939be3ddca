import { describe, expect, test, vi } from "vitest";
import { toObjects, toText } from "../json.ts";
import { openSimulator } from "../simulator.ts";
import { Person } from "./support/person.ts";
import { RawSocket } from "./support/raw-socket.ts";
import { startSample } from "./support/sample-app.ts";
import { clientOf, openSample } from "./support/web-client.ts";

const quick = { timings: { ackMs: 60, eventRetriesMs: [] } };

describe("the person's side without a bot", () => {
  test("offers the tour with this project's manifest, and none with another bot's", async () => {
    await using own = await openSimulator(quick);
    await using other = await openSample(quick);

    expect(await new Person(own.url, "U0ALICE").see("bootstrap")).toMatchObject({ tour: true });
    expect(await new Person(other.url, "U0ALICE").see("bootstrap")).toMatchObject({ tour: false });
  });

  test("says at once what the bot does not subscribe to, and after the time for it what nobody answered", async () => {
    await using simulator = await openSample({
      manifest: {
        settings: {
          event_subscriptions: { bot_events: ["message.im"] },
          interactivity: { is_enabled: true },
        },
        oauth_config: { scopes: { bot: ["commands", "im:history"] } },
        features: { slash_commands: [{ command: "/sample" }] },
      },
      ...quick,
    });
    const alice = new Person(simulator.url, "U0ALICE");
    // An app that listens and never answers.
    await (await RawSocket.open(simulator)).next();

    const inChannel = await alice.act("message", { channel: "C0GENERAL", text: "hi" });
    expect(inChannel).toMatchObject({ ok: true, acked: false, delivered: false });
    expect(inChannel["ts"]).toMatch(/^\d{10}\.\d{6}$/);
    expect(await alice.act("shortcut", { callback_id: "x" })).toMatchObject({ delivered: false });
    for (const answer of [
      await alice.act("message", { channel: "D0ALICE", text: "hi" }),
      await alice.act("slash", { channel: "C0GENERAL", command: "/sample", text: "" }),
      await alice.act("action", { channel: "C0GENERAL", ts: "1.000001", action_id: "a" }),
    ]) {
      expect(answer).toMatchObject({ acked: false, error: "operation_timeout" });
      expect(answer["ackMs"]).toBeGreaterThanOrEqual(50);
    }
  });

  test("lists the seeded workspace", async () => {
    await using simulator = await openSample();
    const alice = new Person(simulator.url, "U0ALICE");

    const users = toObjects((await alice.see("users"))["users"]);
    expect(users.map((user) => user["id"])).toEqual(
      expect.arrayContaining(["U0ALICE", "U0BOB", "U0CAROL", "U0DAVE", "U0BOT"]),
    );
    expect(users.find((user) => user["id"] === "U0DAVE")).toMatchObject({ is_restricted: true });
    const channels = toObjects((await alice.see("channels"))["channels"]);
    expect(channels.find((channel) => channel["id"] === "C0ONCALL")).toMatchObject({
      name: "oncall-alerts",
      is_im: false,
      members: ["U0ALICE", "U0BOB", "U0CAROL", "U0DAVE", "U0BOT"],
    });
    expect(channels.find((channel) => channel["id"] === "D0CAROL")).toMatchObject({
      is_im: true,
      user: "U0CAROL",
      members: ["U0CAROL", "U0BOT"],
    });
  });

  test("refuses what Slack refuses, and says so to the person", async () => {
    await using simulator = await openSample(quick);
    const bob = new Person(simulator.url, "U0BOB");
    const sent = await bob.act("message", { channel: "C0GENERAL", text: "Hi" });
    const threadTs = toText(sent["ts"]) ?? "";

    const refusals = {
      command_not_found: bob.act("slash", { channel: "C0GENERAL", command: "/nope" }),
      command_not_supported_in_threads: bob.act("slash", {
        channel: "C0GENERAL",
        command: "/sample",
        thread_ts: threadTs,
      }),
      channel_not_found: bob.act("message", { channel: "D0ALICE", text: "x" }),
      user_not_found: new Person(simulator.url, "U0NOBODY").act("message", { text: "x" }),
      invalid_arguments: bob.act("message", { channel: "C0GENERAL" }),
      thread_not_found: bob.act("message", { channel: "C0GENERAL", text: "x", thread_ts: "1.1" }),
      message_not_found: bob.act("reaction", { channel: "C0GENERAL", ts: "1.1", name: "eyes" }),
      view_not_found: bob.act("view-submit", { view_id: "V1", values: {} }),
    };

    for (const [error, answer] of Object.entries(refusals)) {
      expect(await answer).toMatchObject({ ok: false, acked: false, error });
    }
    expect(await bob.messages("C0GENERAL")).toMatchObject([
      { text: "Hi" },
      { ephemeral: true, username: "Slackbot" },
    ]);
    expect(await bob.messages("C0GENERAL", { thread_ts: threadTs })).toMatchObject([
      { text: "Hi" },
      { ephemeral: true, username: "Slackbot", thread_ts: threadTs },
    ]);
  });

  test("shows threads, and ephemeral messages to their reader alone", async () => {
    await using simulator = await openSample(quick);
    const { chat } = clientOf(simulator);
    const alice = new Person(simulator.url, "U0ALICE");
    const bob = new Person(simulator.url, "U0BOB");
    const { ts = "" } = await chat.postMessage({ channel: "C0GENERAL", text: "Parent" });
    await chat.postMessage({ channel: "C0GENERAL", text: "Reply", thread_ts: ts });
    await chat.postEphemeral({ channel: "C0GENERAL", user: "U0BOB", text: "Secret" });

    expect(await alice.messages("C0GENERAL")).toMatchObject([{ text: "Parent", reply_count: 1 }]);
    expect(await bob.messages("C0GENERAL")).toMatchObject([
      { text: "Parent" },
      { text: "Secret", ephemeral: true },
    ]);
    expect(await alice.messages("C0GENERAL", { thread_ts: ts })).toMatchObject([
      { text: "Parent" },
      { text: "Reply" },
    ]);
  });
});

describe("mentions", () => {
  test("in a command are escaped only where the manifest says so", async () => {
    await using setup = await startSample("socket", {}, (app) => {
      for (const command of ["/sample", "/plain"]) {
        app.command(command, async ({ ack, command: sent }) => ack(`\`${sent.text}\``));
      }
    });
    const alice = new Person(setup.simulator.url, "U0ALICE");
    const text = "ask @bob or <@U0CAROL> or @finance in #general & tell https://x.y/z <now>";

    await alice.act("slash", { channel: "C0GENERAL", command: "/sample", text });
    await alice.act("slash", { channel: "C0GENERAL", command: "/plain", text });

    expect((await alice.messages("C0GENERAL")).map((message) => message["text"])).toEqual([
      "`ask <@U0BOB|bob> or <@U0CAROL|carol> or <!subteam^S0FINANCE|@finance> in <#C0GENERAL|general> &amp; tell <https://x.y/z> &lt;now&gt;`",
      "`ask @bob or @carol or @finance in #general &amp; tell https://x.y/z &lt;now&gt;`",
    ]);
  });

  test("in a message become entities and a mention of the bot an event of its own", async () => {
    const seen: string[] = [];
    await using setup = await startSample("socket", {}, (app) => {
      app.event("app_mention", async ({ event }) => {
        seen.push(event.text);
      });
    });
    const alice = new Person(setup.simulator.url, "U0ALICE");

    const sent = await alice.act("message", {
      channel: "C0GENERAL",
      text: "@sample look at #finance",
    });

    expect(sent).toMatchObject({ acked: true });
    expect(seen).toEqual(["<@U0BOT> look at <#C0FINANCE|finance>"]);
  });
});

describe("control", () => {
  test("faults hit the next calls of a method, as often as asked", async () => {
    await using simulator = await openSample();
    const alice = new Person(simulator.url, "U0ALICE");
    const post = (method: string) =>
      fetch(`${simulator.apiUrl}${method}`, {
        method: "POST",
        headers: { authorization: "Bearer xoxb-simulator", "content-type": "application/json" },
        body: JSON.stringify({ channel: "C0GENERAL", text: "x" }),
      });

    await alice.act("faults", {
      target: "slack",
      method: "chat.postMessage",
      error: "fatal_error",
      times: 1,
    });
    await alice.act("faults", {
      target: "slack",
      method: "chat.postMessage",
      retry_after: 7,
      times: 1,
    });
    await alice.act("faults", {
      target: "slack",
      method: "chat.postMessage",
      status: 503,
      applied: true,
      times: 1,
    });
    await alice.act("faults", {
      target: "slack",
      method: "chat.postMessage",
      raw: "<html>",
      delay_ms: 5,
      times: 1,
    });

    expect((await post("auth.test")).status).toBe(200);
    expect(await (await post("chat.postMessage")).json()).toEqual({
      ok: false,
      error: "fatal_error",
    });
    const limited = await post("chat.postMessage");
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "7"]);
    expect((await post("chat.postMessage")).status).toBe(503);
    expect(await (await post("chat.postMessage")).text()).toBe("<html>");
    expect(await (await post("chat.postMessage")).json()).toMatchObject({ ok: true });
    expect(await alice.messages("C0GENERAL")).toHaveLength(2);
    const calls = toObjects((await alice.see("calls", { method: "chat.postMessage" }))["calls"]);
    expect(calls.map((call) => call["status"])).toEqual([200, 429, 503, 200, 200]);
    expect(JSON.stringify(calls)).not.toContain("xoxb");
  });

  test("a late answer is late alone: what the call does is done at once", async () => {
    await using simulator = await openSample();
    const alice = new Person(simulator.url, "U0ALICE");
    const fault = { target: "slack", method: "chat.postMessage", delay_ms: 300, times: 1 };
    await alice.act("faults", fault);

    let isAnswered = false;
    const call = fetch(`${simulator.url}/api/chat.postMessage`, {
      method: "POST",
      headers: {
        authorization: "Bearer xoxb-simulator",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "channel=C0GENERAL&text=slow",
    }).finally(() => {
      isAnswered = true;
    });
    await vi.waitFor(async () => expect(await alice.messages("C0GENERAL")).toHaveLength(1));

    expect(isAnswered).toBe(false);
    expect((await call).status).toBe(200);
  });

  test("a fault that makes no sense is a bad request that names the member", async () => {
    await using simulator = await openSample();
    const alice = new Person(simulator.url, "U0ALICE");

    expect(await alice.act("faults", { target: "fax" })).toMatchObject({ ok: false });
    expect(await alice.act("faults", { target: "slack", status: "bad" })).toMatchObject({
      message: expect.stringMatching(/no fault of the Web API.*at status/s),
    });
  });

  test("a reset empties the workspace and keeps the sockets", async () => {
    await using setup = await startSample("socket");
    const alice = new Person(setup.simulator.url, "U0ALICE");
    await setup.app.client.chat.postMessage({ channel: "C0GENERAL", text: "x" });

    expect(await alice.act("reset")).toMatchObject({ ok: true });

    expect(await alice.messages("C0GENERAL")).toEqual([]);
    expect(await alice.act("message", { channel: "D0ALICE", text: "hi" })).toMatchObject({
      acked: true,
    });
  });

  test("a page of another site cannot act", async () => {
    await using simulator = await openSample();
    const send = (headers: Record<string, string>) =>
      fetch(`${simulator.url}/sim/reset`, { method: "POST", headers });

    expect((await send({ origin: "https://evil.example" })).status).toBe(403);
    expect((await send({ origin: simulator.url })).status).toBe(200);
  });
});
