import { describe, expect, test } from "vitest";
import { sampleManifest } from "./support/sample-manifest.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

describe("tokens and scopes", () => {
  test("a token that is missing, wrong or of the wrong kind is refused", async () => {
    await using simulator = await openSample();

    expect(await refusal(clientOf(simulator, "xoxb-other").auth.test())).toMatchObject({
      error: "invalid_auth",
    });
    expect(await refusal(clientOf(simulator, "").auth.test())).toMatchObject({
      error: "not_authed",
    });
    expect(await refusal(clientOf(simulator).apps.connections.open({}))).toMatchObject({
      error: "not_allowed_token_type",
    });
  });

  test("a scope that the manifest does not grant is named", async () => {
    const manifest = {
      ...sampleManifest,
      oauth_config: { scopes: { bot: ["chat:write", "im:history"] } },
    };
    await using simulator = await openSample({ manifest });
    const client = clientOf(simulator);

    expect(await refusal(client.users.list({}))).toMatchObject({
      error: "missing_scope",
      needed: "users:read",
      provided: "chat:write,im:history",
    });
    expect(await refusal(client.conversations.history({ channel: "C0GENERAL" }))).toMatchObject({
      error: "missing_scope",
      needed: "channels:history",
    });
    expect(await client.conversations.history({ channel: "D0ALICE" })).toMatchObject({ ok: true });
    expect(
      await refusal(client.chat.postMessage({ channel: "general", text: "x", username: "Bank" })),
    ).toMatchObject({ error: "missing_scope", needed: "chat:write.customize" });
  });

  test("a method outside the coverage list is unknown", async () => {
    await using simulator = await openSample();

    expect(await refusal(clientOf(simulator).apiCall("pins.add"))).toMatchObject({
      error: "unknown_method",
    });
  });
});

describe("messages", () => {
  test("posting, threads, broadcasts and metadata come back as Slack gives them", async () => {
    await using simulator = await openSample();
    const { chat, conversations } = clientOf(simulator);

    const parent = await chat.postMessage({
      channel: "#general",
      text: "Parent",
      metadata: { event_type: "run", event_payload: { id: "r1", tags: [{ name: "a" }] } },
    });
    const ts = parent.ts ?? "";
    await chat.postMessage({ channel: "C0GENERAL", thread_ts: ts, text: "Reply" });
    await chat.postMessage({
      channel: "C0GENERAL",
      thread_ts: ts,
      reply_broadcast: true,
      text: "Both",
    });

    expect(parent).toMatchObject({
      ok: true,
      channel: "C0GENERAL",
      message: {
        type: "message",
        user: "U0BOT",
        bot_id: "B0HEDDLE",
        app_id: "A0HEDDLE",
        team: "T0HEDDLE",
        text: "Parent",
        ts,
        bot_profile: { name: "sample", team_id: "T0HEDDLE" },
      },
    });
    const history = await conversations.history({
      channel: "C0GENERAL",
      include_all_metadata: true,
    });
    expect(history.messages).toMatchObject([
      { text: "Both", subtype: "thread_broadcast", thread_ts: ts },
      { text: "Parent", reply_count: 2, thread_ts: ts, metadata: { event_type: "run" } },
    ]);
    const plain = await conversations.history({ channel: "C0GENERAL" });
    expect(plain.messages?.[1]).not.toHaveProperty("metadata");
    const replies = await conversations.replies({ channel: "C0GENERAL", ts });
    expect(replies.messages?.map((message) => message.text)).toEqual(["Parent", "Reply", "Both"]);
  });

  test("an update keeps what it does not mention and removes what it empties", async () => {
    await using simulator = await openSample();
    const { chat } = clientOf(simulator);
    const blocks = [{ type: "section", text: { type: "mrkdwn", text: "Block" } }];
    const { ts = "" } = await chat.postMessage({
      channel: "C0GENERAL",
      text: "Old",
      blocks,
      metadata: { event_type: "run", event_payload: { id: "r1" } },
    });

    const kept = await chat.update({ channel: "C0GENERAL", ts, text: "New" });
    const emptied = await chat.update({ channel: "C0GENERAL", ts, text: "New", blocks: [] });

    expect(kept.message).toMatchObject({
      text: "New",
      blocks: [{ type: "section", text: { text: "Block", verbatim: false } }],
      metadata: { event_type: "run" },
      edited: { user: "U0BOT" },
    });
    expect(emptied.message).not.toHaveProperty("blocks");
  });

  test("what cannot be posted, edited or deleted is refused with Slack's code", async () => {
    await using simulator = await openSample({ realistic: false, timings: { ackMs: 50 } });
    const { chat } = clientOf(simulator);
    const channel = "C0GENERAL";
    const other = await fetch(`${simulator.url}/sim/message`, {
      method: "POST",
      body: JSON.stringify({ user: "U0ALICE", channel, text: "Hers" }),
    });
    const { ts: hers } = JSON.parse(await other.text());
    const { ts = "" } = await chat.postMessage({ channel, text: "Ours" });
    const deep = { event_type: "run", event_payload: { a: { b: { c: 1 } } } };

    const refusals = {
      channel_not_found: chat.postMessage({ channel: "#nowhere", text: "x" }),
      no_text: chat.postMessage({ channel, text: "" }),
      thread_not_found: chat.postMessage({ channel, text: "x", thread_ts: "1.000001" }),
      invalid_blocks_format: chat.postMessage({ channel, blocks: "[{" } as never),
      invalid_metadata_schema: chat.postMessage({ channel, text: "x", metadata: deep as never }),
      message_not_found: chat.update({ channel, ts: "1.000001", text: "x" }),
      cant_update_message: chat.update({ channel, ts: hers, text: "x" }),
      cant_delete_message: chat.delete({ channel, ts: hers }),
      msg_too_long: chat.update({ channel, ts, text: "x".repeat(4_001) }),
      user_not_in_channel: chat.postEphemeral({ channel: "D0ALICE", user: "U0BOB", text: "x" }),
    };

    for (const [error, call] of Object.entries(refusals)) {
      expect(await refusal(call)).toMatchObject({ ok: false, error });
    }
  });

  test("a deleted message that was answered leaves a sign, so that its thread stays", async () => {
    await using simulator = await openSample();
    const { chat, conversations } = clientOf(simulator);
    const channel = "C0GENERAL";
    const { ts = "" } = await chat.postMessage({ channel, text: "Parent" });
    await chat.postMessage({ channel, thread_ts: ts, text: "Reply" });

    await chat.delete({ channel, ts });

    const { messages } = await conversations.replies({ channel, ts });
    expect(messages).toMatchObject([
      { subtype: "tombstone", user: "USLACKBOT", reply_count: 1 },
      { text: "Reply" },
    ]);
  });

  test("a text over 40,000 characters is cut with a warning", async () => {
    await using simulator = await openSample();

    const posted = await clientOf(simulator).chat.postMessage({
      channel: "C0GENERAL",
      text: "x".repeat(40_001),
    });

    expect(posted.message?.text).toHaveLength(40_000);
    expect(posted.response_metadata?.["warnings"]).toEqual(["message_truncated"]);
  });
});

describe("people and groups", () => {
  test("guests, admins and groups are told apart", async () => {
    await using simulator = await openSample();
    const { users, usergroups, conversations } = clientOf(simulator);

    expect((await users.info({ user: "U0DAVE" })).user).toMatchObject({
      is_restricted: true,
      is_admin: false,
      tz: "Europe/Berlin",
      profile: { email: "dave@heddle.example" },
    });
    expect((await users.info({ user: "U0ALICE" })).user).toMatchObject({ is_admin: true });
    expect(await users.lookupByEmail({ email: "bob@heddle.example" })).toMatchObject({
      user: { id: "U0BOB" },
    });
    expect(await usergroups.users.list({ usergroup: "S0FINANCE" })).toMatchObject({
      users: ["U0BOB", "U0CAROL"],
    });
    expect(await conversations.open({ users: "U0BOB" })).toMatchObject({
      channel: { id: "D0BOB" },
    });
    expect(await refusal(users.info({ user: "U0NOBODY" }))).toMatchObject({
      error: "user_not_found",
    });
    expect(await refusal(usergroups.users.list({ usergroup: "S0X" }))).toMatchObject({
      error: "no_such_subteam",
    });
  });

  test("lists come in pages", async () => {
    await using simulator = await openSample();
    const { users } = clientOf(simulator);

    const first = await users.list({ limit: 4 });
    const second = await users.list({
      limit: 4,
      cursor: first.response_metadata?.next_cursor ?? "",
    });

    expect(first.members).toHaveLength(4);
    expect(second.members?.map((user) => user.id)).toEqual(["U0BOT", "USLACKBOT"]);
    expect(second.response_metadata?.next_cursor).toBe("");
    expect(await refusal(users.list({ cursor: "nonsense" }))).toMatchObject({
      error: "invalid_cursor",
    });
  });
});

describe("reactions", () => {
  test("a reaction counts once", async () => {
    await using simulator = await openSample();
    const { chat, reactions } = clientOf(simulator);
    const { ts = "" } = await chat.postMessage({ channel: "C0GENERAL", text: "Hi" });
    const item = { channel: "C0GENERAL", timestamp: ts, name: "eyes" };

    await reactions.add(item);

    expect(await refusal(reactions.add(item))).toMatchObject({ error: "already_reacted" });
    expect(await reactions.get({ channel: "C0GENERAL", timestamp: ts })).toMatchObject({
      message: { reactions: [{ name: "eyes", count: 1, users: ["U0BOT"] }] },
    });
    await reactions.remove(item);
    expect(await refusal(reactions.remove(item))).toMatchObject({ error: "no_reaction" });
  });
});
