import { readTrigger, type Trigger } from "./trigger.ts";

/** What a workflow shall do, as far as it can be read from a description. */
export interface Plan {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly kind: "approval" | "sort" | "summary" | "post";
  readonly trigger: Trigger;
  /** The channel for results. */
  readonly channel: string;
  readonly approvers: readonly string[];
  readonly required: number;
  /** Amounts below it need no approval. */
  readonly threshold: number | undefined;
  readonly timeout: string | undefined;
  /** Of a sorting workflow, each with the channel for it, if one was named. */
  readonly categories: readonly { readonly name: string; readonly channel: string | undefined }[];
  /** What is posted. */
  readonly text: string;
}

const NUMBERS: Readonly<Record<string, number>> = { one: 1, two: 2, three: 3, four: 4, five: 5 };
const FILLERS =
  /^(an?|the|me|us|workflow|that|which|to|for|of|with|and|or|when|whenever|every|each|in|on|at|by|it|into|from|is|are|someone|somebody|please|new|over|under|then|asks?|needs?|posts?)$/;

/** Reads a description. */
export function readPlan(description: string): Plan {
  const words = description
    .replace(/https?:\S+|[@#]\S+|\b[US](?=[A-Z]*\d)[A-Z0-9]{4,}\b/g, " ")
    .toLowerCase()
    .match(/\p{L}[\p{L}\d]*/gu);
  const telling = (words ?? []).filter((word) => !FILLERS.test(word)).slice(0, 4);
  const kind = kindOf(description);
  const id =
    telling
      .join("-")
      .replace(/[^a-z0-9-]/g, "")
      .slice(0, 60) || kind;
  const name = telling.join(" ") || kind;
  return {
    id: /^[a-z0-9]/.test(id) ? id : kind,
    name: name.charAt(0).toUpperCase() + name.slice(1),
    description: description.slice(0, 900),
    kind,
    trigger: readTrigger(description, id),
    channel: resultChannel(description) ?? "#general",
    approvers: approversIn(description),
    required: requiredIn(description) ?? 1,
    threshold: amountIn(description),
    timeout: timeoutIn(description),
    categories: kind === "sort" ? categoriesIn(description) : [],
    text: quotedIn(description) ?? postedIn(description),
  };
}

/** The plan with what a change asks for; what it does not speak of stays. */
export function applyChange(plan: Plan, change: string): Plan {
  const id = /\b(?:call|name|rename)\s+it\s+(?:to\s+|as\s+)?["'“]?([A-Za-z0-9][\w-]*)/i.exec(
    change,
  )?.[1];
  const approvers = approversIn(change, []);
  const required = requiredIn(change);
  const newChannel = /#[\p{L}\d_-]+/u.exec(change)?.[0];
  const text = quotedIn(change);
  const trigger = readTrigger(change, plan.id);
  const isAboutTrigger = trigger.type !== "slash" || /\b(slash|by hand|manually)\b/i.test(change);
  const needsApproval = /\bapprov/i.test(change) && plan.kind === "post";
  const threshold = amountIn(change);
  const timeout = timeoutIn(change);
  return {
    ...plan,
    ...withoutUnset({
      id,
      required,
      threshold,
      timeout,
      text,
      approvers: approvers.length > 0 ? approvers : undefined,
      channel: newChannel,
      trigger: isAboutTrigger ? trigger : undefined,
      kind: needsApproval ? ("approval" as const) : undefined,
    }),
  };
}

function withoutUnset<Members extends object>(
  members: Members,
): {
  [Name in keyof Members]?: Exclude<Members[Name], undefined>;
} {
  const set = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.assign({}, ...set.map(([name, value]) => ({ [name]: value })));
}

function kindOf(description: string): Plan["kind"] {
  // A channel's name says where, not what.
  const text = description.replace(/#\S+/g, " ");
  if (/\b(approv\w*|sign[- ]?off|permission|ok from|decisions?|decides?)\b/i.test(text))
    return "approval";
  if (/\brat(?:es?|ing)\b.*\bas\b.*\bor\b/is.test(text)) return "sort";
  if (/\b(classif\w*|sort\w*|route\w*|triag\w*|categori\w*)\b/i.test(text)) return "sort";
  if (/\b(summar\w*|digest|shorten\w*|tl;?dr)\b/i.test(text)) return "summary";
  return "post";
}

/** The last channel after "to" or "in": the first one is often the one that is listened to. */
function resultChannel(text: string): string | undefined {
  const found = [...text.matchAll(/\b(?:to|in|into|on)\s+(#[\p{L}\d_-]+)/giu)].map(
    (match) => match[1],
  );
  return found.at(-1) ?? /#[\p{L}\d_-]+/u.exec(text)?.[0];
}

function approversIn(text: string, otherwise: readonly string[] = ["@finance"]): readonly string[] {
  const found = text.match(/(?<![\w.])@[\p{L}][\p{L}\d_-]*|\b[US](?=[A-Z]*\d)[A-Z0-9]{4,}\b/gu);
  return found === null ? otherwise : [...new Set(found)];
}

function requiredIn(text: string): number | undefined {
  const said =
    /\b(one|two|three|four|five|[1-5])\s+(?:\w+\s+)?(?:approv\w*|people|persons|of them|managers?)\b/i.exec(
      text,
    )?.[1];
  return said === undefined ? undefined : (NUMBERS[said.toLowerCase()] ?? Number(said));
}

function amountIn(text: string): number | undefined {
  const said =
    /(?:[$€£]\s?(\d[\d,]*(?:\.\d+)?)\s?(k\b)?|\b(\d[\d,]*)\s?(?:dollars|euros?|usd|eur)\b)/i.exec(
      text,
    );
  const digits = said?.[1] ?? said?.[3];
  if (digits === undefined) return undefined;
  return Number(digits.replaceAll(",", "")) * (said?.[2] === undefined ? 1 : 1000);
}

function timeoutIn(text: string): string | undefined {
  const said =
    /\b(?:within|after|timeout of|expires? (?:in|after))\s+(\d+|an?|one|two|three)\s+(minute|hour|day)s?\b/i.exec(
      text,
    );
  if (said === null) return undefined;
  const [, count = "1", unit = "day"] = said;
  const number = NUMBERS[count.toLowerCase()] ?? (/^an?$/i.test(count) ? 1 : Number(count));
  return `${number}${unit.charAt(0).toLowerCase()}`;
}

function quotedIn(text: string): string | undefined {
  return /["“]([^"”]{2,400})["”]/.exec(text)?.[1];
}

function postedIn(text: string): string {
  const said =
    /\b(?:posts?|sends?|says?|announces?|writes?|shares?)\s+(.+?)(?:\s+(?:to|in|into|on)\s+#|\s+(?:every|when|whenever)\b|[.!]|$)/is.exec(
      text,
    )?.[1];
  const what = (said ?? text).replace(/\s+/g, " ").trim().slice(0, 200);
  return what.charAt(0).toUpperCase() + what.slice(1);
}

const DEFAULT_CATEGORIES = ["billing", "technical", "other"];

function categoriesIn(text: string): Plan["categories"] {
  const list =
    /\b(?:into|as|between|one of)\s+(?:one of\s+)?((?:[\p{L}-]+(?:\s*,\s*|\s+(?:and|or)\s+|\s*,\s*(?:and|or)\s+))+[\p{L}-]+)/iu.exec(
      text,
    )?.[1];
  const named = [
    ...text.matchAll(
      /\b([\p{L}-]+)(?:\s+(?:ones|tickets|issues|questions|requests))?\s+(?:go\s+)?to\s+(#[\p{L}\d_-]+)/giu,
    ),
  ];
  const channels = new Map(named.map(([, name = "", channel]) => [name.toLowerCase(), channel]));
  const listed = list
    ?.toLowerCase()
    .split(/\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+/)
    // What is done with them follows by an "and" as well.
    .filter((word) => !/^$|^(posts?|sends?|tells?|asks?|writes?|announces?|shares?)$/.test(word));
  const names = [...new Set(listed ?? DEFAULT_CATEGORIES)].slice(0, 8);
  return names.map((name) => ({ name, channel: channels.get(name) }));
}
