import { decodeEscapes, MappedText, toSmall } from "./escapes.ts";
import { isJsonObject, type Json } from "./json.ts";

/** Puts a placeholder in place of secrets. */
export interface SecretMask {
  /** The text without them. */
  text(text: string): string;
  /** The value without them, the names of members included; the value itself if it holds none. */
  json(value: Json): Json;
}

/** Shorter values occur in everyday text: hiding them would garble it and protect nothing. */
export const MIN_SECRET_LENGTH = 8;

/** What is written over and over again is decoded so often: JSON within JSON within a URL, and once more. */
const MAX_LAYERS = 4;

/**
 * Makes a mask for secrets. It finds them in whatever case, with white space or unseen characters between, encoded for a URL (also `+` for a blank),
 * JSON, HTML or as numbers of characters, each several times over and mixed, in hexadecimal, as a list of bytes, in
 * quoted-printable, and in base64 and base64url at whatever place of a longer text, also twice; in a value also where they are split over texts or names that follow one
 * another, over the texts of one name in the objects of a list, or over a name and its text. It does not find what was turned
 * round, hashed, compressed, encrypted, or encoded by several of the last ways.
 *
 * Linear in the length of what it reads: 1 MB and 20 secrets take some 50 ms.
 *
 * @param secrets - those of fewer than {@link MIN_SECRET_LENGTH} characters are not hidden.
 * @param placeholder - what stands in their place.
 */
export function createSecretMask(secrets: readonly string[], placeholder = "[secret]"): SecretMask {
  const forms = new Map<string, Form>();
  const hidden = [...new Set(secrets.filter(({ length }) => length >= MIN_SECRET_LENGTH))];
  for (const secret of hidden) for (const form of formsOf(secret)) forms.set(form.text, form);
  const texts = [...forms.keys()]
    .filter(({ length }) => length >= MIN_SECRET_LENGTH)
    .toSorted((a, b) => b.length - a.length);
  if (texts.length === 0) return { text: (text) => text, json: (value) => value };
  const pattern = new RegExp(texts.map(RegExp.escape).join("|"), "g");
  const isBase64 = (text: string): boolean => forms.get(text)?.isBase64 === true;
  const find = (text: string): readonly Range[] => rangesIn(text, { pattern, isBase64 });
  return {
    text: (text) => blot(text, find(text), placeholder),
    json: (value) => maskValue(value, find, placeholder),
  };
}

/** A way to write a secret: in lower case and without white space, as texts are compared. */
interface Form {
  readonly text: string;
  readonly isBase64: boolean;
}

function formsOf(secret: string): readonly Form[] {
  const bytes = Buffer.from(secret, "utf8");
  const plain = bytesInWords(bytes);
  // Of a secret with escapes of its own, decoding leaves something else.
  for (let text = secret, layer = 0; layer < MAX_LAYERS; layer += 1) {
    plain.push(text, text.replaceAll(" ", "+"));
    text = decodeEscapes(text);
  }
  if (/[^\p{ASCII}]/u.test(secret))
    plain.push(secret.normalize("NFC"), secret.normalize("NFD"), bytes.toString("latin1"));
  return [
    ...base64Of(secret).map((text) => ({ text: comparable(text), isBase64: true })),
    ...plain.map((text) => ({ text: comparable(text), isBase64: false })),
  ];
}

/** Bytes in hexadecimal, as programs write them, in mail (quoted-printable) and as a list of numbers. */
function bytesInWords(bytes: Buffer): string[] {
  const pairs = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  const mail = pairs.map((pair, at) => {
    const byte = bytes[at] ?? 0;
    return byte === 0x3d || byte < 0x20 || byte > 0x7e ? `=${pair}` : String.fromCharCode(byte);
  });
  const hex = [
    pairs.join(""),
    pairs.join(":"),
    pairs.join("-"),
    pairs.map((pair) => `\\x${pair}`).join(""),
  ];
  return [...hex, mail.join(""), bytes.join(","), bytes.join("")];
}

/** In the encodings that programs give to base64, and in base64 of base64. */
function base64Of(secret: string): readonly string[] {
  const encodings = [
    "utf8",
    "utf16le",
    ...(/[^\p{ASCII}]/u.test(secret) ? ["latin1" as const] : []),
  ] as const;
  const once = encodings.flatMap((encoding) => shifted(Buffer.from(secret, encoding)));
  const twice = shifted(Buffer.from(secret)).flatMap((text) => shifted(Buffer.from(text)));
  return [...once, ...twice].flatMap((text) => [
    text,
    text.replaceAll("+", "-").replaceAll("/", "_"),
  ]);
}

const shifted = (bytes: Buffer): readonly string[] =>
  [0, 1, 2].map((offset) => base64At(bytes, offset));

/** The characters of base64 that come from the secret alone, when it stands at an offset within a longer text. */
export function base64At(bytes: Buffer, offset: number): string {
  const all = Buffer.concat([Buffer.alloc(offset), bytes]);
  const first = Math.ceil((offset * 8) / 6);
  const last = Math.floor((all.length * 8) / 6);
  return all.toString("base64").slice(first, last);
}

function comparable(text: string): string {
  return toSmall(text.replaceAll(/[\s\p{Cf}]+/gu, ""));
}

/** The value with every text of it, names included, as `map` gives it. */
export function mapTexts(value: Json, map: (text: string) => string): Json {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item: Json) => mapTexts(item, map));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [map(name), mapTexts(member, map)]),
  );
}

/** From where to where in a text. */
type Range = readonly [start: number, end: number];

interface Search {
  readonly pattern: RegExp;
  readonly isBase64: (match: string) => boolean;
}

/** Where secrets stand in a text, in order and apart from each other. */
function rangesIn(text: string, search: Search): readonly Range[] {
  let layer = text;
  for (let layers = 0; layers < MAX_LAYERS; layers += 1) {
    if (comparable(layer).search(search.pattern) >= 0) return locate(text, search);
    const next = decodeEscapes(layer);
    if (next === layer) return [];
    layer = next;
  }
  return [];
}

/** The same with places, which cost more than to see that there is nothing. */
function locate(text: string, { pattern, isBase64 }: Search): readonly Range[] {
  const found: Range[] = [];
  let layer = MappedText.of(text);
  for (let layers = 0; layers < MAX_LAYERS; layers += 1) {
    const { text: folded, starts, ends } = layer.folded();
    for (const { index, 0: match } of folded.matchAll(pattern)) {
      const start = starts[index] ?? 0;
      const end = ends[index + match.length - 1] ?? text.length;
      found.push(isBase64(match) ? widen(text, start, end) : [start, end]);
    }
    const next = layer.decoded();
    if (next === layer) break;
    layer = next;
  }
  // Seen as a whole and not found again: better no text than a secret.
  return found.length === 0 ? [[0, text.length]] : merge(found);
}

/** The characters of base64 on both sides may hold a part of the secret too. */
function widen(text: string, start: number, end: number): Range {
  const before = /[\w+/-]{0,2}$/.exec(text.slice(Math.max(0, start - 2), start))?.[0] ?? "";
  const after = /^[\w+/-]{0,2}={0,2}/.exec(text.slice(end, end + 4))?.[0] ?? "";
  return [start - before.length, end + after.length];
}

function merge(ranges: readonly Range[]): readonly Range[] {
  const merged: [number, number][] = [];
  for (const [start, end] of ranges.toSorted(([a], [b]) => a - b)) {
    const last = merged.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else merged.push([start, end]);
  }
  return merged;
}

function blot(text: string, ranges: readonly Range[], placeholder: string): string {
  let shown = "";
  let at = 0;
  for (const [start, end] of ranges) {
    shown += text.slice(at, start) + placeholder;
    at = end;
  }
  return shown + text.slice(at);
}

/** A text of a value: a name, a text or a number. */
interface Leaf {
  readonly kind: "name" | "value";
  readonly text: string;
  /** The names that lead to it; positions in lists are left out. */
  readonly way: string;
}

function maskValue(
  value: Json,
  find: (text: string) => readonly Range[],
  placeholder: string,
): Json {
  const leaves = leavesOf(value);
  const masked = new Map<Leaf, Range[]>();
  for (const row of rowsOf(leaves)) {
    // White space between them takes no part in the comparison, and keeps apart what is beside a secret.
    const ranges = find(row.map(({ text }) => text).join("\n"));
    if (ranges.length > 0) spread(row, ranges, masked);
  }
  if (masked.size === 0) return value;
  const texts = leaves.map((leaf) => {
    const ranges = masked.get(leaf);
    return ranges && blot(leaf.text, merge(ranges), placeholder);
  });
  return rebuild(value, texts.values());
}

/** The orders in which a secret that is split may be read. */
function rowsOf(leaves: readonly Leaf[]): readonly (readonly Leaf[])[] {
  const values = leaves.filter(({ kind }) => kind === "value");
  const names = leaves.filter(({ kind }) => kind === "name");
  if (names.length === 0) return [values];
  const byWay = Map.groupBy(values, ({ way }) => way);
  return [values, names, leaves, ...(byWay.size > 1 ? [[...byWay.values()].flat()] : [])];
}

/** Takes ranges in a row of leaves to the leaves. */
function spread(row: readonly Leaf[], ranges: readonly Range[], masked: Map<Leaf, Range[]>): void {
  const left = ranges.values();
  let range = left.next().value;
  let start = 0;
  for (const leaf of row) {
    const end = start + leaf.text.length;
    while (range && range[0] < end) {
      const own: Range = [Math.max(range[0] - start, 0), Math.min(range[1], end) - start];
      const known = masked.get(leaf);
      if (known) known.push(own);
      else masked.set(leaf, [own]);
      if (range[1] > end) break;
      range = left.next().value;
    }
    start = end + 1;
  }
}

function leavesOf(value: Json): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (part: Json, way: string): void => {
    if (typeof part === "string" || typeof part === "number")
      leaves.push({ kind: "value", text: String(part), way });
    else if (Array.isArray(part)) for (const item of part as readonly Json[]) visit(item, way);
    else if (isJsonObject(part)) {
      for (const name of Object.keys(part)) {
        leaves.push({ kind: "name", text: name, way });
        visit(part[name] ?? null, `${way}\n${name}`);
      }
    }
  };
  visit(value, "");
  return leaves;
}

/** The value with other texts in the order of its leaves; `undefined` for one that stays. */
function rebuild(value: Json, texts: Iterator<string | undefined>): Json {
  const next = (): string | undefined => texts.next().value;
  const visit = (part: Json): Json => {
    if (typeof part === "string" || typeof part === "number") return next() ?? part;
    if (Array.isArray(part)) return part.map(visit);
    if (!isJsonObject(part)) return part;
    return Object.fromEntries(
      Object.entries(part).map(([name, member]) => [next() ?? name, visit(member)]),
    );
  };
  return visit(value);
}
