import type { App } from "@slack/bolt";
import type { KnownBlock } from "@slack/types";
import { everyInput } from "./every-input.ts";

/** What was submitted, as `state.values`. */
export type Submitted = Record<string, Record<string, unknown>>;

/** A card that asks for a decision, as the tests post it. */
export const card: KnownBlock[] = [
  { type: "header", text: { type: "plain_text", text: "Expense approval" } },
  {
    type: "section",
    text: { type: "mrkdwn", text: "*Laptop stand* for <@U0ALICE>" },
    fields: [
      { type: "mrkdwn", text: "*Amount*\n$640.00" },
      { type: "mrkdwn", text: "*Team*\n<!subteam^S0FINANCE>" },
    ],
    accessory: {
      type: "static_select",
      action_id: "delegate",
      placeholder: { type: "plain_text", text: "Delegate to" },
      options: ["Carol", "Dave"].map((name) => ({
        text: { type: "plain_text", text: name },
        value: name.toLowerCase(),
      })),
    },
  },
  {
    type: "actions",
    elements: [
      {
        type: "button",
        action_id: "approve",
        style: "primary",
        text: { type: "plain_text", text: "Approve" },
        value: "round-1",
      },
      {
        type: "button",
        action_id: "reject",
        style: "danger",
        text: { type: "plain_text", text: "Reject" },
        value: "round-1",
        confirm: {
          title: { type: "plain_text", text: "Reject the expense?" },
          text: { type: "plain_text", text: "Alice will be told." },
          confirm: { type: "plain_text", text: "Reject it" },
          deny: { type: "plain_text", text: "Keep waiting" },
        },
      },
      { type: "button", action_id: "nobody_listens", text: { type: "plain_text", text: "Ignore" } },
    ],
  },
];

const companies = ["Acme", "Globex", "Initech"].map((name) => ({
  text: { type: "plain_text" as const, text: name },
  value: name.toLowerCase(),
}));

/** Listeners of a small bot: a card with decisions, a modal with every input, a Home. */
export function addPageListeners(app: App, submitted: Submitted[]): void {
  app.command("/sample", async ({ ack, command, client, respond }) => {
    await ack();
    if (command.text === "open") {
      await client.views.open({ trigger_id: command.trigger_id, view: everyInput });
    } else {
      await respond({ response_type: "ephemeral", text: `You said: ${command.text}` });
    }
  });
  for (const decision of ["approve", "reject"]) {
    app.action(decision, async ({ ack, body, client }) => {
      await ack();
      if (body.type !== "block_actions" || body.message === undefined) return;
      const channel = body.channel?.id ?? "";
      const text = `${decision} by <@${body.user.id}>`;
      await client.chat.update({ channel, ts: body.message["ts"], text, blocks: [section(text)] });
      await client.chat.postMessage({
        channel,
        thread_ts: body.message["ts"],
        text: "Receipt: 2 steps, $0.0012",
      });
    });
  }
  app.action("delegate", async ({ ack, action, respond }) => {
    await ack();
    if (action.type !== "static_select") return;
    await respond({
      response_type: "ephemeral",
      replace_original: false,
      text: `Delegated to ${action.selected_option.value}`,
    });
  });
  app.options("customer", async ({ ack, options }) => {
    await ack({ options: companies.filter(({ value }) => value.includes(options.value)) });
  });
  app.options("partners", async ({ ack }) => {
    await ack({
      option_groups: [{ label: { type: "plain_text", text: "Known" }, options: companies }],
    });
  });
  app.shortcut("new_request", async ({ ack, shortcut, client }) => {
    await ack();
    await client.views.open({ trigger_id: shortcut.trigger_id, view: everyInput });
  });
  app.shortcut("from_message", async ({ ack, shortcut, respond }) => {
    await ack();
    if (shortcut.type !== "message_action") return;
    await respond({ response_type: "ephemeral", text: `About: ${shortcut.message.text}` });
  });
  app.view("every_input", async ({ ack, view }) => {
    if (view.state.values["reason"]?.["text"]?.value === "because") {
      await ack({ response_action: "errors", errors: { reason: "Give a better reason." } });
      return;
    }
    submitted.push(view.state.values);
    await ack();
  });
  app.event("app_home_opened", async ({ event, client }) => {
    if (event.tab === "home")
      await client.views.publish({ user_id: event.user, view: home("Costs") });
  });
  app.action("refresh", async ({ ack, body, client }) => {
    await ack();
    await client.views.publish({ user_id: body.user.id, view: home("Costs, refreshed") });
  });
}

function section(text: string): KnownBlock {
  return { type: "section", text: { type: "mrkdwn", text } };
}

function home(title: string): { type: "home"; blocks: KnownBlock[] } {
  return {
    type: "home",
    blocks: [
      { type: "header", text: { type: "plain_text", text: title } },
      {
        type: "actions",
        elements: [
          { type: "button", action_id: "refresh", text: { type: "plain_text", text: "Refresh" } },
        ],
      },
    ],
  };
}
