import { escapeHtml } from "../markup.ts";
import { type Filled, Misfit, type Piece, type Place, textOf } from "./place.ts";
import { urlPlace } from "./url-place.ts";

/** What a template within HTML is: between tags or in quotes, a link, an attribute without quotes, or what is no text at all. */
type Role = "text" | "link" | "unquoted" | "script" | "tag";

/** Attributes that hold a URL. */
const LINKS = new Set([
  "href",
  "src",
  "action",
  "formaction",
  "background",
  "poster",
  "cite",
  "xlink:href",
]);

/** Elements whose content is no text. */
const CODE = new Set(["script", "style"]);

/** Schemes that a link from outside may have; one without a scheme is a path. */
const SAFE_LINK = /^(?:(?:https?|mailto|tel|sms|cid):|[^:]*(?:[/?#]|$))/i;

/**
 * HTML. Values are text there and never markup; within a link they are encoded as in a URL, and a link that is one value may not
 * be code.
 */
export const htmlPlace: Place = {
  name: "HTML",
  write(pieces) {
    const { roles, links } = scan(pieces);
    const linked = writeLinks(pieces, links);
    return pieces.map((piece, index) => {
      if (typeof piece === "string") return piece;
      const text = linked.get(index) ?? textOf(piece.value);
      const isBare = roles[index] === "unquoted" || roles[index] === "tag";
      return isBare ? escapeAll(text) : escapeHtml(text);
    });
  },
  alone: (value) => escapeHtml(textOf(value)),
  misplaced(pieces) {
    const { roles } = scan(pieces);
    for (const [index, piece] of pieces.entries()) {
      const problem = typeof piece === "string" ? undefined : PROBLEMS[roles[index] ?? "text"];
      if (typeof piece === "string" || problem === undefined) continue;
      return { message: `may not hold ${piece.template} ${problem.where}`, fix: problem.fix };
    }
    return null;
  },
};

const PROBLEMS: Partial<Record<Role, { readonly where: string; readonly fix: string }>> = {
  unquoted: {
    where: "in an attribute without quotes",
    fix: 'Put the attribute\'s value in quotes: href="{{…}}".',
  },
  script: {
    where: "in a script, a style sheet or an event handler",
    fix: "Mail programs run no scripts. Put it between tags or into an attribute.",
  },
  tag: {
    where: "in the name of a tag or an attribute",
    fix: "Write tags and attributes in full, and put the template between them.",
  },
};

/** The pieces of one attribute that holds a link; a part of a piece is a piece of its own. */
interface Link {
  readonly pieces: Piece[];
  /** Positions of its templates among the pieces of the whole text. */
  readonly indexes: number[];
}

function writeLinks(pieces: readonly Piece[], links: readonly Link[]): ReadonlyMap<number, string> {
  const written = new Map<number, string>();
  for (const link of links) {
    const filled = link.pieces.flatMap((piece, at) => (typeof piece === "string" ? [] : [at]));
    const [first] = link.pieces;
    // What begins with a value is the value's link.
    if (typeof first === "object") checkLink(first);
    const texts = typeof first === "object" ? [] : urlPlace.write(link.pieces);
    for (const [order, index] of link.indexes.entries()) {
      const piece = pieces[index];
      const own = typeof piece === "object" ? textOf(piece.value) : "";
      written.set(index, texts[filled[order] ?? -1] ?? own);
    }
  }
  return written;
}

function checkLink({ value, template }: Filled): void {
  const text = textOf(value).replaceAll(/[\0- ]/g, "");
  if (SAFE_LINK.test(text)) return;
  throw new Misfit(
    `${template} is a link in HTML and gives none that begins with https://, http://, mailto: or tel:.`,
  );
}

/** Letters and digits stay; everything else is written as a number, so that it ends no attribute. */
function escapeAll(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}]/gu, (character) => `&#${character.codePointAt(0)};`);
}

function scan(pieces: readonly Piece[]): {
  readonly roles: readonly Role[];
  readonly links: readonly Link[];
} {
  const scanner = new HtmlScanner();
  const roles = pieces.map((piece, index): Role => {
    if (typeof piece !== "string") return scanner.template(piece, index);
    for (const character of piece) scanner.take(character);
    return "text";
  });
  return { roles, links: scanner.links };
}

type State = "text" | "tag" | "comment" | "before value" | "value";

/** Reads HTML from left to right, closely enough to know what stands where. */
class HtmlScanner {
  readonly links: Link[] = [];
  #state: State = "text";
  /** What ends the value of an attribute; empty for one without quotes. */
  #quote = "";
  /** What was read of the tag, or of the text since the last `<`. */
  #read = "";
  #element = "";
  #attribute = "";
  #link: Link | null = null;

  template(piece: Filled, index: number): Role {
    if (this.#state === "before value") this.#beginValue("");
    if (this.#state === "tag") return "tag";
    if (this.#state !== "value") return CODE.has(this.#element) ? "script" : "text";
    this.#link?.pieces.push(piece);
    this.#link?.indexes.push(index);
    if (this.#quote === "") return "unquoted";
    if (this.#attribute.startsWith("on")) return "script";
    return this.#link ? "link" : "text";
  }

  take(character: string): void {
    if (this.#state === "value") this.#inValue(character);
    else if (this.#state === "before value") this.#beforeValue(character);
    else if (this.#state === "tag") this.#inTag(character);
    else this.#inText(character);
  }

  #inText(character: string): void {
    this.#read = character === "<" ? "<" : (this.#read + character).slice(-4);
    if (this.#state === "comment") {
      if (this.#read.endsWith("-->")) this.#state = "text";
      return;
    }
    if (this.#read === "<!--") this.#state = "comment";
    else if (/^<\/?[a-z]$/i.test(this.#read)) {
      const isCode = CODE.has(this.#element);
      if (!isCode || this.#read.startsWith("</")) this.#state = "tag";
    }
  }

  #inTag(character: string): void {
    if (character === ">") {
      const [, slash, name = ""] = /^<(\/?)([a-z][^\s/>]*)/i.exec(this.#read) ?? [];
      this.#element = slash === "/" ? "" : name.toLowerCase();
      this.#state = "text";
      this.#read = "";
    } else if (character === "=") {
      this.#attribute = (
        /([^\s"'<>/=]+)\s*$/.exec(this.#read.slice(-100))?.[1] ?? ""
      ).toLowerCase();
      this.#state = "before value";
    } else this.#read += character;
  }

  #beforeValue(character: string): void {
    if (/\s/.test(character)) return;
    if (character === '"' || character === "'") this.#beginValue(character);
    else {
      this.#beginValue("");
      this.#inValue(character);
    }
  }

  #beginValue(quote: string): void {
    this.#state = "value";
    this.#quote = quote;
    this.#link = LINKS.has(this.#attribute) ? { pieces: [], indexes: [] } : null;
    if (this.#link) this.links.push(this.#link);
  }

  #inValue(character: string): void {
    const isEnd = this.#quote === "" ? /[\s>]/.test(character) : character === this.#quote;
    if (!isEnd) {
      const last = this.#link?.pieces.at(-1);
      if (typeof last === "string") this.#link?.pieces.splice(-1, 1, last + character);
      else this.#link?.pieces.push(character);
      return;
    }
    this.#state = "tag";
    this.#read += " ";
    if (character === ">") this.#inTag(character);
  }
}
