/** The three answers that an approving question can have, whatever the values are called. */
export type Stance = "approve" | "review" | "reject";

// The order decides: "not approved" rejects, and "needs approval" asks for a review.
const STANCES: readonly (readonly [Stance, RegExp])[] = [
  [
    "reject",
    /\b(auto-?)?(reject|den(y|ies|ied)|declin|refus|block|forbid|forbidden|prohibit|disallow|remov|ban\b|delet)\w*|\bnot (be )?(allowed|approved|accepted|reimburs\w+|paid)\b/i,
  ],
  [
    "review",
    /\b(needs?|requires?|review\w*|escalat\w*|manual\w*|human|flag\w*|manager|vp|director|cfo|ceo|supervisor|hold|pending|ask|check|investigat\w*|sign-?off|unsure|unclear)\b/i,
  ],
  [
    "approve",
    /\b(auto-?)?(approv|accept|allow|pass|publish|pay|paid|reimburs|grant|clear)\w*|\b(ok|okay|safe|go)\b/i,
  ],
];

/** @returns the stance of a phrase or an allowed value; `undefined` when it has none. */
export function stanceOf(phrase: string): Stance | undefined {
  const words = phrase.replace(/_/g, "-");
  return STANCES.find(([, pattern]) => pattern.test(words))?.[0];
}

/** @returns the first of `values` with this stance; `undefined` without one. */
export function valueWithStance(values: readonly string[], stance: Stance): string | undefined {
  return values.find((value) => stanceOf(value) === stance);
}
