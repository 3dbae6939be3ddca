import { describe, expect, test } from "vitest";
import { RateLimits } from "../api/rate-limits.ts";
import { EventQueue } from "../delivery/event-queue.ts";
import type { Delivery } from "../delivery/transport.ts";
import { SLACK_LIMITS } from "../limits.ts";
import { ManualClock } from "./support/manual-clock.ts";
import { requestModal } from "./support/sample-listeners.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

const POST_BURST = 25;

describe("rate limits", () => {
  test("posting faster than one message a second and channel is told when to come back", async () => {
    const clock = new ManualClock();
    await using simulator = await openSample({ clock });
    const { chat } = clientOf(simulator);
    const post = (channel: string) => chat.postMessage({ channel, text: "x" });
    for (let count = 0; count < POST_BURST; count += 1) await post("C0GENERAL");

    await expect(post("C0GENERAL")).rejects.toMatchObject({
      code: "slack_webapi_rate_limited_error",
      retryAfter: 1,
    });
    expect(await post("C0APPROVALS")).toMatchObject({ ok: true });
    clock.advance(1_000);
    expect(await post("C0GENERAL")).toMatchObject({ ok: true });
  });

  test("a channel has one limit, by whichever name it is called", async () => {
    await using simulator = await openSample({
      limits: { postBurst: 3 },
      clock: new ManualClock(),
    });
    const { chat } = clientOf(simulator);
    for (const channel of ["C0GENERAL", "#general", "general"]) {
      await chat.postMessage({ channel, text: "x" });
    }

    await expect(chat.postMessage({ channel: "#general", text: "x" })).rejects.toThrow();
  });

  test("the status of a conversation is set about once a second", async () => {
    await using simulator = await openSample({
      limits: { postBurst: 1 },
      clock: new ManualClock(),
    });
    const { assistant, chat } = clientOf(simulator);
    const { ts = "" } = await chat.postMessage({ channel: "C0GENERAL", text: "hi" });
    const set = () =>
      assistant.threads.setStatus({
        channel_id: "C0GENERAL",
        thread_ts: ts,
        status: "is thinking",
      });

    expect(await set()).toMatchObject({ ok: true });
    await expect(set()).rejects.toMatchObject({ retryAfter: 1 });
  });

  test("the workspace has a limit of its own", async () => {
    const limits = { postsPerMinute: 2 };
    await using simulator = await openSample({ limits, clock: new ManualClock() });
    const { chat } = clientOf(simulator);
    for (const channel of ["C0GENERAL", "C0APPROVALS"]) {
      await chat.postMessage({ channel, text: "x" });
    }

    await expect(chat.postMessage({ channel: "C0ONCALL", text: "x" })).rejects.toMatchObject({
      retryAfter: 30,
    });
  });

  test("a call before the end of a wait is refused, and an app that hammers waits longer", () => {
    const clock = new ManualClock();
    const limits = new RateLimits(clock, { ...SLACK_LIMITS, postBurst: 1, patience: 2 });
    const post = () => limits.take("chat.postMessage", "posting", "C0GENERAL");

    expect([post(), post()]).toEqual([undefined, 1]);
    clock.advance(500);
    expect([post(), post(), post()]).toEqual([1, 1, 30]);
    clock.advance(29_000);
    expect(post()).toBe(1);
    clock.advance(1_000);
    expect(post()).toBeUndefined();
  });

  test("some waits are long", () => {
    const clock = new ManualClock();
    const limits = new RateLimits(clock, { ...SLACK_LIMITS, postBurst: 1, longWaitEvery: 3 });
    const waits = Array.from({ length: 12 }, () => {
      const wait = limits.take("chat.postMessage", "posting", "C0GENERAL");
      clock.advance((wait ?? 0) * 1_000);
      return wait;
    });

    expect(waits.filter((wait) => wait !== undefined)).toEqual([1, 1, 10, 1, 1, 10]);
  });

  test("can run faster than Slack's", () => {
    const clock = new ManualClock();
    const limits = new RateLimits(clock, { ...SLACK_LIMITS, speed: 10 });
    const list = () => limits.take("conversations.list", 2, "");
    const answered = (calls: number) =>
      Array.from({ length: calls }, list).filter((wait) => wait === undefined).length;

    expect(answered(21)).toBe(20);
    clock.advance(3_000);
    expect(answered(11)).toBe(10);
  });

  test("edits are limited for the whole workspace", async () => {
    const clock = new ManualClock();
    await using simulator = await openSample({ clock });
    const { chat } = clientOf(simulator);
    const { ts = "" } = await chat.postMessage({ channel: "C0GENERAL", text: "x" });
    const edit = () => chat.update({ channel: "C0GENERAL", ts, text: "y" });
    for (let count = 0; count < 50; count += 1) await edit();

    await expect(edit()).rejects.toMatchObject({ retryAfter: 2 });
  });

  test.for([
    ["usergroups.users.list", 20, { usergroup: "S0FINANCE" }],
    ["conversations.info", 50, { channel: "C0GENERAL" }],
    ["users.info", 100, { user: "U0ALICE" }],
    ["apps.connections.open", 50, {}],
  ] as const)("%s is answered %i times a minute", async ([method, times, args]) => {
    const clock = new ManualClock();
    await using simulator = await openSample({ clock });
    const token = method === "apps.connections.open" ? "xapp-simulator" : "xoxb-simulator";
    const client = clientOf(simulator, token);
    for (let count = 0; count < times; count += 1) await client.apiCall(method, { ...args });

    await expect(client.apiCall(method, { ...args })).rejects.toMatchObject({
      code: "slack_webapi_rate_limited_error",
    });
    clock.advance(60_000);
    expect(await client.apiCall(method, { ...args })).toMatchObject({ ok: true });
  });

  test("events beyond the hour's are withheld, and the app is told once a minute", async () => {
    const clock = new ManualClock();
    const sent: Delivery[] = [];
    const events = new EventQueue({
      clock,
      ackMs: 3_000,
      isHttp: false,
      retriesMs: [],
      perHour: 3,
      transport: {
        send: (delivery) => {
          sent.push(delivery);
          return Promise.resolve({ acked: true, ackMs: 0, payload: {} });
        },
      },
    });
    const types = () => sent.map(({ payload }) => payload["type"]);
    for (let count = 0; count < 5; count += 1) await events.deliver({ type: "message" });

    expect(types()).toEqual([
      "event_callback",
      "event_callback",
      "event_callback",
      "app_rate_limited",
    ]);
    expect(sent.at(-1)?.payload).toMatchObject({ team_id: "T0HEDDLE", api_app_id: "A0HEDDLE" });
    clock.advance(60 * 60_000);
    expect(await events.deliver({ type: "message" })).toMatchObject({ acked: true });
  });

  test("the fast mode has none", async () => {
    await using simulator = await openSample({ realistic: false });
    const { chat } = clientOf(simulator);

    const posts = Array.from({ length: 60 }, () =>
      chat.postMessage({ channel: "C0GENERAL", text: "x" }),
    );

    expect(await Promise.all(posts)).toHaveLength(60);
  });
});

describe("trigger ids", () => {
  test("live for three seconds and open one view", async () => {
    const clock = new ManualClock();
    await using simulator = await openSample({ clock });
    const { views } = clientOf(simulator);
    const { triggers } = simulator.workspace;
    const open = (triggerId: string) => views.open({ trigger_id: triggerId, view: requestModal });
    const used = triggers.create("U0ALICE");
    const old = triggers.create("U0ALICE");

    await open(used);
    clock.advance(3_000);

    expect(await refusal(open(used))).toMatchObject({ error: "exchanged_trigger_id" });
    expect(await refusal(open(old))).toMatchObject({ error: "expired_trigger_id" });
    expect(await refusal(open("1.2.3"))).toMatchObject({ error: "invalid_trigger_id" });
  });
});

describe("a response_url", () => {
  test("takes five answers within half an hour", async () => {
    const clock = new ManualClock();
    await using simulator = await openSample({ clock });
    const { responseUrls } = simulator.workspace.state;
    const target = { user: "U0ALICE", channel: "C0GENERAL" };
    const answer = async (secret: string) => {
      const response = await fetch(`${simulator.url}/response/commands/${secret}`, {
        method: "POST",
        body: JSON.stringify({ text: "x" }),
      });
      return response.status;
    };
    const often = responseUrls.create(target);
    const late = responseUrls.create(target);

    for (let count = 0; count < 5; count += 1) expect(await answer(often)).toBe(200);
    expect(await answer(often)).toBe(404);
    clock.advance(30 * 60_000);
    expect(await answer(late)).toBe(404);
  });

  test("replaces or deletes the message that was clicked", async () => {
    await using simulator = await openSample();
    const { chat } = clientOf(simulator);
    const { messages, responseUrls } = simulator.workspace.state;
    const { ts = "" } = await chat.postMessage({ channel: "C0GENERAL", text: "Choose" });
    const secret = responseUrls.create({ user: "U0ALICE", channel: "C0GENERAL", messageTs: ts });
    const answer = (body: object) =>
      fetch(`${simulator.url}/response/actions/${secret}`, {
        method: "POST",
        body: JSON.stringify(body),
      });

    await answer({ replace_original: true, text: "Chosen" });
    expect(messages.find("C0GENERAL", ts)).toMatchObject({ text: "Chosen" });
    await answer({ replace_original: false, text: "For you" });
    expect(messages.ephemeralsOf("C0GENERAL", "U0ALICE")).toMatchObject([{ text: "For you" }]);
    await answer({ delete_original: true });
    expect(messages.find("C0GENERAL", ts)).toBeUndefined();
  });
});

describe("views", () => {
  test("a hash that is out of date is a conflict", async () => {
    await using simulator = await openSample();
    const { views } = clientOf(simulator);
    const view = { type: "home" as const, blocks: [{ type: "divider" }] };

    const first = await views.publish({ user_id: "U0BOB", view });
    const second = await views.publish({ user_id: "U0BOB", view, hash: first.view?.hash ?? "" });

    expect(second.view?.id).toBe(first.view?.id);
    expect(
      await refusal(views.publish({ user_id: "U0BOB", view, hash: first.view?.hash ?? "" })),
    ).toMatchObject({ error: "hash_conflict" });
  });

  test("three modals stack, a fourth does not", async () => {
    await using simulator = await openSample();
    const { views } = clientOf(simulator);
    const { triggers } = simulator.workspace;
    const opened = await views.open({ trigger_id: triggers.create("U0BOB"), view: requestModal });
    const push = (id: string | undefined) =>
      views.push({ trigger_id: triggers.create("U0BOB", id), view: requestModal });

    const second = await push(opened.view?.id);
    const third = await push(second.view?.id);

    expect(third.view).toMatchObject({
      previous_view_id: second.view?.id,
      root_view_id: opened.view?.id,
    });
    expect(await refusal(push(third.view?.id))).toMatchObject({ error: "push_limit_reached" });
  });
});
