import type {
  EmailInput,
  InputBlock,
  InputBlockElement,
  NumberInput,
  PlainTextInput,
  URLInput,
} from "@slack/types";
import { z } from "zod";
import type { FormField } from "../../../engine/api/approvals.ts";
import type { Json } from "../../../shared/json.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { isChannelId } from "../../../shared/slack-ids.ts";
import { LIMITS } from "../../../slack/limits.ts";
import { showValue } from "../../../slack/text.ts";
import { plain } from "../dialog.ts";

export const COMMENT_BLOCK = "comment";
const FIELD_PREFIX = "field:";
/** Not in a name of a variable. */
const REFILLED = "#";
const ACTION = "value";
const SHOWN_CHARS = 200;
/** Text of this length gets a large field. */
const LONG = 80;

/**
 * Block id of a field; `null`: of the comment.
 *
 * @param refilled - how often its value was replaced: Slack keeps what stands in a field whose block keeps its id.
 */
export function blockOf(field: string | null, refilled = 0): string {
  if (field === null) return COMMENT_BLOCK;
  return `${FIELD_PREFIX}${field}${refilled === 0 ? "" : `${REFILLED}${refilled}`}`;
}

/** What a field shows and asks for. */
export type ShownField = Pick<
  FormField,
  | "name"
  | "label"
  | "description"
  | "required"
  | "type"
  | "options"
  | "sensitive"
  | "fits"
  | "value"
>;

/** A field for one value, filled with what it is by now. @param refilled - as for {@link blockOf}. */
export function fieldBlock(field: ShownField, refilled = 0): InputBlock {
  const { name, label = name, description, required = false, fits, value } = field;
  const hint = fits
    ? description
    : `Now: ${field.sensitive ? "hidden" : showValue(value, SHOWN_CHARS)}. Left empty, it stays so.`;
  return {
    type: "input",
    block_id: blockOf(name, refilled),
    // What the field cannot show need not be written again.
    optional: !required || !fits,
    label: plain(label, LIMITS.inputLabel),
    ...(hint !== undefined && { hint: plain(hint, LIMITS.inputLabel) }),
    element: elementOf(field, fits ? value : null),
  };
}

function elementOf({ type, options = [] }: ShownField, value: Json): InputBlockElement {
  const action_id = ACTION;
  switch (type) {
    case "boolean":
      return select([YES, NO], value === null ? null : value === true ? YES : NO);
    case "select":
      return select(options, textOf(value));
    case "multi-select":
      return multiSelect(options, value);
    case "date":
      return { type: "datepicker", action_id, ...omitUndefined({ initial_date: initial(value) }) };
    case "user":
      return {
        type: "users_select",
        action_id,
        ...omitUndefined({ initial_user: initial(value) }),
      };
    case "channel":
      return channelElement(value);
    case "file":
      return fileElement(value);
    default:
      return {
        ...typingElement(type, textOf(value) ?? ""),
        ...omitUndefined({ initial_value: initial(value) }),
      };
  }
}

/** A field that one types into. */
function typingElement(
  type: string,
  text: string,
): NumberInput | EmailInput | URLInput | PlainTextInput {
  const action_id = ACTION;
  switch (type) {
    case "number":
      return { type: "number_input", action_id, is_decimal_allowed: true };
    case "integer":
      return { type: "number_input", action_id, is_decimal_allowed: false };
    case "email":
      return { type: "email_text_input", action_id };
    case "url":
      return { type: "url_text_input", action_id };
    default: {
      const multiline = type === "text" || text.length > LONG || text.includes("\n");
      return { type: "plain_text_input", action_id, multiline, max_length: LIMITS.inputText };
    }
  }
}

function textOf(value: Json): string | null {
  return value === null || typeof value === "string" ? value : JSON.stringify(value);
}

/** A list of channels; one that is known by its name alone is typed, since the list knows ids. */
function channelElement(value: Json): InputBlockElement {
  const chosen = initial(value);
  if (chosen !== undefined && !isChannelId(chosen))
    return { ...typingElement("string", chosen), initial_value: chosen };
  return {
    type: "conversations_select",
    action_id: ACTION,
    filter: { include: ["public", "private"], exclude_bot_users: true },
    ...omitUndefined({ initial_conversation: chosen }),
  };
}

/** A field that takes an uploaded file; one that was given before is shown as text, since such a field cannot be filled. */
function fileElement(value: Json): InputBlockElement {
  const given = initial(value);
  if (given !== undefined) return { ...typingElement("string", given), initial_value: given };
  return { type: "file_input", action_id: ACTION, max_files: 1 };
}

/** What stands in a field first: Slack takes no empty text. */
function initial(value: Json): string | undefined {
  return textOf(value) || undefined;
}

const YES = "yes";
const NO = "no";

type Option = { readonly text: ReturnType<typeof plain>; readonly value: string };

function toOption(value: string): Option {
  return { text: plain(value, LIMITS.optionText), value };
}

function select(options: readonly string[], chosen: string | null): InputBlockElement {
  return {
    type: "static_select",
    action_id: ACTION,
    options: options.map(toOption),
    ...(chosen !== null && { initial_option: toOption(chosen) }),
  };
}

function multiSelect(options: readonly string[], value: Json): InputBlockElement {
  const chosen = options.filter((option) => Array.isArray(value) && value.includes(option));
  return {
    type: "multi_static_select",
    action_id: ACTION,
    options: options.map(toOption),
    ...(chosen.length > 0 && { initial_options: chosen.map(toOption) }),
  };
}

const State = z.looseObject({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_options: z.array(z.object({ value: z.string() })).optional(),
  selected_user: z.string().nullish(),
  selected_conversation: z.string().nullish(),
  selected_date: z.string().nullish(),
  files: z.array(z.object({ id: z.string() })).optional(),
});
const Values = z.record(z.string(), z.record(z.string(), State));

/** What was filled in. An empty field is null. */
export function readFields(values: unknown): {
  readonly comment: string | undefined;
  readonly fields: Readonly<Record<string, Json>>;
} {
  const blocks = Object.entries(Values.safeParse(values).data ?? {});
  const read = blocks.map(
    ([block, states]) => [block, readState(Object.values(states)[0])] as const,
  );
  const comment = read.find(([block]) => block === COMMENT_BLOCK)?.[1];
  return {
    comment: typeof comment === "string" ? comment : undefined,
    fields: Object.fromEntries(
      read.flatMap(([block, value]): [string, Json][] =>
        block.startsWith(FIELD_PREFIX) ? [[fieldOf(block), value]] : [],
      ),
    ),
  };
}

function fieldOf(block: string): string {
  const [name = ""] = block.slice(FIELD_PREFIX.length).split(REFILLED);
  return name;
}

function readState(state: z.output<typeof State> | undefined): Json {
  if (state?.selected_options !== undefined)
    return state.selected_options.map(({ value }) => value);
  const { value, selected_option: option, files } = state ?? {};
  const chosen = [state?.selected_user, state?.selected_date, state?.selected_conversation];
  const given = [value, option?.value, ...chosen, files?.[0]?.id];
  return given.find((one) => one !== undefined && one !== null) ?? null;
}
