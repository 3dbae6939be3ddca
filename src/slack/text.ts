import { isJsonObject, type Json } from "../shared/json.ts";
import { escapeMrkdwn } from "../shared/markup.ts";
import { inOneLine } from "../shared/shorten.ts";
import { isChannelId, isUserId } from "../shared/slack-ids.ts";
import { cut } from "./limits.ts";

/** Makes text from outside harmless in mrkdwn. */
export const escapeText = escapeMrkdwn;

/** Text without angle brackets, for places where Slack finds mentions in text that has no markup. */
export function withoutBrackets(text: string): string {
  return text.replaceAll("<", "‹").replaceAll(">", "›");
}

/** The three characters that Slack escapes, as they were typed. */
export function unescapeText(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** What Slack makes of an address: `<https://a.example>`, `<http://a.example|a.example>`, `<mailto:a@b.example|a@b.example>`. */
const LINK = /<((?:https?:\/\/|mailto:|tel:)[^<>|]+)(?:\|([^<>]*))?>/gi;

/**
 * Text as it was typed, from the text that Slack sends: addresses that Slack turned into links, and the characters that it escapes.
 * Mentions (`<@U…>`, `<#C…|name>`) and links with a label of their own stay in Slack's form.
 */
export function readTyped(text: string): string {
  return unescapeText(replaceLinks(text, (whole) => whole));
}

/**
 * Replaces links by the addresses that were typed.
 *
 * @param otherwise - what stands in place of a link with a label of its own: gets the link, and the address behind it.
 */
export function replaceLinks(
  text: string,
  otherwise: (whole: string, target: string) => string,
): string {
  return text.replaceAll(
    LINK,
    (whole, target: string, label?: string) =>
      typedAddress(target, label) ?? otherwise(whole, target.replace(/^(?:mailto|tel):/i, "")),
  );
}

/**
 * The address that a person typed and Slack turned into a link: Slack adds the scheme to a bare domain and to an e-mail address,
 * and keeps what was typed as the label.
 *
 * @returns `null` for a link whose label says something else.
 */
export function typedAddress(target: string, label: string | undefined): string | null {
  const bare = target.replace(/^(?:mailto|tel):/i, "");
  if (label === undefined || label === target) return bare;
  const domain = bare.replace(/^https?:\/\//i, "");
  return label === domain || `${label}/` === domain ? label : null;
}

/**
 * A sentence of our own that may hold text from outside: mentions of a person, a group or a channel work, moments in ISO 8601 are shown in
 * the reader's time zone, everything else is escaped.
 */
export function showSentence(text: string): string {
  return escapeText(text)
    .replaceAll(/&lt;((?:@|#|!subteam\^)[A-Z0-9]+)&gt;/g, "<$1>")
    .replaceAll(
      /(?<![\w`"'=-])\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z(?![\w`"'])/g,
      showTime,
    );
}

/** A person as Slack shows them; what is no user id is shown as text. */
export function mentionPerson(id: string): string {
  return isUserId(id) ? `<@${id}>` : escapeText(id);
}

/** A channel id, or a mention with one, as a link to it, a name as it is. */
export function mentionChannel(channel: string): string {
  const id = /^<#([CG][A-Z0-9]+)(?:\|[^>]*)?>$/.exec(channel)?.[1] ?? channel;
  return isChannelId(id) ? `<#${id}>` : escapeText(channel);
}

/** The name that a channel had when the definition was deployed that means it: `ops` of `<#C123|ops>`; `null`: it has none. */
export function pinnedName(channel: string): string | null {
  return /^<#[A-Z0-9]+\|([^>]+)>$/.exec(channel)?.[1] ?? null;
}

/** A JSON value in one line of mrkdwn, escaped: text as it is, the rest as JSON. */
export function showValue(value: Json, limit: number): string {
  const text = typeof value === "string" ? value : value === null ? "–" : JSON.stringify(value);
  return cut(escapeText(inOneLine(text).trim() || "(empty)"), limit);
}

/** Like {@link showValue}, but lists the members of an object: `decision: reject; reason: too dear`. */
export function showMembers(value: Json, limit: number): string {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return showValue(value, limit);
  const members = Object.entries(value).map(
    ([name, member]) => `${escapeText(name)}: ${showValue(member, limit)}`,
  );
  return cut(members.join("; "), limit);
}

/** Dollars with four decimals; `null`: the price is unknown. */
export function showCost(dollars: number | null): string {
  return dollars === null ? "unknown" : `$${dollars.toFixed(4)}`;
}

/** A total with four decimals; a lower bound if some call has no known price. */
export function showTotal(dollars: number, isLowerBound: boolean): string {
  return isLowerBound
    ? `at least ${showCost(dollars)} (some calls have no known price)`
    : showCost(dollars);
}

/** How long something took: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`. */
export function showDuration(ms: number): string {
  if (ms < 10_000) return `${(Math.max(ms, 0) / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return pair(Math.floor(seconds / 60), "min", seconds % 60, "s");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return pair(Math.floor(minutes / 60), "h", minutes % 60, "min");
  return pair(Math.floor(minutes / 1440), "d", Math.floor((minutes % 1440) / 60), "h");
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/**
 * A moment that Slack shows in the reader's own time zone.
 *
 * @param at - ISO 8601, or milliseconds since 1970.
 */
export function showTime(at: string | number): string {
  const ms = typeof at === "number" ? at : Date.parse(at);
  if (!Number.isFinite(ms)) return escapeText(String(at));
  const fallback = `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  return `<!date^${Math.floor(ms / 1000)}^{date_short_pretty} {time}|${fallback}>`;
}

/** How long ago a moment was, as Slack's clients count it: `3 minutes ago`. @param at - ISO 8601. */
export function showAgo(at: string): string {
  const seconds = Math.floor(Date.parse(at) / 1000);
  return Number.isFinite(seconds) ? `<!date^${seconds}^{ago}|since then>` : escapeText(at);
}

/** What cards show of a run's id: enough to tell runs apart, and accepted by every command. */
export function shortRunId(executionId: string): string {
  return executionId.replace(/^exec_/, "").slice(0, 5);
}
