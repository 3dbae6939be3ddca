import type { App } from "@slack/bolt";
import type { KnownBlock } from "@slack/types";

const options = ["Red", "Green", "Blue"].map((name) => ({
  text: { type: "plain_text" as const, text: name },
  value: name.toLowerCase(),
}));

function placeholder(text: string): { type: "plain_text"; text: string } {
  return { type: "plain_text", text };
}

/** A message with every element that acts at once. */
export const everyAction: KnownBlock[] = [
  {
    type: "section",
    block_id: "more",
    text: { type: "mrkdwn", text: "More to do" },
    accessory: { type: "overflow", action_id: "overflow", options },
  },
  {
    type: "actions",
    block_id: "buttons",
    elements: [
      { type: "button", action_id: "button", value: "7", text: placeholder("Press") },
      {
        type: "static_select",
        action_id: "static",
        placeholder: placeholder("Color"),
        option_groups: [{ label: placeholder("Colors"), options }],
      },
      {
        type: "external_select",
        action_id: "external",
        min_query_length: 0,
        placeholder: placeholder("Company"),
      },
      { type: "users_select", action_id: "user", placeholder: placeholder("Person") },
      { type: "channels_select", action_id: "channel", placeholder: placeholder("Channel") },
      { type: "conversations_select", action_id: "place", placeholder: placeholder("Place") },
    ],
  },
  {
    type: "actions",
    block_id: "pickers",
    elements: [
      { type: "datepicker", action_id: "day", placeholder: placeholder("Day") },
      { type: "timepicker", action_id: "hour", placeholder: placeholder("Hour") },
      { type: "datetimepicker", action_id: "moment" },
      { type: "radio_buttons", action_id: "radio", options },
      { type: "checkboxes", action_id: "checks", options },
    ],
  },
  {
    type: "section",
    block_id: "several",
    text: { type: "mrkdwn", text: "Several colors" },
    accessory: {
      type: "multi_static_select",
      action_id: "many",
      placeholder: placeholder("Colors"),
      options,
    },
  },
];

/** Keeps the action of each click, by its id. */
export function keepActions(app: App, kept: Map<string, object>): void {
  app.options("external", async ({ ack }) => {
    await ack({ options: [{ text: placeholder("Acme"), value: "acme" }] });
  });
  app.action(
    /^(overflow|button|static|external|user|channel|place|day|hour|moment|radio|checks|many)$/,
    async ({ ack, action }) => {
      await ack();
      if ("action_id" in action) kept.set(action.action_id, action);
    },
  );
}
