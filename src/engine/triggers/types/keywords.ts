/** The words of a text: runs of letters, digits and `_`, in lower case, their accents composed. */
export function keywordWords(text: string): readonly string[] {
  return (
    text
      .normalize("NFC")
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}_]+/gu) ?? []
  );
}

/**
 * Finds keywords as whole words, whatever their case; of a phrase the words have to follow each other. Takes time in proportion
 * to the text.
 */
export function createKeywordFinder(keywords: readonly string[]): (text: string) => boolean {
  const wanted = keywords.map((keyword) => joined(keywordWords(keyword)));
  return (text) => {
    const words = joined(keywordWords(text));
    return wanted.some((keyword) => words.includes(keyword));
  };
}

/** With a space at either end, so that only whole words are found. */
function joined(words: readonly string[]): string {
  return ` ${words.join(" ")} `;
}
