import type { InputBlock, ModalView } from "@slack/types";

const options = ["Red", "Green", "Blue"].map((name) => ({
  text: { type: "plain_text" as const, text: name },
  value: name.toLowerCase(),
}));

function input(blockId: string, label: string, element: InputBlock["element"]): InputBlock {
  return {
    type: "input",
    block_id: blockId,
    label: { type: "plain_text", text: label },
    element,
  };
}

/** A modal with every kind of input that people fill in. */
export const everyInput: ModalView = {
  type: "modal",
  callback_id: "every_input",
  title: { type: "plain_text", text: "Every input" },
  submit: { type: "plain_text", text: "Send" },
  blocks: [
    input("reason", "Reason", { type: "plain_text_input", action_id: "text", max_length: 40 }),
    input("story", "Story", { type: "plain_text_input", action_id: "text", multiline: true }),
    input("amount", "Amount", {
      type: "number_input",
      action_id: "number",
      is_decimal_allowed: true,
      min_value: "1",
    }),
    input("mail", "Mail", { type: "email_text_input", action_id: "email" }),
    input("link", "Link", { type: "url_text_input", action_id: "url" }),
    input("color", "Color", { type: "static_select", action_id: "one", options }),
    input("colors", "Colors", { type: "multi_static_select", action_id: "many", options }),
    input("customer", "Customer", {
      type: "external_select",
      action_id: "customer",
      min_query_length: 2,
    }),
    input("partners", "Partners", {
      type: "multi_external_select",
      action_id: "partners",
      min_query_length: 0,
    }),
    input("person", "Person", { type: "users_select", action_id: "user" }),
    input("people", "People", { type: "multi_users_select", action_id: "users" }),
    input("channel", "Channel", { type: "channels_select", action_id: "channel" }),
    input("channels", "Channels", { type: "multi_channels_select", action_id: "channels" }),
    input("place", "Place", { type: "conversations_select", action_id: "conversation" }),
    input("places", "Places", {
      type: "multi_conversations_select",
      action_id: "conversations",
      max_selected_items: 2,
    }),
    input("day", "Day", { type: "datepicker", action_id: "date" }),
    input("hour", "Hour", { type: "timepicker", action_id: "time" }),
    input("moment", "Moment", { type: "datetimepicker", action_id: "moment" }),
    input("checks", "Checks", { type: "checkboxes", action_id: "checks", options }),
    input("radio", "Radio", { type: "radio_buttons", action_id: "radio", options }),
    input("essay", "Essay", { type: "rich_text_input", action_id: "essay" }),
    input("proof", "Proof", { type: "file_input", action_id: "proof", filetypes: ["csv"] }),
  ],
};
