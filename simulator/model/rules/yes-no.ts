import type { Answer, Question } from "../question.ts";
import { scoreOf } from "./classification.ts";
import { harmOf } from "./moderation.ts";
import { decideByPolicy } from "./policy.ts";
import { severityOf } from "./severity.ts";
import { stanceOf } from "./stance.ts";
import { CONCEPTS } from "./vocabulary.ts";
import { foundIn } from "./words.ts";

const URGENT_FROM = 0.6;
const HARMFUL_FROM = 0.5;

/**
 * Answers a question with yes or no, by what it asks for: approval under a policy, urgency, harm or
 * safety, else whether the data speaks of the thing that the question names. Without a sign: no.
 */
export function decideYesNo(question: Question): Answer<boolean> {
  const { topic } = question;
  if (/\b(approv\w*|allow\w*|accept\w*|eligible|compliant)\b/i.test(topic)) {
    const policy = decideByPolicy(question, ["approve", "needs-review", "reject"]);
    if (policy !== undefined) return { ...policy, value: stanceOf(policy.value) === "approve" };
    return fromLevel(harmOf(question), (harm) => harm < HARMFUL_FROM);
  }
  if (/\b(review|escalat\w*|human)\b/i.test(topic)) {
    const policy = decideByPolicy(question, ["approve", "needs-review", "reject"]);
    if (policy !== undefined) return { ...policy, value: stanceOf(policy.value) !== "approve" };
  }
  if (/\b(safe|appropriate|harmless|clean)\b/i.test(topic)) {
    return fromLevel(harmOf(question), (harm) => harm < HARMFUL_FROM);
  }
  if (/\b(harmful|toxic|offensive|violat\w*|abusive|inappropriate|unsafe)\b/i.test(topic)) {
    return fromLevel(harmOf(question), (harm) => harm >= HARMFUL_FROM);
  }
  if (/\b(urgent|urgency|severe|critical|serious|page)\b/i.test(topic)) {
    return fromLevel(severityOf(question), (severity) => severity >= URGENT_FROM);
  }
  return mentions(question);
}

function fromLevel(level: Answer<number>, isMet: (level: number) => boolean): Answer<boolean> {
  return { ...level, value: isMet(level.value) };
}

function mentions(question: Question): Answer<boolean> {
  const named = CONCEPTS.flatMap((concept) => foundIn(question.topic, concept.names));
  const [best] = named
    .map((name) => scoreOf(name, question.data))
    .toSorted((a, b) => b.points - a.points);
  if (best === undefined) {
    return { value: false, because: "the question names nothing known", confidence: 0.3 };
  }
  if (best.points === 0) {
    return { value: false, because: `nothing points to ${best.value}`, confidence: 0.6 };
  }
  const words = best.words.slice(0, 3).map((word) => `"${word}"`);
  return { value: true, because: words.join(", "), confidence: best.points > 1 ? 0.85 : 0.6 };
}

/** @returns which of two values means yes; `undefined` when they are no yes and no. */
export function yesNoValues(
  values: readonly string[],
): { readonly yes: string; readonly no: string } | undefined {
  if (values.length !== 2) return undefined;
  const yes = values.find((value) => /^(yes|y|true)$/i.test(value));
  const no = values.find((value) => /^(no|n|false)$/i.test(value));
  return yes === undefined || no === undefined ? undefined : { yes, no };
}
