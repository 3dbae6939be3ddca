import { toLabel } from "../facts.ts";
import { type Answer, type Question, toSentences } from "../question.ts";
import { stems } from "./words.ts";

const SUMMARY_CHARACTERS = 240;
const SUBJECT_CHARACTERS = 60;

const PATTERNS: readonly (readonly [RegExp, RegExp])[] = [
  [/\be[- ]?mail\b/i, /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/],
  [/\b(url|link|website)\b/i, /https?:\/\/[^\s<>"')]+/],
  [/\b(phone|telephone)\b/i, /(?<!\d)(?!\d{4}-\d{2}-\d{2})\+?\d[\d ()/-]{6,}\d/],
  [/\b(date|day|deadline)\b/i, /\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b/],
  [/\b(amount|price|total|cost)\b/i, /[$€£]\s?\d[\d,]*(?:\.\d+)?/],
  [/\b(order|ticket|invoice|reference)\b.*\b(id|number|no)\b/i, /#?\b[A-Z]{0,4}-?\d{3,}\b/],
];

/**
 * Writes by taking from the data: a fact of the name asked for, a pattern (address, link, date …), a
 * subject line, a reply that quotes the matter, else its first sentences.
 */
export function write(question: Question): Answer<string> {
  const topic = toLabel(question.topic);
  return (
    extract(question, topic) ?? {
      value: compose(question, topic),
      because: "taken from the text given",
      confidence: question.data.trim() === "" ? 0.2 : 0.7,
    }
  );
}

/** A named value, when the topic is one: short, or asking to extract. */
function extract(question: Question, topic: string): Answer<string> | undefined {
  const isShort = topic.split(" ").length <= 8;
  const fact = isShort ? factFor(question, topic) : undefined;
  if (fact !== undefined) return fact;
  if (!isShort && !/\b(extract|find|what is)\b/.test(topic)) return undefined;
  const [, pattern] = PATTERNS.find(([name]) => name.test(topic)) ?? [];
  if (pattern === undefined) return undefined;
  const found = pattern.exec(question.data)?.[0];
  if (found !== undefined) return { value: found, because: "found in the text", confidence: 0.85 };
  if (!isShort) return undefined;
  return { value: "unknown", because: "not found in the text", confidence: 0.2 };
}

function compose(question: Question, topic: string): string {
  if (question.data.trim() === "") return "The prompt holds no text to take an answer from.";
  if (/\b(subject|title|headline)\b/.test(topic))
    return firstSentences(question, SUBJECT_CHARACTERS);
  if (
    /\b(reply|response|answer to|acknowledg\w*|draft|e ?mail to|message to|letter)\b/.test(topic)
  ) {
    return reply(question);
  }
  return firstSentences(question, limitIn(topic));
}

/** @returns the words that say most about the data, at most `count`. */
export function keywords(question: Question, count: number): readonly string[] {
  const uses = new Map<string, { readonly word: string; times: number }>();
  for (const word of question.data.toLowerCase().match(/\p{L}{5,}/gu) ?? []) {
    if (COMMON.has(word)) continue;
    const [key = word] = stems(word);
    const use = uses.get(key);
    if (use === undefined) uses.set(key, { word, times: 1 });
    else use.times += 1;
  }
  return [...uses.values()]
    .toSorted((a, b) => b.times - a.times)
    .slice(0, count)
    .map((use) => use.word);
}

const COMMON = new Set(
  "about after again also because before being could every first from have there these their they thing think this those under very were what when where which while will with would your please hello thanks".split(
    " ",
  ),
);

function factFor(question: Question, topic: string): Answer<string> | undefined {
  const [first = ""] = topic.split(" ");
  const fact =
    question.facts.find((one) => `${topic} `.startsWith(`${one.label} `)) ??
    question.facts.find((one) => first !== "" && one.label.split(" ").includes(first));
  if (fact === undefined) return undefined;
  return { value: fact.value, because: `given as "${fact.label}"`, confidence: 0.9 };
}

function reply(question: Question): string {
  const matter = firstSentences(question, SUMMARY_CHARACTERS);
  return `Hello,\n\nthank you for your message. We understand it as follows: "${matter}"\n\nWe are looking into it and will come back to you.\n\nKind regards`;
}

/** The limit that a prompt sets in words or sentences, in characters. */
function limitIn(topic: string): number {
  const words = /\b(\d+)\s+words?\b/i.exec(topic);
  if (words !== null) return Math.max(Number(words[1]) * 5, 20);
  if (/\b(one|single|1)[- ](line|sentence)\b/i.test(topic)) return SUMMARY_CHARACTERS / 2;
  return SUMMARY_CHARACTERS;
}

function firstSentences(question: Question, limit: number): string {
  let text = "";
  for (const sentence of toSentences(question.passage || question.data)) {
    if (text !== "" && text.length + sentence.length + 1 > limit) break;
    text = `${text} ${sentence}`.trim();
  }
  return shorten(text, limit);
}

/** @returns `text` cut at a word, with an ellipsis, when it is longer than `limit` characters. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const cut = text.slice(0, Math.max(limit - 1, 0));
  const end = cut.lastIndexOf(" ");
  return `${cut.slice(0, end > limit / 2 ? end : cut.length).trimEnd()}…`.slice(0, limit);
}
