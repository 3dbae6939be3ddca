import type { JsonObject } from "../json.ts";
import {
  type Check,
  exactlyOne,
  flag,
  integer,
  lazy,
  list,
  oneOf,
  type Problem,
  pattern,
  shape,
  text,
  typed,
} from "./check.ts";
import {
  channelId,
  choiceOption,
  confirm,
  conversationFilter,
  dispatchConfig,
  id,
  initialAmongOptions,
  link,
  menuOption,
  optionGroup,
  overflowOption,
  plainText,
  slackFile,
  style,
  url,
  userId,
} from "./composition.ts";
import { LIMITS } from "./limits.ts";
import { richText } from "./rich-text.ts";

type Checks = Readonly<Record<string, Check>>;

const placeholder = { placeholder: plainText(LIMITS.placeholder) };
const focus = { focus_on_load: flag };
const actionable = { action_id: id };
const confirmable = { ...actionable, confirm };
const input = { ...actionable, ...focus, ...placeholder, dispatch_action_config: dispatchConfig };
const picker = { ...confirmable, ...focus, ...placeholder };
const multi = { max_selected_items: integer(1, 1_000) };
const ids = list(id, { max: 1_000 });
const decimal = pattern(/^-?\d+(\.\d+)?$/, "a number written as text");
const menuOptions = {
  options: list(menuOption, { max: LIMITS.options }),
  option_groups: list(optionGroup, { max: LIMITS.options }),
};
const accessible = { accessibility_label: text({ max: LIMITS.accessibilityLabel }) };
const feedbackButton = shape({
  required: { text: plainText(LIMITS.buttonText), value: text({ max: LIMITS.buttonValue }) },
  optional: accessible,
});

const staticMenu = (initial: Checks): Check =>
  shape({
    optional: { ...picker, ...menuOptions, ...initial },
    also: (value, pointer, problems) => {
      exactlyOne("options", "option_groups")(value, pointer, problems);
      initialAmongOptions(value, pointer, problems);
    },
  });

const choices = (initial: Checks): Check =>
  shape({
    required: { options: list(choiceOption, { max: LIMITS.choices }) },
    optional: { ...confirmable, ...focus, ...initial },
    also: initialAmongOptions,
  });

const BUTTONS: Checks = {
  button: shape({
    required: { text: plainText(LIMITS.buttonText) },
    optional: {
      ...confirmable,
      ...accessible,
      style,
      url: link,
      value: text({ max: LIMITS.buttonValue }),
    },
  }),
  workflow_button: shape({
    required: {
      text: plainText(LIMITS.buttonText),
      workflow: lazy(() => workflow),
      action_id: id,
    },
    optional: { ...accessible, style },
  }),
};

const workflow = shape({
  required: {
    trigger: shape({
      required: { url },
      optional: {
        customizable_input_parameters: list(
          shape({ required: { name: text({ max: LIMITS.id }), value: () => {} } }),
        ),
      },
    }),
  },
});

const MENUS: Checks = {
  static_select: staticMenu({ initial_option: menuOption }),
  multi_static_select: staticMenu({ ...multi, initial_options: list(menuOption) }),
  external_select: shape({
    optional: { ...picker, initial_option: menuOption, min_query_length: integer(0, 1_000) },
  }),
  multi_external_select: shape({
    optional: {
      ...picker,
      ...multi,
      initial_options: list(menuOption),
      min_query_length: integer(0, 1_000),
    },
  }),
  users_select: shape({ optional: { ...picker, initial_user: userId } }),
  multi_users_select: shape({ optional: { ...picker, ...multi, initial_users: list(userId) } }),
  channels_select: shape({
    optional: { ...picker, initial_channel: channelId, response_url_enabled: flag },
  }),
  multi_channels_select: shape({
    optional: { ...picker, ...multi, initial_channels: list(channelId) },
  }),
  conversations_select: shape({
    optional: {
      ...picker,
      initial_conversation: id,
      default_to_current_conversation: flag,
      filter: conversationFilter,
      response_url_enabled: flag,
    },
  }),
  multi_conversations_select: shape({
    optional: {
      ...picker,
      ...multi,
      initial_conversations: ids,
      default_to_current_conversation: flag,
      filter: conversationFilter,
    },
  }),
};

const PICKERS: Checks = {
  datepicker: shape({
    optional: {
      ...picker,
      initial_date: pattern(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, "a date YYYY-MM-DD"),
    },
  }),
  timepicker: shape({
    optional: {
      ...picker,
      initial_time: pattern(/^([01]\d|2[0-3]):[0-5]\d$/, "a time HH:mm"),
      timezone: text({ max: 100 }),
    },
  }),
  checkboxes: choices({ initial_options: list(choiceOption) }),
  radio_buttons: choices({ initial_option: choiceOption }),
};

const DATE_AND_TIME: Checks = {
  datetimepicker: shape({
    optional: { ...confirmable, ...focus, initial_date_time: integer(0, 9_999_999_999) },
  }),
};

const OVERFLOW: Checks = {
  overflow: shape({
    required: { options: list(overflowOption, { max: LIMITS.overflowOptions }) },
    optional: confirmable,
  }),
};

const INPUTS: Checks = {
  plain_text_input: shape({
    optional: {
      ...input,
      initial_value: text({ max: LIMITS.inputLength, min: 0 }),
      multiline: flag,
      min_length: integer(0, LIMITS.inputLength),
      max_length: integer(1, LIMITS.inputLength),
    },
  }),
  email_text_input: shape({
    optional: { ...input, initial_value: text({ max: LIMITS.inputLength, min: 0 }) },
  }),
  url_text_input: shape({
    optional: { ...input, initial_value: text({ max: LIMITS.inputLength, min: 0 }) },
  }),
  number_input: shape({
    required: { is_decimal_allowed: flag },
    optional: { ...input, initial_value: decimal, min_value: decimal, max_value: decimal },
    also: orderedBounds,
  }),
  rich_text_input: shape({
    required: actionable,
    optional: {
      ...focus,
      ...placeholder,
      dispatch_action_config: dispatchConfig,
      initial_value: richText,
      min_lines: integer(1, 100),
      max_lines: integer(1, 100),
    },
  }),
  file_input: shape({
    optional: {
      ...actionable,
      filetypes: list(text({ max: 100 })),
      max_files: integer(1, 10),
    },
  }),
};

/** A picture among texts. */
export const imageElement: Check = shape({
  required: { alt_text: text({ max: LIMITS.altText }) },
  optional: { image_url: link, slack_file: slackFile },
  also: exactlyOne("image_url", "slack_file"),
});

export const button: Check = typed({ button: BUTTONS["button"] ?? flag }, "type");
export const actionsElement: Check = typed(
  {
    ...BUTTONS,
    ...MENUS,
    ...PICKERS,
    ...DATE_AND_TIME,
    ...OVERFLOW,
  },
  "type",
);
export const accessory: Check = typed(
  { ...BUTTONS, ...MENUS, ...PICKERS, ...OVERFLOW, image: imageElement },
  "type",
);
export const inputElement: Check = typed(
  { ...INPUTS, ...MENUS, ...PICKERS, ...DATE_AND_TIME },
  "type",
);
export const contextAction: Check = typed(
  {
    feedback_buttons: shape({
      required: { positive_button: feedbackButton, negative_button: feedbackButton },
      optional: actionable,
    }),
    icon_button: shape({
      required: { icon: oneOf("trash"), text: plainText(LIMITS.buttonText) },
      optional: {
        ...confirmable,
        ...accessible,
        value: text({ max: LIMITS.buttonValue }),
        visible_to_user_ids: list(userId, { min: 0 }),
      },
    }),
  },
  "type",
);

function orderedBounds(value: JsonObject, pointer: string, problems: Problem[]): void {
  const { min_value: min, max_value: max } = value;
  if (min !== undefined && max !== undefined && Number(min) > Number(max)) {
    problems.push({ message: "min_value must not be above max_value", pointer });
  }
}
