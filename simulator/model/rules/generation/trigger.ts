import type { Json } from "../../../json.ts";

/** What starts a workflow, as it stands in a definition. */
export interface Trigger {
  readonly type: "slash" | "schedule" | "webhook" | "message";
  readonly [member: string]: Json;
}

const DAYS: readonly string[] = [
  "sunday",
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
];

/** Reads what shall start the workflow; people start what says nothing of it. @param id - names the path of a webhook. */
export function readTrigger(text: string, id: string): Trigger {
  return schedule(text) ?? webhook(text, id) ?? message(text) ?? { type: "slash" };
}

function schedule(text: string): Trigger | undefined {
  const day = DAYS.findIndex((name) =>
    new RegExp(`\\b(?:every|each|on)\\s+${name}s?\\b`, "i").test(text),
  );
  const isWeekday = /\b(?:every|each)\s+(?:weekday|working day|workday)\b|\bon weekdays\b/i.test(
    text,
  );
  const isDaily = /\b(?:every|each)\s+(?:day|morning|evening|night|afternoon)\b|\bdaily\b/i.test(
    text,
  );
  const minutes = /\bevery\s+(\d+)\s+minutes?\b/i.exec(text)?.[1];
  if (minutes !== undefined) return cron(`*/${Math.min(Math.max(Number(minutes), 1), 59)} * * * *`);
  if (/\b(?:every|each)\s+hour\b|\bhourly\b/i.test(text)) return cron("0 * * * *");
  if (/\b(?:every|each)\s+month\b|\bmonthly\b/i.test(text)) return cron(`${timeIn(text)} 1 * *`);
  if (day >= 0) return cron(`${timeIn(text)} * * ${day}`);
  if (/\b(?:every|each)\s+week\b|\bweekly\b/i.test(text)) return cron(`${timeIn(text)} * * 1`);
  if (isWeekday) return cron(`${timeIn(text)} * * 1-5`);
  return isDaily ? cron(`${timeIn(text)} * * *`) : undefined;
}

function cron(expression: string): Trigger {
  return { type: "schedule", cron: expression, timezone: "UTC" };
}

/** Minute and hour; nine o'clock if nothing is said. */
function timeIn(text: string): string {
  const said = /\bat\s+(\d{1,2})(?::(\d{2}))?\s*(am|pm)?\b/i.exec(text);
  if (said === null) return /\b(evening|night)\b/i.test(text) ? "0 18" : "0 9";
  const [, hours = "9", minutes = "0", half] = said;
  const hour = Number(hours) % 12;
  const full = half === undefined ? Number(hours) : half.toLowerCase() === "pm" ? hour + 12 : hour;
  return `${Number(minutes) % 60} ${full % 24}`;
}

function webhook(text: string, id: string): Trigger | undefined {
  if (!/\bweb ?hook\b|\bHTTP request\b/i.test(text)) return undefined;
  const path = /\/webhooks\/[\w./~-]*[\w~-]/.exec(text)?.[0] ?? `/webhooks/${id}`;
  return { type: "webhook", path };
}

function message(text: string): Trigger | undefined {
  const said =
    /\b(?:when|whenever|if)\b[^.]*?\b(?:message|writes?|says?|posts?|mentions?|asks?)\b([^.]*)/i.exec(
      text,
    );
  if (said === null) return undefined;
  const [whole = "", rest = ""] = said;
  const channel = /\b(?:in|to)\s+(#[\p{L}\d_-]+)/iu.exec(whole)?.[1];
  const quoted = [...whole.matchAll(/["“]([^"”]+)["”]/g)].map((match) => match[1] ?? "");
  const bare =
    /\b(?:mentions?|says?|contains?|containing|with the word)\s+(?:(?:an?|the|some|any)\s+)?(?!(?:that|something|anything|it)\b)([\p{L}\d-]+)/iu.exec(
      whole,
    )?.[1];
  const keywords = quoted.length > 0 ? quoted : bare === undefined || rest === "" ? [] : [bare];
  return {
    type: "message",
    ...(channel !== undefined && { channels: [channel] }),
    ...(keywords.length > 0 ? { keywords } : { pattern: "." }),
  };
}
