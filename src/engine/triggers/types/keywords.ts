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

/** An amount of money is read whole: `$5` is not `$5.50`. */
const AMOUNT = `(?<!${LETTERS}|[$€£¥])[$€£¥]\\p{N}+(?:[.,]\\p{N}+)*${LETTERS}*`;

/** Words with every sign that touches them: for keywords that are written with such a sign. */
const SIGNED_WORDS = new RegExp(
  `${EMOJI}|${JOINED_LETTERS}\\p{M}*|${AMOUNT}|(?:(?<!${LETTERS}|[#@$€£¥+.%&\\-])[#@$€£¥+.%&\\-]{1,3}(?=${LETTERS}))?${LETTERS}+(?:[+#%$€£¥]+(?!${LETTERS}|[+#%$€£¥]))?`,
  "gv",
);

/** What stands for a keyword of its own: a keyword needs one of these. */
const SEARCHABLE = /[\p{L}\p{N}\p{Extended_Pictographic}\p{Regional_Indicator}]/v;

/** Characters that are not seen, and skin tones. */
const UNSEEN = /[[\p{Cf}\p{Variation_Selector}\p{Emoji_Modifier}]--[\u200D]]/gv;

/** A joiner that joins no emoji. */
const LOOSE_JOINER = /(?<!\p{Extended_Pictographic})\u200D|\u200D(?!\p{Extended_Pictographic})/gv;

/** Vowels and other marks of Arabic and Hebrew that most texts leave out, and the line that stretches Arabic words. */
const OPTIONAL_MARKS = /[[\p{scx=Hebrew}\p{scx=Arabic}]&&\p{Mn}]|\u0640/gv;

/** Letters that are written one for the other: the first of the Arabic alphabet with and without a sign, and those at the ends of words. */
const SAME_LETTERS: ReadonlyMap<string, string> = new Map([
  ["أ", "ا"],
  ["إ", "ا"],
  ["آ", "ا"],
  ["ٱ", "ا"],
  ["ى", "ي"],
  ["ة", "ه"],
]);
const VARIANTS = new RegExp(`[${[...SAME_LETTERS.keys()].join("")}]`, "g");

/** The Arabic article and the words that are written together with what follows, before two letters or more; "and" before three. */
const ARABIC_PREFIX = /^(?:(?:و|ف|ب|ك)?ال|لل)(?=\p{Script=Arabic}{2})|^و(?=\p{Script=Arabic}{3})/u;

/** Capitals of Greek have no accents. */
const GREEK_ACCENTS = /(?<=\p{Script=Greek}\p{M}{0,3})[\u0300\u0301\u0342]/gu;

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
  const words = (text.match(pattern) ?? [])
    .map((word) => withoutItalics(word).replace(ARABIC_PREFIX, ""))
    .filter((word) => word !== "");
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
 * The text without differences that people do not see or mean: case (also `ß` and `SS`, the Turkish `İ` and `ı`, Greek accents,
 * which capitals do not have), width of letters, composed or separate accents, unseen characters, skin tones, Arabic and Hebrew
 * vowels. Arabic letters are brought together as Lucene's ArabicNormalizer does.
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
    .normalize("NFD")
    .replaceAll(GREEK_ACCENTS, "")
    .normalize("NFC")
    .replaceAll(OPTIONAL_MARKS, "")
    .replaceAll(VARIANTS, (letter) => SAME_LETTERS.get(letter) ?? letter);
}
