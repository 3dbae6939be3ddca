import { isFileValue } from "../../shared/file-value.ts";
import type { Json } from "../../shared/json.ts";
import { numberHint, parseNumberText } from "./number-text.ts";
import type { InputDefinition } from "./schema.ts";

/** Converts values of one input type. `undefined` stands for a value that does not fit. */
interface InputConverter {
  /** What fits, to follow "is not". */
  readonly noun: string;
  /** What to write. */
  readonly fix: string;
  /** What to write in place of a text that does not fit; `null` if nothing better than `fix` can be said. */
  hint?(text: string): string | null;
  /** From what a person typed; the text is trimmed and not empty. */
  fromText(text: string, input: InputDefinition): Json | undefined;
  /** From a field of a form that is repeated; absent where one value is wanted. */
  fromTexts?(texts: readonly string[], input: InputDefinition): Json | undefined;
  /** From JSON, taken strictly. */
  fromJson(value: Json, input: InputDefinition): Json | undefined;
}

/** Longest text that is searched by an expression of ours. */
const MAX_ADDRESS = 2000;

function textConverter(
  noun: string,
  fix: string,
  read: (text: string, input: InputDefinition) => string | undefined,
): InputConverter {
  return {
    noun,
    fix,
    fromText: read,
    fromJson: (value, input) => (typeof value === "string" ? read(value, input) : undefined),
  };
}

function numberConverter(
  noun: string,
  fix: string,
  fits: (value: number) => boolean,
): InputConverter {
  const check = (value: number): number | undefined => (fits(value) ? value : undefined);
  return {
    noun,
    fix,
    hint: (text) => numberHint(text, fits),
    fromText: (text) => {
      const number = parseNumberText(text);
      return number === undefined ? undefined : check(number);
    },
    fromJson: (value) => (typeof value === "number" ? check(value) : undefined),
  };
}

const text = textConverter("text", "Write text.", (value) => value);

const boolean: InputConverter = {
  noun: "yes or no",
  fix: "Write true or false.",
  fromText: (value) => {
    const lower = value.toLowerCase();
    if (["true", "yes", "on", "1"].includes(lower)) return true;
    return ["false", "no", "off", "0"].includes(lower) ? false : undefined;
  },
  fromJson: (value) => (typeof value === "boolean" ? value : undefined),
};

const date = textConverter("a date", "Write it as YYYY-MM-DD, such as 2026-01-31.", (value) => {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  // A day that the month does not have rolls over in some engines.
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value) ? value : undefined;
});

const select: InputConverter = {
  noun: "one of the options",
  fix: "Choose one.",
  fromText: (value, { options = [] }) =>
    findOption(value, options) ??
    findOption(value.toLowerCase(), options, (option) => option.toLowerCase()),
  fromJson: (value, { options = [] }) =>
    typeof value === "string" ? findOption(value, options) : undefined,
};

/** The option that is this text; accents may stand within letters or after them. */
function findOption(
  value: string,
  options: readonly string[],
  read: (option: string) => string = (option) => option,
): string | undefined {
  const composed = value.normalize("NFC");
  return (
    options.find((option) => read(option) === value) ??
    options.find((option) => read(option).normalize("NFC") === composed)
  );
}

const multiSelect: InputConverter = {
  noun: "a list of options",
  fix: "Choose some, with commas between them.",
  fromText: (value, input) =>
    allOf(
      value
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "")
        .map((part) => select.fromText(part, input)),
    ),
  fromTexts: (texts, input) => allOf(texts.map((text) => select.fromText(text.trim(), input))),
  fromJson: (value, input) =>
    Array.isArray(value)
      ? allOf(value.map((item: Json) => select.fromJson(item, input)))
      : undefined,
};

function allOf(values: readonly (Json | undefined)[]): Json | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? [...new Set(known)] : undefined;
}

const user = textConverter(
  "a Slack user",
  "Mention the person with @, or give the user id, such as U0123ABCD.",
  (value) => /^(?:<@)?([UW][A-Z0-9]{1,30})(?:\|[^<>]{0,200})?>?$/.exec(value)?.[1],
);

const channel = textConverter(
  "a Slack channel",
  "Write #channel, or give the channel id, such as C0123ABCD.",
  (value) =>
    /^(?:<#)?([CDG][A-Z0-9]{1,30})(?:\|[^<>]{0,200})?>?$/.exec(value)?.[1] ??
    /^#[\p{Ll}\p{Lo}\p{N}_-]{1,80}$/u.exec(value)?.[0],
);

const url = textConverter(
  "a web address",
  "Write it whole, such as https://example.com/page.",
  (value) => {
    const address = /^<([^<>|]*)(?:\|[^<>]*)?>$/.exec(value)?.[1] ?? value;
    if (address.length > MAX_ADDRESS || /\s/.test(address)) return undefined;
    return /^https?:\/\//i.test(address) && URL.canParse(address) ? address : undefined;
  },
);

const email = textConverter("an e-mail address", "Write it as name@example.com.", (value) => {
  const address = /^<mailto:([^<>|]*)(?:\|[^<>]*)?>$/.exec(value)?.[1] ?? value;
  if (address.length > 254) return undefined;
  const [name, host, ...rest] = address.split("@");
  if (!name || !host || rest.length > 0 || /[\s<>,;:"()[\]\\]/.test(address)) return undefined;
  return host.split(".").length > 1 &&
    host.split(".").every((part) => /^[\p{L}\p{N}-]{1,63}$/u.test(part))
    ? address
    : undefined;
});

const slackFile = textConverter(
  "a file",
  "Give the id of a Slack file, such as F0123ABCD, or its https address; a program sends the file itself in a form.",
  (value, input) => /^F[A-Z0-9]{1,30}$/.exec(value)?.[0] ?? readString(url.fromText(value, input)),
);

const file: InputConverter = {
  ...slackFile,
  fromJson: (value, input) => (isFileValue(value) ? value : slackFile.fromJson(value, input)),
};

function readString(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The converter of each input type. */
export const INPUT_CONVERTERS: Readonly<Record<InputDefinition["type"], InputConverter>> = {
  string: text,
  text,
  number: numberConverter("a number", "Write digits alone, such as 1200.50.", Number.isFinite),
  integer: numberConverter(
    "a whole number",
    "Write digits alone, such as 12.",
    Number.isSafeInteger,
  ),
  boolean,
  date,
  select,
  "multi-select": multiSelect,
  user,
  channel,
  file,
  email,
  url,
};
