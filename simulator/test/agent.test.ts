import { describe, expect, test } from "vitest";
import { toText } from "../json.ts";
import { ManualClock } from "./support/manual-clock.ts";
import { Person } from "./support/person.ts";
import { agentManifest } from "./support/sample-manifest.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

const quick = { realistic: false, timings: { ackMs: 5, eventRetriesMs: [] } };
const channel = "D0ALICE";

async function openAgent(...events: readonly string[]) {
  const simulator = await openSample({ manifest: agentManifest(...events), ...quick });
  const alice = new Person(simulator.url, "U0ALICE");
  const said = await alice.act("message", { channel, text: "Plan a trip" });
  const heard = (type: string) =>
    simulator.workspace.traffic
      .deliveries()
      .flatMap(({ payload }) => [payload["event"]])
      .filter((event) => JSON.stringify(event).startsWith(`{"type":"${type}"`));
  return {
    simulator,
    client: clientOf(simulator),
    alice,
    thread_ts: toText(said["ts"]) ?? "",
    heard,
  };
}

describe("a conversation with an agent", () => {
  test("is a thread for each thing that a person says", async () => {
    const { simulator, client, alice, thread_ts, heard } = await openAgent();
    await using _open = simulator;

    await client.chat.postMessage({ channel, thread_ts, text: "Where to?" });
    await alice.act("message", { channel, text: "To the sea", thread_ts });
    await alice.act("message", { channel, text: "Something else" });

    expect(
      heard("message").filter((event) => !JSON.stringify(event).includes("bot_id")),
    ).toMatchObject([
      { text: "Plan a trip", ts: thread_ts },
      { text: "To the sea", thread_ts },
      { text: "Something else" },
    ]);
    expect(await alice.messages(channel)).toMatchObject([
      { text: "Plan a trip", reply_count: 2 },
      { text: "Something else", reply_count: 0 },
    ]);
  });

  test("has no slash commands, neither in its threads nor beside a channel", async () => {
    const { simulator, alice, thread_ts } = await openAgent();
    await using _open = simulator;
    const before = simulator.workspace.traffic.deliveries().length;
    const command = { channel, command: "/sample", text: "" };

    expect(await alice.act("slash", { ...command, thread_ts })).toMatchObject({
      error: "command_not_supported_in_threads",
    });
    expect(await alice.act("slash", { ...command, surface: "split" })).toMatchObject({
      error: "command_not_supported_in_split_view",
      delivered: false,
    });
    expect(simulator.workspace.traffic.deliveries()).toHaveLength(before);
  });

  test("tells the agent what the person has open beside it", async () => {
    const { simulator, alice, heard } = await openAgent("app_context_changed");
    await using _open = simulator;
    const entities = [{ type: "slack#/types/channel_id", value: "C0FINANCE", team_id: "T0HEDDLE" }];

    await alice.act("app-context", { channel: "C0FINANCE" });
    await alice.act("home-open", { tab: "messages" });
    await alice.act("message", { channel, text: "What is this?" });

    expect(heard("app_context_changed")).toMatchObject([
      { user: "U0ALICE", channel, context: { entities } },
    ]);
    expect(heard("app_home_opened")).toMatchObject([{ tab: "messages", context: { entities } }]);
    expect(heard("message").at(-1)).toMatchObject({ app_context: { entities } });
  });

  test("has suggested prompts, which other apps have not", async () => {
    const { simulator, client } = await openAgent();
    await using _open = simulator;
    await using other = await openSample(quick);
    const prompts = {
      channel_id: channel,
      prompts: [{ title: "Help", message: "help" }] as [{ title: string; message: string }],
    };

    expect(await client.assistant.threads.setSuggestedPrompts(prompts)).toMatchObject({ ok: true });
    expect(
      await refusal(clientOf(other).assistant.threads.setSuggestedPrompts(prompts)),
    ).toMatchObject({ error: "not_agent_app" });
  });
});

describe("a session of an agent", () => {
  test("begins with its first status, keeps its title, and can be renamed", async () => {
    const { simulator, client, alice, thread_ts } = await openAgent();
    await using _open = simulator;
    const { sessions } = client.agents;
    const at = { channel_id: channel, thread_ts };

    expect(
      await sessions.setStatus({
        ...at,
        status: "processing",
        title: "Trip",
        initiator_user_id: "U0ALICE",
      }),
    ).toMatchObject({ status: "processing", agent_status: "processing", title: "Trip" });
    await sessions.setStatus({ ...at, status: "suspended", title: "Other" });
    expect(await alice.see("sessions")).toMatchObject({
      sessions: [{ channel, thread_ts, status: "suspended", title: "Trip", initiator: "U0ALICE" }],
    });
    await sessions.rename({ ...at, title: "Sea" });
    expect(await alice.see("sessions")).toMatchObject({ sessions: [{ title: "Sea" }] });
  });

  test("is refused with Slack's codes", async () => {
    const { simulator, client, thread_ts } = await openAgent();
    await using _open = simulator;
    await using other = await openSample(quick);
    const { sessions } = client.agents;
    const at = { channel_id: channel, thread_ts };
    const root = await clientOf(other).chat.postMessage({ channel, text: "x" });
    const theirs = { channel_id: channel, thread_ts: root.ts ?? "", status: "active" };

    for (const [error, call] of [
      ["invalid_status", () => sessions.setStatus({ ...at, status: "is thinking" })],
      ["thread_ts_required", () => sessions.setStatus({ channel_id: channel, status: "active" })],
      [
        "channel_not_found",
        () => sessions.setStatus({ ...at, channel_id: "C0X", status: "active" }),
      ],
      [
        "not_authorized",
        () => sessions.setStatus({ ...at, channel_id: "C0RANDOM", status: "active" }),
      ],
      [
        "user_not_found",
        () => sessions.setStatus({ ...at, status: "active", initiator_user_id: "U0BOB" }),
      ],
      ["session_not_found", () => sessions.rename({ ...at, title: "x" })],
      ["not_authorized", () => clientOf(other).agents.sessions.setStatus(theirs)],
    ] as const) {
      expect(await refusal(call())).toMatchObject({ error });
    }
  });

  test("can be stopped by a person while it works, with all that it streams", async () => {
    const { simulator, client, alice, thread_ts, heard } = await openAgent("agent_session_stopped");
    await using _open = simulator;
    const at = { channel_id: channel, thread_ts };
    const stop = () => alice.act("session-stop", { channel, thread_ts });

    expect(await stop()).toMatchObject({ error: "session_not_found" });
    await client.agents.sessions.setStatus({ ...at, status: "processing" });
    const { ts = "" } = await client.chat.startStream({ channel, thread_ts, markdown_text: "One" });
    await stop();

    expect(heard("agent_session_stopped")).toMatchObject([
      { channel, thread_ts, user: "U0ALICE", streaming_message_ts: [ts] },
    ]);
    const append = client.chat.appendStream({ channel, ts, markdown_text: "two" });
    expect(await refusal(append)).toMatchObject({ error: "stopped_by_user" });
    expect(await alice.see("sessions")).toMatchObject({ sessions: [{ status: "processing" }] });
    await client.chat.stopStream({ channel, ts, session_status: "active" });
    expect(await alice.see("sessions")).toMatchObject({ sessions: [{ status: "active" }] });
  });

  test("has no button to stop it if the agent would not hear of it", async () => {
    const { simulator, client, alice, thread_ts } = await openAgent();
    await using _open = simulator;

    await client.agents.sessions.setStatus({
      channel_id: channel,
      thread_ts,
      status: "processing",
    });

    expect(await alice.see("sessions")).toMatchObject({ sessions: [{ can_stop: false }] });
    expect(await alice.act("session-stop", { channel, thread_ts })).toMatchObject({ ok: false });
  });
});

test("a stream lives five minutes, and cannot be edited meanwhile", async () => {
  const clock = new ManualClock();
  await using simulator = await openSample({ clock });
  const { chat } = clientOf(simulator);
  const { ts: thread_ts = "" } = await chat.postMessage({ channel, text: "?" });
  const { ts = "" } = await chat.startStream({ channel, thread_ts });

  expect(await refusal(chat.update({ channel, ts, text: "x" }))).toMatchObject({
    error: "streaming_state_conflict",
  });
  clock.advance(299_000);
  await chat.appendStream({ channel, ts, markdown_text: "late" });
  clock.advance(1_000);

  const more = { channel, ts, markdown_text: "later" };
  for (const call of [() => chat.appendStream(more), () => chat.stopStream({ channel, ts })]) {
    expect(await refusal(call())).toMatchObject({ error: "message_not_in_streaming_state" });
  }
  expect(await chat.update({ channel, ts, text: "x" })).toMatchObject({ ok: true });
});

describe("the tasks of a stream", () => {
  async function stream(task_display_mode?: string) {
    const { simulator, client, thread_ts } = await openAgent();
    const mode = task_display_mode === undefined ? {} : { task_display_mode };
    const { ts = "" } = await client.chat.startStream({ channel, thread_ts, ...mode });
    const seen = async () => {
      const { messages = [] } = await client.conversations.replies({ channel, ts: thread_ts });
      return messages.at(-1)?.blocks;
    };
    return { simulator, chat: client.chat, at: { channel, ts }, seen };
  }
  const first = { type: "task_update", id: "1", title: "Look", status: "in_progress" } as const;

  test("stand in one plan, change, and grow", async () => {
    const { simulator, chat, at, seen } = await stream("plan");
    await using _open = simulator;

    await chat.appendStream({
      ...at,
      chunks: [
        { type: "plan_update", title: "Trip" },
        { ...first, details: "Maps" },
      ],
    });
    await chat.appendStream({
      ...at,
      chunks: [{ ...first, title: "Looked", status: "complete", details: ", trains" }],
    });
    expect(await seen()).toMatchObject([
      {
        ...{ type: "plan", title: "Trip" },
        tasks: [{ task_id: "1", title: "Looked", status: "complete" }],
      },
    ]);
    expect(JSON.stringify(await seen())).toContain('"Maps, trains"');

    const divider = { type: "divider" } as const;
    const text = { type: "markdown_text", text: "Done." } as const;
    await chat.stopStream({ ...at, chunks: [text], blocks: [divider] });
    expect(await seen()).toMatchObject([
      { type: "plan" },
      { type: "markdown", text: "Done." },
      { type: "divider" },
    ]);
  });

  test("are cards of their own unless the stream is a plan", async () => {
    const { simulator, chat, at, seen } = await stream();
    await using _open = simulator;
    await chat.appendStream({ ...at, chunks: [first] });
    expect(await seen()).toMatchObject([{ type: "task_card", task_id: "1", title: "Look" }]);
  });

  test("are refused where a chunk is none of Slack's, or all of them are too long", async () => {
    const { simulator, chat, at } = await stream("plan");
    await using _open = simulator;
    const odd = { ...first, status: "done" };
    expect(
      await refusal(chat.appendStream({ ...at, chunks: [JSON.parse(JSON.stringify(odd))] })),
    ).toMatchObject({ error: "invalid_chunks" });
    const long = { ...first, details: "x".repeat(7000) };
    await chat.appendStream({ ...at, chunks: [long] });
    expect(await refusal(chat.appendStream({ ...at, chunks: [long] }))).toMatchObject({
      error: "msg_too_long",
    });
    const end = chat.stopStream({ ...at, chunks: [long], session_status: "suspended" });
    expect(await refusal(end)).toMatchObject({ error: "msg_too_long" });
    expect(simulator.workspace.sessions.list()).toEqual([]);
  });
});
