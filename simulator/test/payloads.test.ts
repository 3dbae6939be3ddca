import type {
  BlockAction,
  ButtonAction,
  EnvelopedEvent,
  GlobalShortcut,
  MessageShortcut,
  SlashCommand,
  StaticSelectAction,
  ViewClosedAction,
  ViewSubmitAction,
} from "@slack/bolt";
import type { AppHomeOpenedEvent, GenericMessageEvent, ReactionAddedEvent } from "@slack/types";
import { expect, test } from "vitest";
import type { Simulator } from "../simulator.ts";
import { Person } from "./support/person.ts";
import { requestModal } from "./support/sample-listeners.ts";
import { clientOf, openSample } from "./support/web-client.ts";

/** Slack sends null where Bolt's types know only absence. */
type Nullable<T> = Omit<T, "enterprise"> & { enterprise: null };

const text = expect.any(String);
const ts = expect.stringMatching(/^\d{10}\.\d{6}$/);
const triggerId = expect.stringMatching(/^\d+\.\d+\.[0-9a-f]{32}$/);
const token = "simulator-verification-token";
const responseUrl = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/response\//);
const team = { id: "T0HEDDLE", domain: "heddle" };
const alice = { id: "U0ALICE", username: "alice", name: "alice", team_id: "T0HEDDLE" };
const common = { token, team, user: alice, enterprise: null, is_enterprise_install: false };

/** Nobody answers; the payloads are what counts. */
const quick = { timings: { ackMs: 10, eventRetriesMs: [] } };

function lastPayload(simulator: Simulator): unknown {
  return simulator.workspace.traffic.deliveries().at(-1)?.payload;
}

async function act(simulator: Simulator, action: string, body: Record<string, string>) {
  await new Person(simulator.url, "U0ALICE").act(action, body);
  return lastPayload(simulator);
}

test("a slash command has Slack's members", async () => {
  await using simulator = await openSample(quick);

  const payload = await act(simulator, "slash", {
    channel: "C0GENERAL",
    command: "/sample",
    text: "a b",
  });

  expect(payload).toEqual({
    token,
    team_id: "T0HEDDLE",
    team_domain: "heddle",
    channel_id: "C0GENERAL",
    channel_name: "general",
    user_id: "U0ALICE",
    user_name: "alice",
    command: "/sample",
    text: "a b",
    api_app_id: "A0HEDDLE",
    is_enterprise_install: "false",
    response_url: responseUrl,
    trigger_id: triggerId,
  } satisfies SlashCommand);
});

test("a click on a button carries message, state and container", async () => {
  await using simulator = await openSample(quick);
  const parent = await clientOf(simulator).chat.postMessage({ channel: "C0GENERAL", text: "Run" });
  const { ts: messageTs = "", message } = await clientOf(simulator).chat.postMessage({
    channel: "C0GENERAL",
    thread_ts: parent.ts ?? "",
    text: "Decide",
    blocks: [
      {
        type: "actions",
        block_id: "decide",
        elements: [
          {
            type: "button",
            action_id: "approve",
            value: "r1",
            style: "primary",
            text: { type: "plain_text", text: "Approve" },
          },
          {
            type: "static_select",
            action_id: "why",
            options: [{ text: { type: "plain_text", text: "Fine" }, value: "fine" }],
          },
        ],
      },
    ],
    metadata: { event_type: "request", event_payload: { id: "r1" } },
  });

  const place = { channel: "C0GENERAL", ts: messageTs };
  const clicked = await act(simulator, "action", { ...place, action_id: "approve" });
  const chosen = await act(simulator, "action", { ...place, action_id: "why", selected: "fine" });

  const fine = { text: { type: "plain_text" as const, text: "Fine", emoji: true }, value: "fine" };
  const base = {
    ...common,
    type: "block_actions" as const,
    api_app_id: "A0HEDDLE",
    container: {
      type: "message",
      message_ts: messageTs,
      channel_id: "C0GENERAL",
      is_ephemeral: false,
      thread_ts: parent.ts,
    },
    trigger_id: triggerId,
    channel: { id: "C0GENERAL", name: "general" },
    message: { ...message, type: "message" as const, ts: messageTs },
    response_url: responseUrl,
  };
  expect(clicked).toEqual({
    ...base,
    state: { values: { decide: { why: { type: "static_select", selected_option: null } } } },
    actions: [
      {
        type: "button",
        action_id: "approve",
        block_id: "decide",
        value: "r1",
        style: "primary",
        text: { type: "plain_text", text: "Approve", emoji: true },
        action_ts: ts,
      },
    ],
  } satisfies Nullable<BlockAction<ButtonAction & { style: string }>>);
  expect(chosen).toEqual({
    ...base,
    state: { values: { decide: { why: { type: "static_select", selected_option: fine } } } },
    actions: [
      {
        type: "static_select",
        action_id: "why",
        block_id: "decide",
        selected_option: fine,
        action_ts: ts,
      },
    ],
  } satisfies Nullable<BlockAction<StaticSelectAction>>);
});

test("a click on an ephemeral message carries no message", async () => {
  await using simulator = await openSample(quick);
  const { message_ts: messageTs = "" } = await clientOf(simulator).chat.postEphemeral({
    channel: "C0GENERAL",
    user: "U0ALICE",
    text: "Only you",
  });

  const payload = await act(simulator, "action", {
    channel: "C0GENERAL",
    ts: messageTs,
    action_id: "gone",
    value: "v",
  });

  expect(payload).not.toHaveProperty("message");
  expect(payload).toMatchObject({
    container: { is_ephemeral: true, message_ts: messageTs },
    actions: [{ type: "button", action_id: "gone", value: "v" }],
  });
});

test("submitting and closing a modal carry the whole view", async () => {
  await using simulator = await openSample(quick);
  const trigger = simulator.workspace.triggers.create("U0ALICE");
  const { view } = await clientOf(simulator).views.open({
    trigger_id: trigger,
    view: requestModal,
  });
  const viewId = view?.id ?? "";

  await new Person(simulator.url, "U0ALICE").act("view-submit", {
    view_id: viewId,
    values: { item: { text: "Lamp" }, amount: { number: 5 } },
  });
  const submitted = lastPayload(simulator);
  const closed = await act(simulator, "view-close", { view_id: viewId });

  const values = {
    item: { text: { type: "plain_text_input", value: "Lamp" } },
    amount: { number: { type: "number_input", value: "5" } },
    urgency: { choice: { type: "static_select", selected_option: null } },
  };
  const shown: ViewSubmitAction["view"] = {
    id: viewId,
    team_id: "T0HEDDLE",
    type: "modal",
    blocks: expect.any(Array),
    private_metadata: "C0GENERAL",
    callback_id: "request",
    state: { values },
    hash: text,
    title: { type: "plain_text", text: "New request", emoji: true },
    clear_on_close: false,
    notify_on_close: true,
    close: null,
    submit: { type: "plain_text", text: "Send", emoji: true },
    previous_view_id: null,
    root_view_id: viewId,
    app_id: "A0HEDDLE",
    external_id: "",
    app_installed_team_id: "T0HEDDLE",
    bot_id: "B0HEDDLE",
  };
  const base = { ...common, api_app_id: "A0HEDDLE", view: shown };
  expect(submitted).toEqual({
    ...base,
    type: "view_submission",
    trigger_id: triggerId,
    response_urls: [],
  } satisfies Nullable<ViewSubmitAction>);
  expect(closed).toEqual({
    ...base,
    type: "view_closed",
    is_cleared: false,
  } satisfies Nullable<ViewClosedAction>);
});

test("shortcuts carry what Bolt reads from them", async () => {
  await using simulator = await openSample(quick);
  const { ts: messageTs = "", message } = await clientOf(simulator).chat.postMessage({
    channel: "C0GENERAL",
    text: "Here",
  });

  const global = await act(simulator, "shortcut", { callback_id: "new_request" });
  const ofMessage = await act(simulator, "shortcut", {
    callback_id: "from_message",
    channel: "C0GENERAL",
    ts: messageTs,
  });

  expect(global).toEqual({
    ...common,
    type: "shortcut",
    callback_id: "new_request",
    action_ts: ts,
    trigger_id: triggerId,
  } satisfies Nullable<GlobalShortcut>);
  expect(ofMessage).toEqual({
    ...common,
    user: { id: "U0ALICE", name: "alice", team_id: "T0HEDDLE" },
    type: "message_action",
    callback_id: "from_message",
    action_ts: ts,
    trigger_id: triggerId,
    response_url: responseUrl,
    message_ts: messageTs,
    channel: { id: "C0GENERAL", name: "general" },
    message: { ...message, type: "message", ts: messageTs },
  } satisfies Nullable<MessageShortcut>);
});

test("events come in an envelope with the app's authorization", async () => {
  await using simulator = await openSample(quick);
  const envelope = <Event>(event: Event) => ({
    token,
    team_id: "T0HEDDLE",
    context_team_id: "T0HEDDLE",
    context_enterprise_id: null,
    api_app_id: "A0HEDDLE",
    event,
    type: "event_callback" as const,
    event_id: expect.stringMatching(/^Ev[A-Z0-9]{10}$/),
    event_time: expect.any(Number),
    authorizations: [
      {
        enterprise_id: null,
        team_id: "T0HEDDLE",
        user_id: "U0BOT",
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: text,
  });

  const written = await act(simulator, "message", { channel: "D0ALICE", text: "hi" });
  const { ts: messageTs = "" } = await clientOf(simulator).chat.postMessage({
    channel: "C0GENERAL",
    text: "x",
  });
  const reacted = await act(simulator, "reaction", {
    channel: "C0GENERAL",
    ts: messageTs,
    name: "eyes",
  });
  const opened = await act(simulator, "home-open", {});

  const message = {
    type: "message",
    ts,
    team: "T0HEDDLE",
    user: "U0ALICE",
    client_msg_id: text,
    text: "hi",
    blocks: [expect.objectContaining({ type: "rich_text" })],
    channel: "D0ALICE",
    event_ts: ts,
    channel_type: "im",
  } satisfies Omit<GenericMessageEvent, "subtype">;
  const reaction: ReactionAddedEvent = {
    type: "reaction_added",
    user: "U0ALICE",
    reaction: "eyes",
    item: { type: "message", channel: "C0GENERAL", ts: messageTs },
    item_user: "U0BOT",
    event_ts: ts,
  };
  const home: AppHomeOpenedEvent = {
    type: "app_home_opened",
    user: "U0ALICE",
    channel: "D0ALICE",
    tab: "home",
    event_ts: ts,
  };
  type Known = Omit<EnvelopedEvent, "context_enterprise_id"> & { context_enterprise_id: null };
  expect(written).toEqual(envelope(message) satisfies Known);
  expect(reacted).toEqual(envelope(reaction) satisfies Known);
  expect(opened).toEqual(envelope(home) satisfies Known);
});
