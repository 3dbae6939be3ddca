/** A part of a sentence: words of ours, or a value that comes from elsewhere and must never pass for our words. */
export type Piece = string | { readonly value: string };

/** A sentence for people, in which every value is kept apart from the words around it. */
export type Wording = readonly Piece[];

/**
 * A sentence from a template literal: a text that is filled in is a value; numbers and sentences belong to the words.
 *
 * @example wording`Posts to ${channel}, ${wording`in ${count} parts`}`
 */
export function wording(
  words: TemplateStringsArray,
  ...filled: readonly (string | number | Wording)[]
): Wording {
  return words.flatMap((text, index): Piece[] => {
    const value = filled[index];
    const own = text === "" ? [] : [text];
    if (value === undefined) return own;
    if (typeof value === "object") return [...own, ...value];
    return [...own, typeof value === "number" ? String(value) : { value }];
  });
}

/** Values as a list within a sentence. */
export function listValues(values: readonly string[]): Wording {
  return values.flatMap((value, index): Piece[] => [...(index === 0 ? [] : [", "]), { value }]);
}

/** Sentences in a row, with something between them. */
export function joinWordings(parts: readonly Wording[], between: string): Wording {
  return parts.flatMap((part, index) => (index === 0 ? part : [between, ...part]));
}

/** The sentence without the borders of its values, in one line: to compare sentences, and for programs. */
export function plainText(sentence: Wording): string {
  return sentence
    .map((piece) => (typeof piece === "string" ? piece : piece.value))
    .join("")
    .replaceAll(/\s+/g, " ")
    .trim();
}
