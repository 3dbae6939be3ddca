import { isJsonObject, type JsonObject, parseJson } from "../../simulator/json.ts";

/** A piece of what a person reads, and where in the call it stands. */
interface Written {
  readonly at: string;
  readonly text: string;
}

/** Keys whose texts no person reads. */
const UNREAD: ReadonlySet<string> = new Set([
  "value",
  "action_id",
  "block_id",
  "callback_id",
  "private_metadata",
  "external_id",
  "url",
  "initial_value",
  "metadata",
  "channel",
  "thread_ts",
  "trigger_id",
  "user",
  "users",
  "user_id",
  "channel_id",
  "channels",
  "initial_user",
  "initial_users",
  "initial_channel",
  "initial_conversation",
  "usergroup",
  "usergroup_id",
  "name",
  "timestamp",
  "ephemeral_text",
  "ts",
  "id",
  "hash",
  "type",
]);

/** What must not stand in a text that people read. */
const UNMANNERLY: readonly { readonly what: string; readonly pattern: RegExp }[] = [
  {
    what: "an id in place of a name",
    pattern: /^(?:• |\*)?[\w ]+(?:\*\n|: )(?:[UW]0|C0|D0|S0)[A-Z0-9]{3,}$/m,
  },
  { what: "a channel in Slack's own notation", pattern: /: &lt;#[CG][A-Z0-9]+\|/ },
  { what: "a number in place of a time", pattern: /\b1[5-9]\d{11}\b/ },
  { what: "a value that is no text", pattern: /\[object Object\]|\bundefined\b|\bNaN\b/ },
  {
    what: "a plural of one",
    pattern: /(?<![\d.,:#-]|version )\b1 (?!is\b|was\b|minus\b|plus\b)[a-z]+s\b/,
  },
  { what: "a plural in brackets", pattern: /\w\(s\)/ },
  { what: "key=value", pattern: /key=value/ },
  { what: "a stack trace", pattern: /\n\s+at .+:\d+:\d+/ },
  { what: "a period in milliseconds", pattern: /\b\d+ (?:ms|milliseconds)\b/ },
];

/** Everything in a call to Slack that people read. */
function writtenIn(args: JsonObject): readonly Written[] {
  const found: Written[] = [];
  const walk = (value: unknown, at: string): void => {
    if (typeof value === "string") {
      const parsed = /^\s*[[{]/.test(value) ? parseJson(value) : undefined;
      if (typeof parsed === "object" && parsed !== null && /(blocks|view|attachments)$/.test(at))
        walk(parsed, at);
      else found.push({ at, text: value });
    } else if (Array.isArray(value)) value.forEach((item, index) => walk(item, `${at}[${index}]`));
    else if (isJsonObject(value)) {
      for (const [key, item] of Object.entries(value))
        if (!UNREAD.has(key)) walk(item, `${at}.${key}`);
    }
  };
  walk(args, "");
  return found;
}

/** Calls that put a message in front of people. */
const POSTS: ReadonlySet<string> = new Set([
  "chat.postMessage",
  "chat.postEphemeral",
  "chat.update",
  "response_url",
]);

/**
 * What is unmannerly in one call of Slack: ids, raw times and values, plurals of one, pictures and messages that a screen reader
 * cannot read.
 *
 * @returns a line each; empty: all is well.
 */
export function unmannerlyIn(method: string, args: JsonObject): readonly string[] {
  const faults: string[] = [];
  const silent = POSTS.has(method) && !args["delete_original"] && !args["text"];
  if (silent)
    faults.push(`${method}: a message without text, which notifications and screen readers need`);
  for (const { at, text } of writtenIn(args)) {
    // Code and what Slack renders itself, such as mentions and dates.
    const read = text.replaceAll(/```[^]*?```|`[^`\n]*`|<[^>\n]*>/g, " ");
    for (const { what, pattern } of UNMANNERLY) {
      const [hit] = pattern.exec(read) ?? [];
      if (hit !== undefined)
        faults.push(`${method}${at}: ${what}, "${hit}", in ${JSON.stringify(text.slice(0, 300))}`);
    }
  }
  return faults;
}
