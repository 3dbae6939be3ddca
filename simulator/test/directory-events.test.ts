import { describe, expect, test } from "vitest";
import { memberAt, toText } from "../json.ts";
import type { Simulator } from "../simulator.ts";
import { Person } from "./support/person.ts";
import { sampleManifest } from "./support/sample-manifest.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

const quick = { realistic: false, timings: { ackMs: 5, eventRetriesMs: [] } };

/** The sample app with more scopes, and subscribed to these events alone. */
function subscribed(...bot_events: readonly string[]) {
  const { bot } = sampleManifest.oauth_config.scopes;
  return {
    ...sampleManifest,
    oauth_config: { scopes: { bot: [...bot, "groups:read", "groups:history"] } },
    settings: { ...sampleManifest.settings, event_subscriptions: { bot_events } },
  };
}

function heard({ workspace }: Simulator): readonly unknown[] {
  return workspace.traffic.deliveries().map(({ payload }) => payload["event"]);
}

const changes = [
  ["archive", { is_archived: true }, { user: "U0ALICE", is_moved: 0 }],
  ["rename", { name: "other" }, undefined],
  ["left", { remove: ["U0BOT"] }, { actor_id: "U0ALICE" }],
  ["deleted", { deleted: true }, { actor_id: "U0ALICE" }],
] as const;

describe("the app hears of a change of a channel that it is in", () => {
  test.for(
    [
      ["channel", "C0SUPPORT"],
      ["group", "C0LEADS"],
    ].flatMap(([kind, channel]) => changes.map((change) => [kind, channel, ...change] as const)),
  )("%s %s: %s", async ([kind, channel, what, change, facts]) => {
    const type = `${kind}_${what}`;
    await using simulator = await openSample({ manifest: subscribed(type), ...quick });

    await new Person(simulator.url, "U0ALICE").act("channel", { channel, ...change });

    const about =
      facts === undefined ? { channel: { id: channel, name: "other" } } : { channel, ...facts };
    expect(heard(simulator)).toMatchObject([{ type, ...about }]);
  });

  test("and not of one that it is not in, nor without subscribing", async () => {
    const manifest = subscribed("channel_rename");
    await using simulator = await openSample({ manifest, ...quick });
    const alice = new Person(simulator.url, "U0ALICE");

    await alice.act("channel", { channel: "C0RANDOM", name: "chance" });
    await alice.act("channel", { channel: "C0SUPPORT", is_archived: true });

    expect(heard(simulator)).toEqual([]);
  });
});

test("a deleted channel is gone with all that was said in it", async () => {
  await using simulator = await openSample(quick);
  const { chat, conversations } = clientOf(simulator);
  const channel = "C0SUPPORT";
  const { ts = "" } = await chat.postMessage({ channel, text: "Card" });

  await new Person(simulator.url, "U0ALICE").act("channel", { channel, deleted: true });

  for (const call of [
    () => chat.postMessage({ channel: "#support", text: "x" }),
    () => chat.update({ channel, ts, text: "x" }),
    () => conversations.info({ channel }),
  ]) {
    expect(await refusal(call())).toMatchObject({ error: "channel_not_found" });
  }
});

test("the app hears of new user groups, and of who joins and leaves one", async () => {
  const manifest = subscribed("subteam_created", "subteam_members_changed", "subteam_updated");
  await using simulator = await openSample({ manifest, ...quick });
  const alice = new Person(simulator.url, "U0ALICE");

  const { usergroup } = await alice.act("usergroup", { handle: "ops", users: ["U0BOB"] });
  const id = toText(memberAt(usergroup, "id")) ?? "";
  await alice.act("usergroup", { usergroup: id, users: ["U0CAROL"] });

  expect(heard(simulator)).toMatchObject([
    { type: "subteam_created", subteam: { id, handle: "ops", users: ["U0BOB"] } },
    { type: "subteam_members_changed", added_users: ["U0CAROL"], removed_users: ["U0BOB"] },
    { type: "subteam_updated", subteam: { id, users: ["U0CAROL"] } },
  ]);
});

describe("Slack Connect", () => {
  test("a channel that is shared says with whom, and its events say that it is", async () => {
    const manifest = subscribed("channel_shared", "channel_unshared", "message.channels");
    await using simulator = await openSample({ manifest, ...quick });
    const { conversations } = clientOf(simulator);
    const alice = new Person(simulator.url, "U0ALICE");
    const channel = "C0SUPPORT";

    expect((await conversations.info({ channel })).channel).toMatchObject({ is_ext_shared: false });
    await alice.act("channel", { channel, is_pending_ext_shared: true });
    expect((await conversations.info({ channel })).channel).toMatchObject({
      is_pending_ext_shared: true,
      pending_connected_team_ids: ["T0PARTNER"],
      is_ext_shared: false,
    });
    await alice.act("channel", { channel, is_pending_ext_shared: false, is_ext_shared: true });
    expect((await conversations.info({ channel })).channel).toMatchObject({
      is_shared: true,
      is_ext_shared: true,
      is_org_shared: false,
      shared_team_ids: ["T0HEDDLE", "T0PARTNER"],
      connected_team_ids: ["T0PARTNER"],
      conversation_host_id: "T0HEDDLE",
    });
    await alice.act("message", { channel, text: "hi" });
    await alice.act("channel", { channel, is_ext_shared: false });

    expect(simulator.workspace.traffic.deliveries().map(({ payload }) => payload)).toMatchObject([
      {
        event: { type: "channel_shared", channel, connected_team_id: "T0PARTNER" },
        is_ext_shared_channel: true,
      },
      { event: { type: "message", text: "hi" }, is_ext_shared_channel: true },
      {
        event: { type: "channel_unshared", previously_connected_team_id: "T0PARTNER" },
        is_ext_shared_channel: false,
      },
    ]);
  });

  test("a stranger's message says which organization it comes from", async () => {
    await using simulator = await openSample(quick);
    await new Person(simulator.url, "U0ERIN").act("message", { channel: "C0PARTNER", text: "hi" });

    const own = { team: "T0PARTNER", user_team: "T0PARTNER", source_team: "T0PARTNER" };
    expect(heard(simulator)).toMatchObject([{ user: "U0ERIN", ...own }]);
    expect((await clientOf(simulator).users.info({ user: "U0ERIN" })).user).toMatchObject({
      is_stranger: true,
      team_id: "T0PARTNER",
    });
  });
});

describe("Enterprise Grid", () => {
  test("gives people ids with W and a place in the organization", async () => {
    await using simulator = await openSample({ grid: true, ...quick });
    const { auth, users, conversations, chat } = clientOf(simulator);

    expect(await auth.test()).toMatchObject({
      enterprise_id: "E0HEDDLE",
      team_id: "T0HEDDLE",
      is_enterprise_install: false,
    });
    expect((await users.info({ user: "W0ALICE" })).user?.enterprise_user).toMatchObject({
      id: "W0ALICE",
      enterprise_id: "E0HEDDLE",
      teams: ["T0HEDDLE", "T0SISTER"],
    });
    expect(await conversations.list({ team_id: "T0HEDDLE" })).toMatchObject({ ok: true });
    expect(await conversations.open({ users: "W0BOB" })).toMatchObject({
      channel: { id: "D0BOB" },
    });
    expect(await chat.postMessage({ channel: "W0BOB", text: "x" })).toMatchObject({ ok: true });
    expect((await conversations.info({ channel: "C0FINANCE" })).channel).toMatchObject({
      is_org_shared: true,
      is_ext_shared: false,
      shared_team_ids: ["T0HEDDLE", "T0SISTER"],
    });
  });

  test("names the organization in everything that is sent to the app", async () => {
    await using simulator = await openSample({ grid: true, ...quick });
    const alice = new Person(simulator.url, "W0ALICE");
    const channel = "C0GENERAL";

    await alice.act("slash", { channel, command: "/sample", text: "ask @bob" });
    await alice.act("shortcut", { callback_id: "new_request" });
    await alice.act("message", { channel, text: "hi" });

    expect(simulator.workspace.traffic.deliveries().map(({ payload }) => payload)).toMatchObject([
      { enterprise_id: "E0HEDDLE", user_id: "W0ALICE", text: "ask <@W0BOB|bob>" },
      { enterprise: { id: "E0HEDDLE" }, team: { enterprise_id: "E0HEDDLE" } },
      {
        enterprise_id: "E0HEDDLE",
        context_enterprise_id: "E0HEDDLE",
        authorizations: [{ enterprise_id: "E0HEDDLE", is_enterprise_install: false }],
      },
    ]);
  });
});
