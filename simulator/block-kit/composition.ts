import { member } from "../json.ts";
import {
  atLeastOne,
  type Check,
  exactlyOne,
  flag,
  list,
  oneOf,
  type Problem,
  pattern,
  shape,
  text,
  typed,
} from "./check.ts";
import { LIMITS } from "./limits.ts";

/** `plain_text` of a length. */
export function plainText(max: number): Check {
  return typed({ plain_text: plainTextShape(max) }, "type");
}

/** `plain_text` or `mrkdwn` of a length. */
export function anyText(max: number): Check {
  return typed({ plain_text: plainTextShape(max), mrkdwn: mrkdwnShape(max) }, "type");
}

function plainTextShape(max: number): Check {
  return shape({ required: { text: text({ max }) }, optional: { emoji: flag } });
}

function mrkdwnShape(max: number): Check {
  return shape({ required: { text: text({ max }) }, optional: { verbatim: flag } });
}

export const id = text({ max: LIMITS.id });
export const url = pattern(/^(https?|mailto|slack):\S+$/, "a valid URL");
export const style = oneOf("primary", "danger");

/** A web address of at most Slack's length. */
export const link: Check = (value, pointer, problems) => {
  url(value, pointer, problems);
  if (typeof value === "string") text({ max: LIMITS.url })(value, pointer, problems);
};

export const userId = pattern(/^[UW][A-Z0-9]+$/, "the id of a user");
export const channelId = pattern(/^[CG][A-Z0-9]+$/, "the id of a channel");

export const confirm = shape({
  required: {
    title: plainText(LIMITS.confirmTitle),
    text: anyText(LIMITS.confirmText),
    confirm: plainText(LIMITS.confirmButton),
    deny: plainText(LIMITS.confirmButton),
  },
  optional: { style },
});

/** An option of a menu. */
export const menuOption = shape({
  required: { text: plainText(LIMITS.optionText), value: text({ max: LIMITS.optionValue }) },
  optional: { description: plainText(LIMITS.optionDescription) },
});

/** An option of an overflow menu, which may be a link. */
export const overflowOption = shape({
  required: { text: plainText(LIMITS.optionText), value: text({ max: LIMITS.optionValue }) },
  optional: { description: plainText(LIMITS.optionDescription), url: link },
});

/** A checkbox or radio button, which may use mrkdwn. */
export const choiceOption = shape({
  required: { text: anyText(LIMITS.optionText), value: text({ max: LIMITS.optionValue }) },
  optional: { description: anyText(LIMITS.optionDescription) },
});

export const optionGroup = shape({
  required: {
    label: plainText(LIMITS.optionText),
    options: list(menuOption, { max: LIMITS.options }),
  },
});

export const slackFile = shape({
  optional: { id, url },
  also: exactlyOne("id", "url"),
});

export const dispatchConfig = shape({
  required: {
    trigger_actions_on: list(oneOf("on_enter_pressed", "on_character_entered"), {
      max: 2,
      unique: true,
    }),
  },
});

export const conversationFilter = shape({
  optional: {
    include: list(oneOf("im", "mpim", "private", "public"), { max: 4, unique: true }),
    exclude_external_shared_channels: flag,
    exclude_bot_users: flag,
  },
  also: atLeastOne("include", "exclude_external_shared_channels", "exclude_bot_users"),
});

/** Initial choices must be among the options. */
export function initialAmongOptions(value: unknown, pointer: string, problems: Problem[]): void {
  const groups = toList(member(value, "option_groups")).flatMap((group) =>
    toList(member(group, "options")),
  );
  const values = [...toList(member(value, "options")), ...groups].map((one) =>
    member(one, "value"),
  );
  const initial = [
    ...toList(member(value, "initial_options")),
    ...toList([member(value, "initial_option")]),
  ].filter((one) => one !== undefined);
  for (const one of initial) {
    if (!values.includes(member(one, "value"))) {
      const name =
        member(value, "initial_option") === undefined ? "initial_options" : "initial_option";
      problems.push({
        message: `${name} must be among the options`,
        pointer: `${pointer}/${name}`,
      });
    }
  }
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
