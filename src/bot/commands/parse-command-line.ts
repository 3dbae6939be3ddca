import { AppError } from "../../shared/errors.ts";
import { typedAddress, unescapeText } from "../../slack/text.ts";

/** What was typed after a slash command. */
export interface CommandLine {
  /** The words before the first `key=value`. */
  readonly words: readonly string[];
  /** The values by name, in the order typed. */
  readonly values: ReadonlyMap<string, string>;
}

/** A word, and the position of the first `=` that stands outside quotes, if its name could be a key. */
interface Token {
  readonly text: string;
  readonly equals: number;
  readonly quoted: boolean;
}

const KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const CLOSING: Readonly<Record<string, string>> = {
  "'": "'",
  '"': '"',
  "“": "”",
  "”": "”",
  "„": "“",
  "‘": "’",
};
/** What Slack puts in place of people, channels, groups, links and the three characters that mark them. */
const ENTITY = /<([^<>]*)>|&(amp|lt|gt);/y;
const CHARACTERS: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">" };
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t" };

/**
 * Reads the text of a slash command: words, then `key=value` pairs. A value is bare or stands in `'…'`, `"…"` or `“…”`; a
 * backslash takes the next character as it is (`\n` is a line break). People and channels become their ids, links the
 * addresses that were typed.
 *
 * @throws {AppError} `command_invalid`: an open quote, a value without a key, a key twice.
 */
export function parseCommandLine(text: string): CommandLine {
  const words: string[] = [];
  const values = new Map<string, string>();
  for (const token of tokenize(text)) {
    const key = token.equals > 0 ? token.text.slice(0, token.equals) : "";
    if (KEY.test(key)) {
      if (values.has(key)) throw invalid(`“${key}” is given twice. Give it once.`);
      const value = token.text.slice(token.equals + 1);
      if (value === "" && !token.quoted)
        throw invalid(
          `“${key}” has no value. Write \`${key}=…\` without spaces around \`=\`; an empty text is \`${key}=""\`.`,
        );
      values.set(key, value);
    } else if (values.size > 0) {
      throw invalid(
        `“${token.text}” is no \`key=value\`. If it belongs to the value before it, put that value in quotes: \`key="two words"\`.`,
      );
    } else {
      words.push(token.text);
    }
  }
  return { words, values };
}

function* tokenize(text: string): Generator<Token> {
  const reader = new Reader(text);
  while (reader.skipSpace()) yield reader.readToken();
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
    let quoted = false;
    while (this.#at < this.#text.length && !isSpace(this.#text[this.#at])) {
      const char = this.#text[this.#at] ?? "";
      // An apostrophe within a word is no quote: `note=it's`.
      const opensQuote = CLOSING[char] !== undefined && (text === "" || text.length === equals + 1);
      if (opensQuote) {
        text += this.#readQuoted(char);
        quoted = true;
        this.#expectSpace(char);
      } else {
        if (char === "=" && equals < 0) equals = text.length;
        text += this.#readPart();
      }
    }
    return { text, equals, quoted };
  }

  #readQuoted(opening: string): string {
    // Keyboards that turn quotes curly sometimes turn only one of a pair.
    const closing = /["“”„]/.test(opening) ? '"“”' : (CLOSING[opening] ?? opening);
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
      `A quote is open: ${opening}${text.slice(0, 30)}… has no ${CLOSING[opening] ?? opening} at its end. Close it, or write \\${opening} for the character itself.`,
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
    if (this.#at < this.#text.length && !isSpace(this.#text[this.#at])) {
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
  return char !== undefined && /\s/.test(char);
}

function invalid(message: string): AppError {
  return new AppError({ code: "command_invalid", message });
}
