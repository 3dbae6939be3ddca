/**
 * One character as URLs, JSON (and program texts) or HTML write it. Bytes of a URL that are no UTF-8 count as Latin-1; a
 * backslash before another character stands for that character.
 */
const ESCAPE =
  /%[0-7][\da-f]|%[cd][\da-f]%[89ab][\da-f]|%e[\da-f](?:%[89ab][\da-f]){2}|%f[0-7](?:%[89ab][\da-f]){3}|%[89a-f][\da-f]|\\u[\da-f]{4}|\\u\{[\da-f]{1,6}\}|\\x[\da-f]{2}|\\[^ux]|&#x[\da-f]{1,6};|&#\d{1,7};|&(?:amp|lt|gt|quot|apos|nbsp|sol|plus|equals|num|percnt|colon|commat);/gi;

const CONTROLS: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f" };

const ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  sol: "/",
  plus: "+",
  equals: "=",
  num: "#",
  percnt: "%",
  colon: ":",
  commat: "@",
};

/** In lower case, whatever stands beside a letter: a sigma at the end of a word is no other letter. */
export function toSmall(text: string): string {
  return text.toLowerCase().replaceAll("ς", "σ");
}

/** Decodes every escape of a text once, whichever syntax it is of. */
export function decodeEscapes(text: string): string {
  return /[%\\&]/.test(text) ? text.replace(ESCAPE, decode) : text;
}

function decode(escape: string): string {
  if (escape.startsWith("%")) return decodeBytes(escape);
  if (escape.startsWith("\\")) return decodeBackslash(escape);
  const name = escape.slice(1, -1);
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return name.startsWith("#") ? fromCode(code, escape) : (ENTITIES[name.toLowerCase()] ?? escape);
}

function decodeBytes(escape: string): string {
  try {
    return decodeURIComponent(escape);
  } catch {
    return Buffer.from(escape.replaceAll("%", ""), "hex").toString("latin1");
  }
}

function decodeBackslash(escape: string): string {
  const kind = escape[1] ?? "";
  if (escape.length === 2) return CONTROLS[kind] ?? kind;
  return fromCode(Number.parseInt(escape.replaceAll(/[\\ux{}]/gi, ""), 16), escape);
}

function fromCode(code: number, escape: string): string {
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : escape;
}

/** A text made from another one, with the place in that one of each of its code units. */
export class MappedText {
  readonly text: string;
  readonly starts: Int32Array;
  readonly ends: Int32Array;

  private constructor(text: string, starts: Int32Array, ends: Int32Array) {
    this.text = text;
    this.starts = starts;
    this.ends = ends;
  }

  /** A text as it is. */
  static of(text: string): MappedText {
    const starts = new Int32Array(text.length);
    const ends = new Int32Array(text.length);
    for (let at = 0; at < text.length; at += 1) {
      starts[at] = at;
      ends[at] = at + 1;
    }
    return new MappedText(text, starts, ends);
  }

  /** As {@link decodeEscapes} decodes it; the same object where there is nothing to decode. */
  decoded(): MappedText {
    return /[%\\&]/.test(this.text) ? this.#rewrite(ESCAPE, decode) : this;
  }

  /** In lower case, without white space and characters that are not seen. */
  folded(): MappedText {
    return this.#rewrite(/[\s\p{Cf}]+|[^\s\da-z]/gu, (one) =>
      /^[\s\p{Cf}]/u.test(one) ? "" : toSmall(one),
    );
  }

  #rewrite(pattern: RegExp, write: (found: string) => string): MappedText {
    // A capital letter may become two code units, and nothing becomes more than that.
    const starts = new Int32Array(this.text.length * 2);
    const ends = new Int32Array(this.text.length * 2);
    const texts: string[] = [];
    let length = 0;
    let at = 0;
    const keep = (to: number): void => {
      if (to === at) return;
      texts.push(this.text.slice(at, to));
      starts.set(this.starts.subarray(at, to), length);
      ends.set(this.ends.subarray(at, to), length);
      length += to - at;
    };
    for (const { index, 0: found } of this.text.matchAll(pattern)) {
      keep(index);
      at = index + found.length;
      const written = write(found);
      texts.push(written);
      starts.fill(this.starts[index] ?? 0, length, length + written.length);
      ends.fill(this.ends[at - 1] ?? 0, length, length + written.length);
      length += written.length;
    }
    keep(this.text.length);
    return new MappedText(texts.join(""), starts.subarray(0, length), ends.subarray(0, length));
  }
}
