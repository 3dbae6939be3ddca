import type { Answer, Question } from "../question.ts";
import { type Stance, stanceOf, valueWithStance } from "./stance.ts";
import { foundIn } from "./words.ts";

const HARMFUL = [
  "kill",
  "murder",
  "hate you",
  "terrorist",
  "bomb",
  "porn",
  "nude",
  "cocaine",
  "heroin",
  "scam",
  "racist",
  "gun for sale",
  "stolen",
  "free money",
  "lottery winner",
  "suicide",
  "fraud",
];
const DOUBTFUL = [
  "stupid",
  "idiot",
  "damn",
  "hell",
  "shut up",
  "loser",
  "click here",
  "buy now",
  "weapon",
  "gambling",
  "casino",
  "suspicious",
  "unverified",
  "rumor",
  "miracle cure",
  "crypto",
];

/**
 * Judges content: harmful words reject it, doubtful ones ask for a review, so does content that gives
 * orders to its reader; anything else passes.
 *
 * @returns `undefined` unless the values hold at least two of approving, reviewing and rejecting.
 */
export function moderate(
  question: Question,
  values: readonly string[],
): Answer<string> | undefined {
  const stances = values.map(stanceOf);
  if (new Set(stances.filter((stance) => stance !== undefined)).size < 2) return undefined;
  const { stance, because, confidence } = judge(question);
  const order: Record<Stance, readonly Stance[]> = {
    reject: ["reject", "review"],
    review: ["review", "reject"],
    approve: ["approve", "review"],
  };
  const value = order[stance].map((one) => valueWithStance(values, one)).find((one) => one);
  if (value === undefined) return undefined;
  return { value, because: `${because}, so ${value}`, confidence };
}

/** @returns how harmful the data is, 0 to 1. */
export function harmOf(question: Question): Answer<number> {
  const judged = judge(question);
  const level: Record<Stance, number> = { reject: 0.95, review: 0.55, approve: 0.05 };
  return { value: level[judged.stance], because: judged.because, confidence: judged.confidence };
}

function judge(question: Question) {
  const [harmful] = foundIn(question.data, HARMFUL);
  if (harmful !== undefined) {
    return { stance: "reject" as const, because: `it says "${harmful}"`, confidence: 0.9 };
  }
  const [doubtful] = foundIn(question.data, DOUBTFUL);
  if (doubtful !== undefined) {
    return { stance: "review" as const, because: `it says "${doubtful}"`, confidence: 0.7 };
  }
  if (question.hadOrders) {
    return { stance: "review" as const, because: "the text tries to give orders", confidence: 0.7 };
  }
  return { stance: "approve" as const, because: "no harmful word was found", confidence: 0.85 };
}
