// cspell:ignore Bopomofo ypal bänk (a script, and examples)
import { domainToASCII } from "node:url";
import { inOneLine } from "./shorten.ts";

/*
 * Text of a model, of a person or of a definition may hold what people cannot see, or take for something else. What decides about
 * it sees it with marks: `⟨U+202E⟩`. See https://www.unicode.org/reports/tr36/ and https://www.unicode.org/reports/tr39/.
 */

/** Spaces in a row that stay as they are: they indent, and are no wall that pushes the rest out of sight. */
const MAX_SPACES = 16;
/** Line breaks in a row that stay. */
const MAX_BREAKS = 3;
/** Accents on one letter: more cover the lines around it. */
const MAX_ACCENTS = 3;

/**
 * What cannot be seen, or changes how its surroundings are shown: controls, bidirectional controls, characters without width,
 * private and unassigned ones, halves of characters, spaces of other kinds, and the bracket of our own marks.
 */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800⟨⟩]|(?! )\p{Zs}/u;

const EMOJI = /^\p{RGI_Emoji}$/v;

/** Whole emoji, which may hold joiners; words with their accents; signs of ASCII, which need no look; white space; all else. */
const PARTS = new RegExp(
  [
    String.raw`\p{RGI_Emoji}`,
    String.raw`[\p{L}\p{M}\p{N}]+`,
    String.raw`[\x21-\x2F\x3A-\x40\x5B-\x60\x7B-\x7E]+`,
    String.raw` {${MAX_SPACES + 1},}`,
    String.raw`\n{${MAX_BREAKS + 1},}`,
    String.raw`[\s\S]`,
  ].join("|"),
  "gv",
);

/** Scripts that are written together with Latin letters in one word or name: UTS #39, "highly restrictive". */
const WITH_LATIN =
  /[\p{scx=Latin}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Hangul}\p{scx=Bopomofo}\p{scx=Common}\p{scx=Inherited}]/u;

/** Letters of other alphabets that look like Latin ones in most fonts. */
// cspell:disable (letters)
const LOOKS_LATIN =
  /^[аАВсСԁеЕһНіІјЈкКԛӏӀМмоОрРѕЅТтѵԜԝхХуУҮүΑΒΕΖΗΙΚΜΝΟΡΤΥΧαγινορυχϲյօսցհոռսѕႽᎪᎬᎷᎻᎳᏀᏃᏟᏢᏚᏙᎢ]+$/u;
// cspell:enable

/** Letters in the form of another: full width, mathematical, circled. */
function isOtherForm(letter: string): boolean {
  const plain = letter.normalize("NFKC");
  return letter > "\u007F" && plain !== letter && /^[A-Za-z]+$/.test(plain) && !/[ªº]/.test(letter);
}

/**
 * Text with everything made visible that cannot be seen or is easily taken for something else; what remains is what the text says.
 *
 * - controls, bidirectional and zero-width characters, odd spaces: `⟨U+202E⟩`
 * - long white space: `⟨400 spaces⟩`, `⟨30 line breaks⟩`
 * - letters that pass for Latin ones: `pа⟨U+0430⟩ypal`
 * - domains with other letters: the name that is asked for behind them, `bänk.example⟨xn--bnk-qla.example⟩`
 *
 * Line breaks and spaces stay where they are few. The time it takes is in proportion to the text.
 */
export function showHidden(text: string): string {
  return markDomains(text.replaceAll("\r\n", "\n").replaceAll(PARTS, showPart));
}

/** The same in one line: a line break becomes `⟨line break⟩`, so that text cannot begin a line. */
export function showHiddenInLine(text: string): string {
  return inOneLine(showHidden(text.trim()), " ⟨line break⟩ ");
}

/** What was made of single characters: a text may be a million of one of them. */
const SHOWN = new Map<string, string>();
const REMEMBERED = 10_000;

function showPart(part: string): string {
  if (part.length > 2) return markPart(part);
  let shown = SHOWN.get(part);
  if (shown === undefined) {
    shown = markPart(part);
    if (SHOWN.size === REMEMBERED) SHOWN.clear();
    SHOWN.set(part, shown);
  }
  return shown;
}

function markPart(part: string): string {
  const first = part.charCodeAt(0);
  // What begins with a sign of ASCII is nothing but those, or an emoji made of one.
  if (first > 0x20 && first < 0x7f && /^[\x21-\x7E]+$/.test(part)) return part;
  if (part === "\n" || part === "\t" || part === " ") return part;
  if (/^ +$/.test(part)) return `⟨${part.length} spaces⟩`;
  if (/^\n+$/.test(part)) return `\n⟨${part.length} line breaks⟩\n`;
  if (EMOJI.test(part)) return part;
  if (/^[\p{L}\p{M}\p{N}]/u.test(part)) return showWord(part);
  return HIDDEN.test(part) ? mark(part) : part;
}

/** Letters of a word that only look like its others, and accents without end. */
function showWord(word: string): string {
  // Most words.
  if (/^[\u0020-\u007E\u00C0-\u024F]+$/.test(word)) return word;
  const characters = Array.from(word);
  const letters = characters.filter((character) => traitsOf(character).isLetter);
  const isMixed =
    letters.some((letter) => !traitsOf(letter).goesWithLatin) &&
    letters.some((letter) => traitsOf(letter).isLatin);
  const isDisguised = letters.length > 1 && LOOKS_LATIN.test(letters.join(""));
  let accents = 0;
  return characters
    .map((character) => {
      const { isAccent, isHidden, goesWithLatin, isForm, marked } = traitsOf(character);
      accents = isAccent ? accents + 1 : 0;
      if (isHidden || accents > MAX_ACCENTS) return marked;
      const isStrange = (isMixed && !goesWithLatin) || isDisguised || isForm;
      return isStrange ? `${character}${marked}` : character;
    })
    .join("");
}

/** What a character of a word is, as far as it matters here. */
interface Traits {
  readonly isLetter: boolean;
  readonly isLatin: boolean;
  readonly goesWithLatin: boolean;
  readonly isAccent: boolean;
  readonly isHidden: boolean;
  /** It has the form of another letter. */
  readonly isForm: boolean;
  readonly marked: string;
}

const TRAITS = new Map<string, Traits>();

function traitsOf(character: string): Traits {
  const known = TRAITS.get(character);
  if (known !== undefined) return known;
  const traits = {
    isLetter: /\p{L}/u.test(character),
    isLatin: /\p{Script=Latin}/u.test(character),
    goesWithLatin: WITH_LATIN.test(character),
    isAccent: /\p{M}/u.test(character),
    isHidden: HIDDEN.test(character),
    isForm: isOtherForm(character),
    marked: mark(character),
  };
  if (TRAITS.size === REMEMBERED) TRAITS.clear();
  TRAITS.set(character, traits);
  return traits;
}

function mark(characters: string): string {
  return Array.from(characters)
    .map((one) => {
      const code = (one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
      return `⟨U+${code}⟩`;
    })
    .join("");
}

/** Domains of addresses, where they hold other characters than ASCII: marks within them included. */
const DOMAIN = /(?<=@|:\/\/)[\p{L}\p{M}\p{N}⟨⟩+.\u3002\uFF0E\uFF61-]{1,300}/gu;

function markDomains(text: string): string {
  return text.replaceAll(DOMAIN, (shown) => {
    const domain = shown.replaceAll(/⟨U\+[0-9A-F]+⟩/g, "");
    if (/^[\u0021-\u007E]*$/.test(domain) || !/[.\u3002\uFF0E\uFF61]/.test(domain)) return shown;
    const asked = domainToASCII(domain.replace(/[.]+$/, ""));
    return asked === "" ? shown : `${shown}⟨${asked}⟩`;
  });
}
