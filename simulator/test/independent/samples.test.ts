import type { WebClient } from "@slack/web-api";
import { expect, test } from "vitest";
import { EVENTS, METHODS, PAYLOADS } from "../../coverage.ts";
import { isJsonObject, type JsonObject, memberAt, toText } from "../../json.ts";
import type { Simulator } from "../../simulator.ts";
import { Person } from "../support/person.ts";
import { requestModal } from "../support/sample-listeners.ts";
import { sampleManifest } from "../support/sample-manifest.ts";
import { clientOf, openSample } from "../support/web-client.ts";
import { differences } from "./compare.ts";
import { SAMPLE_PAYLOADS } from "./sample-payloads.ts";
import { SAMPLE_RESPONSES } from "./sample-responses.ts";

/** Where the simulator says more than the samples, or says it otherwise, and why. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /^slash_command is_enterprise_install /,
    "a form field on the wire; the sample is of a Java type",
  ],
  [/^(view_\w+ |app_home_opened event\.)view\.blocks$/, "documented; samples of views lack blocks"],
  [/^view_submission response_urls$/, "documented; the sample's modal asks for none"],
  [/^(message|message_\w+) event\.(\w+\.)?app_id$/, "in the samples of methods that give messages"],
  [
    /^(file_share|thread_broadcast) event\.(team|bot_id|bot_profile|app_id|client_msg_id)$/,
    "as every message has; the samples are older",
  ],
  [
    /^thread_broadcast event\.root\./,
    "the root is a message like any other; the sample's is a bot's",
  ],
  [/^(team_join|user_change) event\.event_ts$/, "every event has one; documented"],
  [/^subteam_created event\.subteam\.deleted_by$/, "in the sample of subteam_updated"],
  [/^chat\.update message\.ts$/, "typed in Slack's SDK"],
  [/^chat\.stopStream (channel|ts|message)$/, "typed in Slack's SDK; the sample is of a refusal"],
  [
    /^conversations\.replies messages\[\]\.(client_msg_id|subtype)$/,
    "a thread holds people's messages and broadcasts",
  ],
  [
    /^reactions\.get message\.(client_msg_id|thread_ts|reply_\w+|latest_reply|is_locked|subscribed)$/,
    "a message that was answered; the sample's was not",
  ],
];

/** What the simulator sends and an app subscribes to by that name; `message` has one for each kind of conversation. */
const supported = EVENTS.filter(
  ({ name, status }) => status !== "missing" && name !== "message" && name !== "app_rate_limited",
).map(({ name }) => name);

/** The sample app with every event that the simulator sends. */
const everything = {
  ...sampleManifest,
  oauth_config: {
    scopes: {
      bot: [
        ...sampleManifest.oauth_config.scopes.bot,
        "channels:join",
        "channels:manage",
        "channels:write.invites",
        "groups:read",
        "metadata.message:read",
        "team:read",
        "users.profile:read",
      ],
    },
  },
  settings: {
    ...sampleManifest.settings,
    event_subscriptions: {
      bot_events: [
        ...new Set([...sampleManifest.settings.event_subscriptions.bot_events, ...supported]),
      ],
    },
  },
};

/** Does everything that makes the simulator say something, once. */
async function talk(simulator: Simulator, client: WebClient): Promise<void> {
  const alice = new Person(simulator.url, "U0ALICE");
  const { triggers } = simulator.workspace;
  const channel = "C0GENERAL";
  const { ts = "" } = await client.chat.postMessage({
    channel,
    text: "Card",
    blocks: [
      {
        type: "actions",
        elements: [{ type: "button", action_id: "yes", text: { type: "plain_text", text: "Yes" } }],
      },
    ],
    metadata: { event_type: "card", event_payload: { id: "1" } },
  });
  await alice.act("slash", { channel, command: "/sample", text: "x" });
  await alice.act("action", { channel, ts, action_id: "yes" });
  await alice.act("shortcut", { callback_id: "from_message", channel, ts });
  await modals(client, alice, (view) => triggers.create("U0ALICE", view));
  await client.views.publish({ user_id: "U0ALICE", view: { type: "home", blocks: [] } });
  await alice.act("home-open");
  await conversation(client, alice, channel, ts);
  await files(simulator, client, alice, channel);
  await channels(client, alice);
  await slowMessages(client, channel);
  await alice.act("usergroup", { usergroup: "S0FINANCE", users: ["U0CAROL"] });
  await alice.act("usergroup", { handle: "ops", users: ["U0BOB"] });
  await alice.act("person", { person: "U0FRANK", name: "frank" });
  await alice.act("person", { person: "U0FRANK", title: "Clerk" });
  await lookUps(client, channel);
}

async function modals(
  client: WebClient,
  alice: Person,
  trigger: (view?: string) => string,
): Promise<void> {
  const { view } = await client.views.open({ trigger_id: trigger(), view: requestModal });
  const id = view?.id ?? "";
  await client.views.update({ view_id: id, view: requestModal });
  await client.views.push({ trigger_id: trigger(id), view: requestModal });
  await alice.act("view-submit", {
    view_id: id,
    values: { item: { text: "Lamp" }, amount: { number: 5 } },
  });
  await alice.act("view-close", { view_id: id });
}

async function conversation(
  client: WebClient,
  alice: Person,
  channel: string,
  card: string,
): Promise<void> {
  await alice.act("message", { channel: "D0ALICE", text: "hi" });
  const parent = await alice.act("message", { channel, text: "hi <@U0BOT>" });
  const ts = toText(parent["ts"]) ?? "";
  await alice.act("message", { channel, text: "again", thread_ts: ts });
  await alice.act("reaction", { channel, ts, name: "eyes" });
  await client.chat.postMessage({ channel, text: "Both", thread_ts: ts, reply_broadcast: true });
  await client.chat.update({ channel, ts: card, text: "Edited" });
  await client.conversations.history({ channel, include_all_metadata: true });
  await client.conversations.replies({ channel, ts });
  await client.reactions.add({ channel, timestamp: ts, name: "tada" });
  await client.reactions.get({ channel, timestamp: ts });
  await alice.act("reaction", { channel, ts, name: "eyes", remove: true });
  await client.chat.postEphemeral({ channel, user: "U0ALICE", text: "x" });
  await client.chat.getPermalink({ channel, message_ts: card });
  await client.chat.delete({ channel, ts: card });
}

async function files(
  simulator: Simulator,
  client: WebClient,
  alice: Person,
  channel: string,
): Promise<void> {
  const response = await fetch(`${simulator.url}/sim/file?user=U0ALICE&name=a.png`, {
    method: "POST",
    body: "x",
  });
  const file = toText(memberAt(await response.json(), "file", "id")) ?? "";
  await alice.act("message", { channel, text: "Look", files: [file] });
  await client.files.info({ file });
  const uploaded = await client.filesUploadV2({ channel_id: channel, filename: "b", content: "b" });
  await client.files.delete({ file: uploaded.files[0]?.files?.[0]?.id ?? "" });
}

/** Messages for later and messages that grow. */
async function slowMessages(client: WebClient, channel: string): Promise<void> {
  const post_at = Math.floor(Date.now() / 1_000) + 3_600;
  const later = await client.chat.scheduleMessage({ channel, text: "Later", post_at });
  await client.chat.scheduledMessages.list({ channel });
  const scheduled_message_id = later.scheduled_message_id ?? "";
  await client.chat.deleteScheduledMessage({ channel, scheduled_message_id });
  const { ts: thread_ts = "" } = await client.chat.postMessage({ channel, text: "Thread" });
  const { ts = "" } = await client.chat.startStream({
    channel,
    thread_ts,
    recipient_user_id: "U0ALICE",
    recipient_team_id: "T0HEDDLE",
  });
  await client.chat.appendStream({ channel, ts, markdown_text: "**Hello**" });
  await client.chat.stopStream({ channel, ts });
  await client.chat.meMessage({ channel, text: "waves" });
}

async function channels(client: WebClient, alice: Person): Promise<void> {
  const { channel } = await client.conversations.create({ name: "incident" });
  const id = channel?.id ?? "";
  await client.conversations.invite({ channel: id, users: "U0BOB" });
  await client.conversations.setTopic({ channel: id, topic: "Fire" });
  await client.conversations.setPurpose({ channel: id, purpose: "Fire" });
  await client.conversations.rename({ channel: id, name: "incident-1" });
  await client.conversations.kick({ channel: id, user: "U0BOB" });
  await alice.act("channel", { channel: id, is_archived: true });
  await alice.act("channel", { channel: id, is_archived: false });
  await client.conversations.archive({ channel: id });
  await client.conversations.unarchive({ channel: id });
  await client.conversations.leave({ channel: id });
  await client.conversations.join({ channel: id });
  await alice.act("channel", { channel: id, is_ext_shared: true });
  await client.conversations.info({ channel: id });
  await alice.act("channel", { channel: id, is_ext_shared: false });
  await alice.act("channel", { channel: id, deleted: true });
  for (const change of [
    { is_archived: true },
    { is_archived: false, name: "leaders" },
    { remove: ["U0BOT"] },
    { add: ["U0BOT"] },
    { deleted: true },
  ]) {
    await alice.act("channel", { channel: "C0LEADS", ...change });
  }
}

async function lookUps(client: WebClient, channel: string): Promise<void> {
  await client.api.test({});
  await client.auth.test();
  const { ts: thread_ts = "" } = await client.chat.postMessage({ channel, text: "At work" });
  await client.assistant.threads.setStatus({ channel_id: channel, thread_ts, status: "" });
  await client.bots.info();
  await client.team.info();
  await client.users.info({ user: "U0ALICE" });
  await client.users.getPresence({ user: "U0ALICE" });
  await client.users.profile.get({ user: "U0ALICE" });
  await client.users.list({});
  await client.users.lookupByEmail({ email: "bob@heddle.example" });
  await client.users.conversations({});
  await client.usergroups.list({ include_users: true });
  await client.usergroups.users.list({ usergroup: "S0FINANCE" });
  await client.conversations.list({ types: "public_channel,im" });
  await client.conversations.info({ channel });
  await client.conversations.members({ channel });
  await client.conversations.open({ users: "U0BOB", return_im: true });
}

/** The name of the sample that a payload is to be held against. */
function sampleOf(payload: unknown): string {
  const event = memberAt(payload, "event");
  if (event === undefined) return toText(memberAt(payload, "type")) ?? "slash_command";
  const type = toText(memberAt(event, "type")) ?? "";
  const subtype = toText(memberAt(event, "subtype"));
  if (type !== "message" || subtype === undefined) return type;
  return subtype === "channel_join" ? "message_channel_join" : subtype;
}

/** Everything that was said, held against its sample: `<sample> <difference>`. */
async function compareAll(): Promise<{
  readonly found: readonly string[];
  readonly seen: Set<string>;
}> {
  await using simulator = await openSample({
    manifest: everything,
    realistic: false,
    timings: { ackMs: 5, eventRetriesMs: [] },
  });
  await talk(simulator, clientOf(simulator));
  await clientOf(simulator, "xapp-simulator").apps.connections.open({});
  const { traffic } = simulator.workspace;
  const said = [
    ...traffic.deliveries().map(({ payload }) => factsOfPayload(payload)),
    ...traffic.calls().map(({ method, response }) => ({
      name: method,
      value: response,
      facts: SAMPLE_RESPONSES[method],
    })),
  ];
  const seen = new Set<string>();
  const found = new Set<string>();
  for (const { name, value, facts } of said) {
    if (facts === undefined) continue;
    seen.add(name);
    for (const one of differences(value, facts)) found.add(`${name} ${one}`);
  }
  return { found: [...found], seen };
}

function factsOfPayload(payload: JsonObject) {
  const name = sampleOf(payload);
  const facts = SAMPLE_PAYLOADS[name];
  const envelope = isJsonObject(payload["event"]) ? (SAMPLE_PAYLOADS["envelope"] ?? "") : "";
  return {
    name,
    value: payload,
    facts: facts === undefined ? undefined : `${envelope.trim()}\n${facts.trim()}`,
  };
}

/** Whether the coverage list says that the simulator does not do this. */
function isMissing(name: string): boolean {
  return [...METHODS, ...EVENTS, ...PAYLOADS].some(
    (one) => one.name === name && one.status === "missing",
  );
}

test("payloads and answers differ from Slack's published samples only where there is a reason", async () => {
  const { found, seen } = await compareAll();

  const unexplained = found.filter((one) => !REASONS.some(([pattern]) => pattern.test(one)));
  expect(unexplained).toEqual([]);
  const unused = REASONS.filter(([pattern]) => !found.some((one) => pattern.test(one)));
  expect(unused).toEqual([]);
  const unseen = Object.keys({ ...SAMPLE_PAYLOADS, ...SAMPLE_RESPONSES }).filter(
    (name) => !seen.has(name) && name !== "envelope" && !isMissing(name),
  );
  expect(unseen).toEqual([]);
});
