import { describe, expect, test } from "vitest";
import { memberAt } from "../json.ts";
import type { Simulator } from "../simulator.ts";
import { Person } from "./support/person.ts";
import { sampleManifest } from "./support/sample-manifest.ts";
import { clientOf, openSample, refusal } from "./support/web-client.ts";

const quick = { realistic: false, timings: { ackMs: 10, eventRetriesMs: [] } };

const { bot } = sampleManifest.oauth_config.scopes;
const more = [
  "channels:join",
  "channels:manage",
  "groups:history",
  "groups:read",
  "groups:write",
  "channels:write.invites",
];
const manager = {
  ...sampleManifest,
  oauth_config: { scopes: { bot: [...bot, ...more] } },
  settings: {
    ...sampleManifest.settings,
    event_subscriptions: {
      bot_events: [
        ...sampleManifest.settings.event_subscriptions.bot_events,
        "message.groups",
        "member_joined_channel",
        "member_left_channel",
        "channel_left",
        "channel_archive",
        "subteam_members_changed",
        "team_join",
        "user_change",
      ],
    },
  },
};

function events(simulator: Simulator, type: string) {
  return simulator.workspace.traffic
    .deliveries()
    .map(({ payload }) => payload["event"])
    .filter((event) => memberAt(event, "type") === type);
}

describe("places where the app is not", () => {
  test("a public channel refuses it, a private one does not exist for it", async () => {
    await using simulator = await openSample({ manifest: manager, ...quick });
    const { chat, conversations } = clientOf(simulator);
    const alice = new Person(simulator.url, "U0ALICE");
    const { channel } = await alice.act("channel", {
      name: "secret",
      members: ["U0ALICE"],
      is_private: true,
    });
    const secret = String(memberAt(channel, "id"));

    expect(await refusal(chat.postMessage({ channel: "C0RANDOM", text: "x" }))).toMatchObject({
      error: "not_in_channel",
    });
    expect(await refusal(conversations.history({ channel: "C0RANDOM" }))).toMatchObject({
      error: "not_in_channel",
    });
    for (const call of [
      chat.postMessage({ channel: secret, text: "x" }),
      conversations.info({ channel: secret }),
    ]) {
      expect(await refusal(call)).toMatchObject({ error: "channel_not_found" });
    }
    const listed = await conversations.list({ types: "public_channel,private_channel" });
    const names = listed.channels?.map((one) => one.name);
    expect(names).toEqual(expect.arrayContaining(["random", "leads"]));
    expect(names).not.toContain("secret");
  });

  test("what is said there does not reach it", async () => {
    await using simulator = await openSample({ manifest: manager, ...quick });
    const alice = new Person(simulator.url, "U0ALICE");

    expect(await alice.act("message", { channel: "C0RANDOM", text: "hi" })).toMatchObject({
      delivered: false,
    });
    await alice.act("message", { channel: "C0LEADS", text: "hi" });

    expect(events(simulator, "message")).toMatchObject([{ channel_type: "group", text: "hi" }]);
  });

  test("an archived channel takes nothing", async () => {
    await using simulator = await openSample({ manifest: manager, ...quick });
    const alice = new Person(simulator.url, "U0ALICE");
    await alice.act("channel", { channel: "C0SUPPORT", is_archived: true });

    const posted = clientOf(simulator).chat.postMessage({ channel: "C0SUPPORT", text: "x" });

    expect(await refusal(posted)).toMatchObject({ error: "is_archived" });
    expect(await alice.act("message", { channel: "C0SUPPORT", text: "hi" })).toMatchObject({
      error: "is_archived",
    });
    expect(events(simulator, "channel_archive")).toMatchObject([{ channel: "C0SUPPORT" }]);
  });

  test("an app without a messages tab cannot write there", async () => {
    const features = { ...sampleManifest.features, app_home: { messages_tab_enabled: false } };
    await using simulator = await openSample({ manifest: { ...sampleManifest, features } });

    const posted = clientOf(simulator).chat.postMessage({ channel: "U0ALICE", text: "x" });

    expect(await refusal(posted)).toMatchObject({ error: "messages_tab_disabled" });
  });

  test("an app whose messages are read only gets no answer", async () => {
    const app_home = { messages_tab_enabled: true, messages_tab_read_only_enabled: true };
    const features = { ...sampleManifest.features, app_home };
    await using simulator = await openSample({ manifest: { ...sampleManifest, features } });
    const alice = new Person(simulator.url, "U0ALICE");

    expect(await alice.act("message", { channel: "D0ALICE", text: "hi" })).toMatchObject({
      error: "messages_tab_disabled",
      delivered: false,
    });
    expect(
      await clientOf(simulator).chat.postMessage({ channel: "D0ALICE", text: "x" }),
    ).toMatchObject({ ok: true });
  });
});

describe("an app that manages channels", () => {
  test("makes one, invites, and hears who came and went", async () => {
    await using simulator = await openSample({ manifest: manager, ...quick });
    const { conversations } = clientOf(simulator);

    const { channel } = await conversations.create({ name: "incident-7", is_private: true });
    const id = channel?.id ?? "";
    await conversations.invite({ channel: id, users: "U0BOB,U0CAROL" });
    await conversations.kick({ channel: id, user: "U0CAROL" });
    await conversations.archive({ channel: id });

    expect(channel).toMatchObject({ is_private: true, name: "incident-7" });
    expect(events(simulator, "member_joined_channel")).toMatchObject([
      { user: "U0BOB", channel: id, channel_type: "G", inviter: "U0BOT" },
      { user: "U0CAROL" },
    ]);
    expect(events(simulator, "member_left_channel")).toMatchObject([{ user: "U0CAROL" }]);
    const refusals = {
      name_taken: conversations.create({ name: "general" }),
      invalid_name_specials: conversations.create({ name: "Not Allowed" }),
      is_archived: conversations.invite({ channel: id, users: "U0DAVE" }),
      method_not_supported_for_channel_type: conversations.join({ channel: "C0LEADS" }),
      already_in_channel: conversations.invite({ channel: "C0SUPPORT", users: "U0BOB" }),
      user_not_found: conversations.invite({ channel: "C0SUPPORT", users: "U0NOBODY" }),
      cant_archive_general: conversations.archive({ channel: "C0GENERAL" }),
    };
    for (const [error, call] of Object.entries(refusals)) {
      expect(await refusal(call)).toMatchObject({ error });
    }
    expect(await conversations.join({ channel: "C0RANDOM" })).toMatchObject({ ok: true });
  });

  test("needs the scope for it", async () => {
    await using simulator = await openSample(quick);

    const created = clientOf(simulator).conversations.create({ name: "new" });

    expect(await refusal(created)).toMatchObject({ error: "missing_scope" });
  });
});

describe("people", () => {
  test("a stranger is seen in the shared channel and has no command, Home or direct message", async () => {
    await using simulator = await openSample({ manifest: manager, ...quick });
    const { users, conversations, views } = clientOf(simulator);
    const erin = new Person(simulator.url, "U0ERIN");

    await erin.act("message", { channel: "C0PARTNER", text: "Hello" });
    const envelope = simulator.workspace.traffic.deliveries().at(-1)?.payload;

    expect(envelope).toMatchObject({
      is_ext_shared_channel: true,
      event: { user: "U0ERIN", team: "T0PARTNER" },
    });
    expect((await users.info({ user: "U0ERIN" })).user).toMatchObject({
      is_stranger: true,
      team_id: "T0PARTNER",
    });
    const listed = await users.list({});
    expect(listed.members?.map((one) => one.id)).not.toContain("U0ERIN");
    expect(
      await erin.act("slash", { channel: "C0PARTNER", command: "/sample", text: "" }),
    ).toMatchObject({ error: "command_not_found" });
    expect(await erin.act("home-open")).toMatchObject({ error: "app_not_found" });
    expect(await refusal(conversations.open({ users: "U0ERIN" }))).toMatchObject({
      error: "user_not_visible",
    });
    const view = { type: "home" as const, blocks: [] };
    expect(await refusal(views.publish({ user_id: "U0ERIN", view }))).toMatchObject({
      error: "invalid_arguments",
    });
  });

  test("come, change and go, and the app is told", async () => {
    await using simulator = await openSample({ manifest: manager, ...quick });
    const alice = new Person(simulator.url, "U0ALICE");

    await alice.act("person", { person: "U0FRANK", name: "frank", is_restricted: true });
    await alice.act("person", { person: "U0BOB", deleted: true });

    expect(events(simulator, "team_join")).toMatchObject([
      { user: { id: "U0FRANK", is_restricted: true } },
    ]);
    expect(events(simulator, "user_change")).toMatchObject([{ user: { deleted: true } }]);
    const bob = new Person(simulator.url, "U0BOB");
    expect(await bob.act("message", { channel: "C0GENERAL", text: "x" })).toMatchObject({
      error: "user_not_found",
    });
    const lookup = clientOf(simulator).users.lookupByEmail({ email: "bob@heddle.example" });
    expect(await refusal(lookup)).toMatchObject({ error: "users_not_found" });
  });

  test("a user group changes between a request and its answer", async () => {
    await using simulator = await openSample({ manifest: manager, ...quick });
    const alice = new Person(simulator.url, "U0ALICE");

    await alice.act("usergroup", { usergroup: "S0FINANCE", users: ["U0CAROL", "U0DAVE"] });

    expect(events(simulator, "subteam_members_changed")).toMatchObject([
      { subteam_id: "S0FINANCE", added_users: ["U0DAVE"], removed_users: ["U0BOB"] },
    ]);
    expect(
      await clientOf(simulator).usergroups.users.list({ usergroup: "S0FINANCE" }),
    ).toMatchObject({ users: ["U0CAROL", "U0DAVE"] });
  });
});
