import { readInput } from "../../engine/definition/inputs.ts";
import type { InputDefinition } from "../../engine/definition/schema.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { LIMITS } from "../../slack/limits.ts";
import type { ShownField } from "../views/blocks/inputs.ts";
import type { FormState } from "./form-state.ts";
import { describeProblem } from "./input-problems.ts";

type Entry = readonly [string, InputDefinition];

/** Of a message: what the shortcut itself knows, so that it is not asked for. */
const KNOWN_BY_MESSAGE = new Set(["channel", "ts", "threadTs", "messageUser"]);

/** The inputs that a person is asked for. */
export function askedInputs(
  inputs: Readonly<Record<string, InputDefinition>> | undefined,
  { via, message }: Pick<FormState, "via" | "message">,
): Readonly<Record<string, InputDefinition>> {
  if (via !== "shortcut") return inputs ?? {};
  const asked = Object.entries(inputs ?? {}).filter(
    ([name]) => name !== "user" && (message === null || !KNOWN_BY_MESSAGE.has(name)),
  );
  return Object.fromEntries(asked);
}

/** Is there an input that the door does not fill by itself? */
export function hasToAsk(
  inputs: Readonly<Record<string, InputDefinition>>,
  { via, message }: Pick<FormState, "via" | "message">,
): boolean {
  const names = Object.keys(inputs);
  return via === "shortcut" && message !== null
    ? names.some((name) => name !== "text")
    : names.length > 0;
}

/** The fields of a page, filled with what was given before, the text of the message, or the default. */
export function shownFields(page: readonly Entry[], all: readonly Entry[], state: FormState) {
  return page.map(([name, input]): ShownField => {
    const given = prefilled(name, input, all, state);
    const { value } = readInput(name, input, given, "form");
    const { label, description, type, options, sensitive } = input;
    return {
      ...{ name, type, sensitive, value: sensitive ? null : value },
      // A default stands for what is left empty.
      required: input.required && input.default === undefined,
      fits: sensitive || fits(input, value),
      ...(label !== undefined && { label }),
      ...(description !== undefined && { description }),
      ...(options !== undefined && { options }),
    };
  });
}

/** What was filled in on a page, with what is wrong by the name of its field. */
export interface FilledIn {
  /** As the fields gave it; an empty field is null. */
  readonly values: JsonObject;
  readonly errors: Readonly<Record<string, string>>;
}

/** Reads a page as it was submitted. A field that could not show its value and was left empty keeps it. */
export function readPage(
  page: readonly Entry[],
  all: readonly Entry[],
  state: FormState,
  fields: Readonly<Record<string, Json>>,
): FilledIn {
  const shown = new Map(shownFields(page, all, state).map((field) => [field.name, field]));
  const read = page.map(([name, input]) => {
    const typed = Object.hasOwn(fields, name) ? (fields[name] ?? null) : null;
    const isKept = isBlank(typed) && shown.get(name)?.fits === false;
    const value = isKept ? prefilled(name, input, all, state) : typed;
    const [problem] = readInput(name, input, value, "form").problems;
    return { name, value, error: problem && describeProblem(problem) };
  });
  return {
    values: Object.fromEntries(read.map(({ name, value }) => [name, value])),
    errors: Object.fromEntries(
      read.flatMap(({ name, error }) => (error === undefined ? [] : [[name, error]])),
    ),
  };
}

/** The text of a message goes into the input "text", or else into the first long text. */
function prefilled(
  name: string,
  { type }: InputDefinition,
  all: readonly Entry[],
  { given, message }: FormState,
): Json {
  if (Object.hasOwn(given, name)) return given[name] ?? null;
  if (message === null) return null;
  const isNamed = all.some(([other]) => other === "text");
  const [firstLong] = all.find(([, input]) => input.type === "text") ?? [];
  const takesText = isNamed ? name === "text" : type === "text" && name === firstLong;
  return takesText ? message.text : null;
}

/** Can a field of this type show exactly this value? */
function fits({ type }: InputDefinition, value: Json): boolean {
  if (typeof value === "string") return value.length <= LIMITS.inputText;
  // Slack's number fields take digits alone.
  if (typeof value === "number") return /^-?[\d.]+$/.test(String(value));
  return value === null || typeof value === "boolean" || type === "multi-select";
}

function isBlank(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return value === null || (typeof value === "string" && value.trim() === "");
}
