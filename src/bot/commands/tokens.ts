import { AppError } from "../../shared/errors.ts";
import { shorten } from "../../shared/shorten.ts";
import { isUnseen, trimUnseen } from "../../shared/unseen.ts";
import { typedAddress, unescapeText, withoutBrackets } from "../../slack/text.ts";

/** A word of a command, as it was meant: without quotes, escapes and Slack's entities. */
export interface Token {
  readonly text: string;
  /** Position of the first `=` that stands outside quotes; -1: there is none. */
  readonly equals: number;
  /** Does it begin with a quote? Then it is text as it stands. */
  readonly isQuoted: boolean;
  /** Does it have a quote, so that its value may be empty? */
  readonly hasQuote: boolean;
}

/** Keyboards that turn quotes curly sometimes turn only one of a pair. Slack's back quotes mark what is to be copied. */
const CLOSING: Readonly<Record<string, string>> = {
  "'": "'",
  '"': '"',
  "`": "`",
  "“": "”",
  "”": "”",
  "„": "“",
  "‟": "”",
  "＂": "＂",
  "«": "»",
  "‘": "’",
  "‚": "‘",
};
const DOUBLE = /["“”„‟＂]/;
/** What Slack puts in place of people, channels, groups, links and the three characters that mark them. */
const ENTITY = /<([^<>]*)>|&(amp|lt|gt);/y;
const CHARACTERS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">" };
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

/** The sign between a name and its value, also as Japanese and Chinese keyboards write it. */
export const EQUALS = /[=＝]/;

/** A name and a colon, behind which a value may begin. */
const NAMED = /^[-–—−]{0,2}[A-Za-z_][A-Za-z0-9_-]{0,63}[:：]$/;

/** Characters of a command: more are pasted by mistake. */
const LONGEST = 12_000;

/** Splits a command at its spaces outside quotes. @throws {AppError} `command_invalid`: an open quote, text after a quote; it is too long. */
export function tokenize(text: string): readonly Token[] {
  if (text.length > LONGEST) {
    throw invalid(
      `The command has ${text.length} characters; at most ${LONGEST} are read. Give long texts in the form of the workflow.`,
    );
  }
  const reader = new Reader(text);
  const tokens: Token[] = [];
  while (reader.skipSpace()) {
    const token = reader.readToken();
    if (token.text !== "" || token.hasQuote) tokens.push(token);
  }
  return tokens;
}

/** Walks over the text once; knows what a quote, an escape and an entity are. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @returns whether something follows. */
  skipSpace(): boolean {
    while (this.#at < this.#text.length && isSpace(this.#text[this.#at])) this.#at++;
    return this.#at < this.#text.length;
  }

  readToken(): Token {
    let text = "";
    let equals = -1;
    while (!this.#isAtSpace()) {
      const char = this.#text[this.#at] ?? "";
      // A word begins here, or a value. An apostrophe within one is no quote: `note=it's`.
      const isStart = text === "" || text.length === equals + 1 || NAMED.test(text);
      if (isStart && isUnseen(char)) this.#at++;
      else if (isStart && CLOSING[char] !== undefined) {
        const value = this.#readQuoted(char);
        this.#expectSpace(char);
        return { text: text + value, equals, isQuoted: text === "", hasQuote: true };
      } else {
        if (EQUALS.test(char) && equals < 0) equals = text.length;
        text += this.#readPart();
      }
    }
    return { text: trimUnseen(text), equals, isQuoted: false, hasQuote: false };
  }

  #isAtSpace(): boolean {
    return this.#at >= this.#text.length || isSpace(this.#text[this.#at]);
  }

  #readQuoted(opening: string): string {
    const closing = DOUBLE.test(opening) ? '"“”＂' : (CLOSING[opening] ?? opening);
    this.#at++;
    let text = "";
    while (this.#at < this.#text.length) {
      const char = this.#text[this.#at] ?? "";
      if (closing.includes(char)) {
        this.#at++;
        return text;
      }
      text += this.#readPart();
    }
    throw invalid(
      `A quote is open: ${opening}${showTyped(text, 30)} … has no ${CLOSING[opening] ?? opening} at its end. Close it, or write \\${opening} for the character itself.`,
    );
  }

  /** One character, escaped character or entity. */
  #readPart(): string {
    const char = this.#text[this.#at] ?? "";
    if (char === "\\" && this.#at + 1 < this.#text.length) {
      const next = this.#text[this.#at + 1] ?? "";
      this.#at += 2;
      return ESCAPES[next] ?? next;
    }
    ENTITY.lastIndex = this.#at;
    const entity = ENTITY.exec(this.#text);
    if (entity) {
      this.#at += entity[0].length;
      return decodeEntity(entity[0], entity[1], entity[2]);
    }
    this.#at++;
    return char;
  }

  #expectSpace(opening: string): void {
    while (isUnseen(this.#text[this.#at] ?? "")) this.#at++;
    // The full stop of a sentence that the quote ends.
    const stop = /[.,;:!?…]*/y;
    stop.lastIndex = this.#at;
    const end = this.#at + (stop.exec(this.#text)?.[0].length ?? 0);
    if (end >= this.#text.length || isSpace(this.#text[end])) this.#at = end;
    if (!this.#isAtSpace()) {
      throw invalid(
        `After the closing quote of ${opening}…${CLOSING[opening] ?? opening} a space must follow. To have a quote within a value write \\${opening}.`,
      );
    }
  }
}

function decodeEntity(whole: string, inside: string | undefined, name: string | undefined): string {
  if (name !== undefined) return CHARACTERS[name] ?? whole;
  const [target = "", label] = (inside ?? "").split("|");
  if (/^[@#][A-Z0-9]+$/.test(target)) return target.slice(1);
  if (/^!subteam\^[A-Z0-9]+$/.test(target)) return target.slice("!subteam^".length);
  if (/^![a-z]+$/.test(target)) return `@${target.slice(1)}`;
  if (/^(?:mailto:|tel:|[a-z][a-z0-9+.-]*:\/\/)/i.test(target)) {
    return unescapeText(typedAddress(target, label) ?? target.replace(/^(?:mailto|tel):/, ""));
  }
  return whole;
}

function isSpace(char: string | undefined): boolean {
  // A byte order mark counts as white space in JavaScript, but separates nothing that people see.
  return char !== undefined && char !== "\uFEFF" && /\s/.test(char);
}

export function invalid(message: string): AppError {
  return new AppError({ code: "command_invalid", message });
}

/** What was typed, to be quoted in a sentence: short, and without the brackets of a mention, which would become one there. */
export function showTyped(text: string, limit: number): string {
  return shorten(withoutBrackets(text), limit);
}
