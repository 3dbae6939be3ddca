/** Scripts that put no spaces between words, or join endings to them: a word may be found anywhere in a sentence. */
const JOINED_LETTERS =
  "[[\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}]&&[\\p{L}\\p{N}]]";
/** What words of all other scripts are made of. */
const LETTERS = `[[\\p{L}\\p{M}\\p{N}_]--${JOINED_LETTERS}]`;
const EMOJI =
  "\\p{Regional_Indicator}{2}|\\p{Extended_Pictographic}(?:\\u200D\\p{Extended_Pictographic})*";

/** Words with the signs that make them other words wherever they stand: `c++`, `c#`, `.net`, `#1`. */
const WORDS = new RegExp(
  `${EMOJI}|${JOINED_LETTERS}\\p{M}*|(?:(?<!${LETTERS}|\\.)\\.(?=\\p{L})|(?<!${LETTERS}|#)#(?=\\p{N}))?${LETTERS}+(?:[+#]+(?!${LETTERS}|[+#]))?`,
  "gv",
);

/** Words with every sign that touches them: for keywords that are written with such a sign. */
const SIGNED_WORDS = new RegExp(
  `${EMOJI}|${JOINED_LETTERS}\\p{M}*|(?:(?<!${LETTERS}|[#@$€£¥+.%&\\-])[#@$€£¥+.%&\\-]{1,3}(?=${LETTERS}))?${LETTERS}+(?:[+#%]+(?!${LETTERS}|[+#%]))?`,
  "gv",
);

/** What stands for a keyword of its own: a keyword needs one of these. */
const SEARCHABLE = /[\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}]/v;

/** Characters that are not seen, and skin tones. */
const UNSEEN = /[[\p{Cf}\p{Variation_Selector}\p{Emoji_Modifier}]--[\u200D]]/gv;

/** A joiner that joins no emoji. */
const LOOSE_JOINER = /(?<!\p{Extended_Pictographic})\u200D|\u200D(?!\p{Extended_Pictographic})/gv;

/** Raised and lowered signs are read for themselves: `Acme™` is not `AcmeTM`. */
const KEPT = /([™℠©®²³¹⁰-₟])/u;

/** A text to search, read once for all keywords. */
export interface KeywordText {
  readonly words: string;
  readonly signedWords: string;
}

/** Can a keyword be found at all? */
export function isSearchable(keyword: string): boolean {
  return SEARCHABLE.test(keyword);
}

/** Reads a text, in time in proportion to its length. */
export function readKeywordText(text: string): KeywordText {
  const folded = foldText(text);
  return { words: joined(folded, WORDS), signedWords: joined(folded, SIGNED_WORDS) };
}

/**
 * Finds keywords as whole words, in whatever case, width and Unicode form; of a phrase the words have to follow each other. In
 * Japanese, Chinese, Korean, Thai and their like, which write words together, a keyword is found anywhere. Signs that are a part
 * of a keyword have to be there: `c++` is not `c`, `#urgent` is not `urgent`.
 */
export function createKeywordFinder(keywords: readonly string[]): (text: KeywordText) => boolean {
  const wanted = keywords.map((keyword) => {
    const { words, signedWords } = readKeywordText(keyword);
    return words === signedWords ? { words } : { words: signedWords, isSigned: true };
  });
  return (text) =>
    wanted.some(({ words, isSigned }) =>
      (isSigned ? text.signedWords : text.words).includes(words),
    );
}

/** With a space at either end, so that only whole words are found. */
function joined(text: string, pattern: RegExp): string {
  const words = (text.match(pattern) ?? []).map(withoutItalics).filter((word) => word !== "");
  return ` ${words.join(" ")} `;
}

/** Underscores around a word are how Slack writes italics. */
function withoutItalics(word: string): string {
  let start = 0;
  let end = word.length;
  while (start < end && word[start] === "_") start++;
  while (end > start && word[end - 1] === "_") end--;
  return word.slice(start, end);
}

/**
 * The text without differences that people do not see or mean: case (also `ß` and `SS`, the Turkish `İ` and `ı`), width of
 * letters, composed or separate accents, unseen characters, skin tones.
 */
function foldText(text: string): string {
  const plain = text
    .replaceAll(UNSEEN, "")
    .replaceAll(LOOSE_JOINER, "")
    .split(KEPT)
    .map((part) => (KEPT.test(part) ? part : part.normalize("NFKC")))
    .join("");
  // Only capitals tell that ß is ss and that ı is an i.
  return plain
    .toUpperCase()
    .toLowerCase()
    .replaceAll("i\u0307", "i")
    .replaceAll("ς", "σ")
    .normalize("NFC");
}
