import type { App } from "@slack/bolt";
import type { KnownBlock, ModalView } from "@slack/types";

export const requestModal: ModalView = {
  type: "modal",
  callback_id: "request",
  private_metadata: "C0GENERAL",
  notify_on_close: true,
  title: { type: "plain_text", text: "New request" },
  submit: { type: "plain_text", text: "Send" },
  blocks: [
    {
      type: "input",
      block_id: "item",
      label: { type: "plain_text", text: "Item" },
      element: { type: "plain_text_input", action_id: "text", min_length: 2 },
    },
    {
      type: "input",
      block_id: "amount",
      label: { type: "plain_text", text: "Amount" },
      element: { type: "number_input", action_id: "number", is_decimal_allowed: true },
    },
    {
      type: "input",
      block_id: "urgency",
      optional: true,
      label: { type: "plain_text", text: "Urgency" },
      element: {
        type: "static_select",
        action_id: "choice",
        options: ["low", "high"].map((value) => ({
          text: { type: "plain_text", text: value },
          value,
        })),
      },
    },
  ],
};

/** The app of the tests: shortcut or command → modal with validation → message → button → update, and Home. */
export function addListeners(app: App): void {
  app.command("/sample", async ({ ack, command, client }) => {
    await ack();
    await client.views.open({ trigger_id: command.trigger_id, view: requestModal });
  });
  app.command("/plain", async ({ ack, command }) => {
    await ack(`You typed: ${command.text}`);
  });
  app.shortcut(
    { type: "shortcut", callback_id: "new_request" },
    async ({ ack, shortcut, client }) => {
      await ack();
      await client.views.open({ trigger_id: shortcut.trigger_id, view: requestModal });
    },
  );
  app.view("request", async ({ ack, view, client, body }) => {
    const amount = Number(view.state.values["amount"]?.["number"]?.value);
    if (amount > 1_000) {
      await ack({ response_action: "errors", errors: { amount: "At most 1000." } });
      return;
    }
    await ack();
    const item = view.state.values["item"]?.["text"]?.value ?? "";
    const urgency = view.state.values["urgency"]?.["choice"]?.selected_option?.value ?? "none";
    const text = `<@${body.user.id}> wants ${item} for ${amount} (${urgency})`;
    await client.chat.postMessage({
      channel: view.private_metadata,
      text,
      blocks: card(text),
      metadata: { event_type: "request", event_payload: { amount, urgency } },
    });
  });
  app.action("approve", async ({ ack, body, client, respond }) => {
    await ack();
    if (body.type !== "block_actions" || body.message === undefined) return;
    const channel = body.channel?.id ?? "";
    const text = `${body.message.text} — approved by <@${body.user.id}>`;
    await client.chat.update({ channel, ts: body.message.ts, text, blocks: [] });
    await respond({ text: "Thank you.", replace_original: false });
  });
  app.event("app_home_opened", async ({ event, client }) => {
    await client.views.publish({
      user_id: event.user,
      view: { type: "home", blocks: card(`Hello <@${event.user}>`) },
    });
  });
  app.message("ping", async ({ message, say }) => {
    await say({ text: "pong", thread_ts: message.ts });
  });
}

function card(text: string): KnownBlock[] {
  return [
    { type: "section", text: { type: "mrkdwn", text } },
    {
      type: "actions",
      block_id: "decide",
      elements: [
        {
          type: "button",
          action_id: "approve",
          value: "request-1",
          text: { type: "plain_text", text: "Approve" },
        },
      ],
    },
  ];
}
