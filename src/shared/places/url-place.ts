import { type Filled, Misfit, type Misplacement, type Piece, type Place, textOf } from "./place.ts";

/** Where in a URL a template stands; `opaque`: in one without an authority, such as `mailto:`. */
type Part = "start" | "authority" | "path" | "query" | "fragment" | "opaque";

/** What URL parsers leave out wherever it stands (https://url.spec.whatwg.org/#concept-basic-url-parser). */
const LEFT_OUT = /[\t\n\r]/g;
/** Slashes and backslashes are the same there, in any number. */
const UP_TO_PATH = /^https?:[/\\]*[^/\\?#]+(?=[/\\?#])/i;
const OTHER_SCHEME = /^(?!https?:)[a-z][a-z0-9+.-]*:/i;

/** A host or a part of one, a user's name or a port, which can be nothing else. */
const HOST_PART = /^[\p{L}\p{N}._~-]+(?::\d{1,5})?$/u;
/** A segment that leads elsewhere, in every spelling that URL parsers know. */
const DOTS = /^(?:\.|%2e){1,2}$/i;
/** Marks what templates put in, for the check of segments; encoded values never hold it. */
const MARK = "\0";

/**
 * URLs. What templates put in is percent-encoded, so that it stays within its segment of the path or its value of the query. A
 * URL that is one template alone is taken as it is.
 *
 * The host is the definition's to choose: at deployment a template there is a problem. In versions that are deployed already it
 * may give letters, digits, dots and hyphens, or the beginning of the URL up to its path.
 */
export const urlPlace: Place = {
  name: "a URL",
  write(pieces) {
    let before = "";
    const written = pieces.map((piece, index) => {
      const text = typeof piece === "string" ? piece : writeValue(piece, before, pieces[index + 1]);
      before = condense(before + text);
      return text;
    });
    checkSegments(pieces, written);
    return written;
  },
  misplaced(pieces) {
    let before = "";
    for (const piece of pieces) {
      if (typeof piece !== "string" && !piece.isSecret && isHost(partAt(before))) {
        return inHost(piece);
      }
      before = condense(before + (typeof piece === "string" ? piece : standIn(before)));
    }
    return null;
  },
};

/**
 * Who gets a request to a URL: what the definition says in full, what a secret says, or what data says. A secret between the
 * scheme and the host, as a password, leaves the host as it is written.
 */
export type Addressee =
  | { readonly kind: "written"; readonly url: URL }
  | { readonly kind: "secret" }
  | { readonly kind: "data" };

/** Who gets a request to a URL that may hold templates. */
export function addresseeOf(pieces: readonly Piece[]): Addressee {
  let before = "";
  for (const piece of pieces) {
    if (typeof piece !== "string" && !piece.isSecret && isHost(partAt(before)))
      return { kind: "data" };
    before = condense(before + (typeof piece === "string" ? piece : standIn(before)));
  }
  const [url, other] = ["x", "y"].map((text) =>
    URL.parse(pieces.map((piece) => (typeof piece === "string" ? piece : text)).join("")),
  );
  const isWritten = url && other && url.origin === other.origin;
  return isWritten ? { kind: "written", url } : { kind: "secret" };
}

/** A value in a part of a URL that is nothing but a value: a name or value of a query or a form. */
export function encodeComponent(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

function inHost({ template }: Filled): Misplacement {
  return {
    message: `may not hold ${template} in its host: data would choose who gets the request`,
    fix: 'Write scheme and host in full. If they come from data on purpose, make the whole URL in a transform step, with url.encode(…) around values, and give it as one {{…}}: "{{stepResults.url.output}}".',
  };
}

function isHost(part: Part): boolean {
  return part === "start" || part === "authority";
}

/** Where what follows `before` stands. */
function partAt(before: string): Part {
  const text = before.replace(LEFT_OUT, "").replace(/^[\0- ]+/, "");
  if (text === "") return "start";
  if (OTHER_SCHEME.test(text)) return "opaque";
  const base = UP_TO_PATH.exec(text)?.[0];
  if (base === undefined) return "authority";
  const rest = text.slice(base.length);
  if (rest.includes("#")) return "fragment";
  return rest.includes("?") ? "query" : "path";
}

/** A short text that leads to the same part, so that a URL of many pieces is read once. */
function condense(before: string): string {
  const part = partAt(before);
  return part === "start" || part === "authority" ? before : SHORT[part];
}

const SHORT = {
  path: "https://x/",
  query: "https://x/?",
  fragment: "https://x/#",
  opaque: "x:",
} as const;

/** Stands for what is not known. At the beginning that is scheme and host. */
function standIn(before: string): string {
  return partAt(before) === "start" ? "https://x" : "x";
}

function writeValue(piece: Filled, before: string, next: Piece | undefined): string {
  if (piece.value === undefined) return standIn(before);
  const text = textOf(piece.value);
  const part = partAt(before);
  if (part === "start") return writeBeginning(text, piece, next);
  if (part === "authority") {
    if (HOST_PART.test(text)) return text;
    throw new Misfit(
      `${piece.template} stands in the host of the URL and gives more than letters, digits, dots and hyphens. Write the host in full.`,
    );
  }
  const encoded = encodeComponent(text);
  return part === "opaque" ? encoded.replaceAll("%40", "@") : encoded;
}

function writeBeginning(text: string, { template }: Filled, next: Piece | undefined): string {
  const follows = typeof next === "string" ? next : "";
  const isScheme = /^https?$/i.test(text) && follows.startsWith("://");
  const isBase =
    /^https?:\/\/[^\s/\\?#]+(?:\/[^\s\\?#]*)?$/i.test(text) &&
    /^[/?#]/.test(follows) &&
    URL.canParse(text);
  if (isScheme || isBase) return text;
  throw new Misfit(
    `${template} begins the URL and gives no address such as https://example.com without a "?" or "#". Write scheme and host in full.`,
  );
}

/** Refuses segments of the path that templates leave empty or make lead elsewhere: those cannot be encoded. */
function checkSegments(pieces: readonly Piece[], written: readonly string[]): void {
  const marked = written
    .map((text, index) => (typeof pieces[index] === "string" ? text : MARK + text))
    .join("")
    .replace(LEFT_OUT, "")
    .replace(/^[\0- ]+/, "");
  const base = UP_TO_PATH.exec(marked)?.[0];
  if (base === undefined) return;
  const [path = ""] = marked.slice(base.length).split(/[?#]/, 1);
  for (const segment of path.split(/[/\\]/)) {
    const text = segment.replaceAll(MARK, "");
    if (segment === text) continue;
    if (text === "")
      throw new Misfit(
        `${templatesOf(pieces)} is empty where the URL needs a part of its path, so that another address would be called.`,
      );
    if (DOTS.test(text))
      throw new Misfit(
        `${templatesOf(pieces)} gives dots alone as a part of the URL's path, which would lead to another address.`,
      );
  }
}

function templatesOf(pieces: readonly Piece[]): string {
  const named = pieces.flatMap((piece) => (typeof piece === "string" ? [] : [piece.template]));
  return named.length === 1 ? (named[0] ?? "") : `One of ${named.join(", ")}`;
}
