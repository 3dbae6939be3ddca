import { describe, expect, test } from "vitest";
import { ManualClock } from "./support/manual-clock.ts";
import { sampleManifest } from "./support/sample-manifest.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

const channel = "C0GENERAL";

describe("a text", () => {
  test("comes back escaped, so that who sends it again can see what must not be escaped twice", async () => {
    await using simulator = await openSample();
    const { chat } = clientOf(simulator);
    const post = async (text: string) => (await chat.postMessage({ channel, text })).message?.text;

    expect(await post("R&D < 5 > 3")).toBe("R&amp;D &lt; 5 &gt; 3");
    expect(await post("<@U0BOB> &amp; <https://x.example|R&D> <!here> <b>")).toBe(
      "<@U0BOB> &amp; <https://x.example|R&D> <!here> &lt;b&gt;",
    );
  });

  test("of markdown has its own limit and excludes blocks", async () => {
    await using simulator = await openSample();
    const { chat } = clientOf(simulator);

    expect(await chat.postMessage({ channel, markdown_text: "x".repeat(12_000) })).toMatchObject({
      ok: true,
    });
    const long = chat.postMessage({ channel, markdown_text: "x".repeat(12_001) });
    expect(await refusal(long)).toMatchObject({ error: "msg_too_long" });
    const both = { channel, markdown_text: "x", blocks: [{ type: "divider" }] };
    expect(await refusal(clientOf(simulator).apiCall("chat.postMessage", both))).toMatchObject({
      error: "markdown_text_conflict",
    });
    const attachments = Array.from({ length: 101 }, () => ({ text: "x" }));
    expect(await refusal(chat.postMessage({ channel, text: "x", attachments }))).toMatchObject({
      error: "too_many_attachments",
    });
  });
});

describe("metadata", () => {
  test("is told to an app that subscribes to its type: posted, changed and gone", async () => {
    const manifest = {
      ...sampleManifest,
      oauth_config: {
        scopes: { bot: [...sampleManifest.oauth_config.scopes.bot, "metadata.message:read"] },
      },
      settings: {
        ...sampleManifest.settings,
        event_subscriptions: {
          bot_events: [
            "message_metadata_posted",
            "message_metadata_updated",
            "message_metadata_deleted",
          ],
          metadata_subscriptions: [{ app_id: "A0HEDDLE", event_type: "run" }],
        },
      },
    };
    const timings = { ackMs: 10, eventRetriesMs: [] };
    await using simulator = await openSample({ manifest, timings });
    const { chat } = clientOf(simulator);
    const run = (id: string) => ({ event_type: "run", event_payload: { id } });

    await chat.postMessage({
      channel,
      text: "Other",
      metadata: { event_type: "other", event_payload: {} },
    });
    const { ts = "" } = await chat.postMessage({ channel, text: "Run", metadata: run("1") });
    await chat.update({ channel, ts, text: "Run", metadata: run("2") });
    await chat.delete({ channel, ts });

    const events = simulator.workspace.traffic.deliveries().map(({ payload }) => payload["event"]);
    expect(events).toMatchObject([
      { type: "message_metadata_posted", message_ts: ts, metadata: run("1") },
      { type: "message_metadata_updated", metadata: run("2"), previous_metadata: run("1") },
      {
        type: "message_metadata_deleted",
        previous_metadata: run("2"),
        deleted_ts: expect.any(String),
      },
    ]);
  });
});

describe("a view", () => {
  test("that is too large or has a member that is too long is refused", async () => {
    await using simulator = await openSample();
    const { views } = clientOf(simulator);
    const publish = (members: object, blocks: object[] = []) =>
      refusal(
        views.publish({
          user_id: "U0ALICE",
          view: { type: "home", blocks: blocks as never, ...members },
        }),
      );
    const big = Array.from({ length: 100 }, () => ({
      type: "section",
      text: { type: "plain_text", text: "x".repeat(2_900) },
    }));

    expect(await publish({}, big)).toMatchObject({ error: "view_too_large" });
    expect(await publish({ private_metadata: "x".repeat(3_001) })).toMatchObject({
      error: "invalid_arguments",
      response_metadata: {
        messages: [expect.stringContaining("[json-pointer:/view/private_metadata]")],
      },
    });
  });
});

describe("a message for later", () => {
  test("is posted when it is due, unless it was withdrawn", async () => {
    const clock = new ManualClock();
    await using simulator = await openSample({ clock });
    const { chat, conversations } = clientOf(simulator);
    const at = (seconds: number) => clock.now() / 1_000 + seconds;

    await chat.scheduleMessage({ channel, text: "Due", post_at: at(600) });
    const other = await chat.scheduleMessage({ channel, text: "Never", post_at: at(600) });
    const id = other.scheduled_message_id ?? "";
    expect((await chat.scheduledMessages.list({ channel })).scheduled_messages).toHaveLength(2);
    await chat.deleteScheduledMessage({ channel, scheduled_message_id: id });
    clock.advance(600_000);

    const { messages } = await conversations.history({ channel });
    expect(messages?.map((message) => message.text)).toEqual(["Due"]);
    const refusals = {
      time_in_past: chat.scheduleMessage({ channel, text: "x", post_at: at(-1) }),
      time_too_far: chat.scheduleMessage({ channel, text: "x", post_at: at(121 * 86_400) }),
      invalid_scheduled_message_id: chat.deleteScheduledMessage({
        channel,
        scheduled_message_id: id,
      }),
    };
    for (const [error, call] of Object.entries(refusals)) {
      expect(await refusal(call)).toMatchObject({ error });
    }
  });
});

describe("a streamed message", () => {
  test("grows until it is stopped or five minutes are over", async () => {
    const clock = new ManualClock();
    await using simulator = await openSample({ clock });
    const { chat } = clientOf(simulator);
    const { ts: thread_ts = "" } = await chat.postMessage({ channel, text: "Question" });
    const start = () =>
      chat.startStream({
        channel,
        thread_ts,
        recipient_user_id: "U0ALICE",
        recipient_team_id: "T0HEDDLE",
        markdown_text: "An ",
      });

    const { ts = "" } = await start();
    await chat.appendStream({ channel, ts, markdown_text: "answer" });
    const stopped = await chat.stopStream({ channel, ts, markdown_text: "." });

    expect(stopped.message).toMatchObject({ text: "An answer.", thread_ts });
    const late = await start();
    clock.advance(5 * 60_000);
    for (const one of [ts, late.ts ?? ""]) {
      expect(
        await refusal(chat.appendStream({ channel, ts: one, markdown_text: "x" })),
      ).toMatchObject({ error: "message_not_in_streaming_state" });
    }
    expect(await refusal(chat.startStream({ channel, thread_ts }))).toMatchObject({
      error: "missing_recipient_user_id",
    });
  });
});

test("every method that the coverage list calls missing is unknown, never ok", async () => {
  await using simulator = await openSample();
  const { methods } = (await (await fetch(`${simulator.url}/sim/coverage`)).json()) as {
    methods: { name: string; status: string }[];
  };
  const missing = methods.filter((method) => method.status === "missing");
  const headers = { authorization: "Bearer xoxb-simulator" };

  const answers = await Promise.all(
    missing.map(async ({ name }) => {
      const response = await fetch(`${simulator.apiUrl}${name}`, { method: "POST", headers });
      return (await response.json()) as { ok: boolean; error: string };
    }),
  );

  expect(missing.length).toBeGreaterThan(100);
  expect(new Set(answers.map((answer) => JSON.stringify([answer.ok, answer.error])))).toEqual(
    new Set(['[false,"unknown_method"]']),
  );
});
