/**
 * @returns the words of a text in lower case, with common endings taken off, so that "charged",
 *   "charges" and "charge" are one word.
 */
export function stems(text: string): readonly string[] {
  return (
    text
      .replace(/([a-z\d])([A-Z])/g, "$1 $2")
      .toLowerCase()
      .match(/[\p{L}\d]+/gu) ?? []
  ).map(stem);
}

function stem(word: string): string {
  if (word.length <= 3) return word;
  return word
    .replace(/(?:ing|ed|es|s|al|ation)$/, "")
    .replace(/e$/, "")
    .replace(/([b-df-hj-np-tv-z])\1$/, "$1");
}

/**
 * @param phrases - single words or short phrases; endings do not matter.
 * @returns the phrases that occur in `text`, in the order of `phrases`.
 */
export function foundIn(text: string, phrases: readonly string[]): readonly string[] {
  const haystack = ` ${stems(text).join(" ")} `;
  return phrases.filter((phrase) => haystack.includes(` ${stems(phrase).join(" ")} `));
}
