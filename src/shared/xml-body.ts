import { SaxesParser } from "saxes";
import { charsetOf, decodeText } from "./content-type.ts";
import { AppError } from "./errors.ts";
import { toFields } from "./form-fields.ts";
import type { Json, JsonObject } from "./json.ts";
import { nextTurn } from "./next-turn.ts";

/** Elements within each other. What people and programs write has a dozen. */
const MAX_DEPTH = 100;
/** Elements and attributes of one document. */
const MAX_NODES = 100_000;
/** Characters that are read in one turn of the event loop. */
const CHUNK = 100_000;

/**
 * Reads XML as data: an object with the root element by its name. An element that holds text alone is that text; any other is an
 * object of its elements by name, with its attributes as `@name` and its text, if there is any besides, as `#text`. A name that is
 * repeated among the elements of one element gives the list of them, in order. White space between elements, comments and
 * processing instructions are left out. Names are taken as they are written, with their prefixes.
 *
 * Entities are those of XML alone (`&amp;`, `&#38;`): a document type declaration, which could define others, is refused.
 *
 * @param header - the `Content-Type`.
 * @throws {AppError} `json_malformed` with line and column for what is no well-formed XML, `body_too_large` for too many elements
 *   or too deep ones.
 */
export async function parseXmlBody(body: Uint8Array, header: string): Promise<JsonObject> {
  const text = decodeText(body, charsetOf(body, header), "The body");
  const reader = createReader();
  for (let at = 0; at < text.length; at += CHUNK) {
    reader.write(text.slice(at, at + CHUNK));
    if (text.length > CHUNK) await nextTurn();
  }
  return reader.end();
}

interface Element {
  readonly name: string;
  readonly members: (readonly [name: string, value: Json])[];
  readonly texts: string[];
}

function createReader() {
  const parser = new SaxesParser();
  const open: Element[] = [{ name: "", members: [], texts: [] }];
  let nodes = 0;
  const count = (): void => {
    nodes += 1;
    if (nodes > MAX_NODES) throw tooLarge(`more than ${MAX_NODES} elements and attributes`);
  };
  parser.on("error", (error) => {
    throw malformed(parser, error.message.replace(/^[\d:]+ /, ""));
  });
  parser.on("doctype", () => {
    throw malformed(parser, "a document type declaration (<!DOCTYPE …>) is not taken");
  });
  parser.on("attribute", count);
  parser.on("opentag", ({ name, attributes }) => {
    count();
    if (open.length > MAX_DEPTH) throw tooLarge(`elements that are more than ${MAX_DEPTH} deep`);
    const members = Object.entries(attributes).map(([key, value]) => [`@${key}`, value] as const);
    open.push({ name, members, texts: [] });
  });
  const addText = (text: string): void => void open.at(-1)?.texts.push(text);
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const element = open.pop();
    if (element) open.at(-1)?.members.push([element.name, valueOf(element)]);
  });
  return {
    write: (text: string): void => void parser.write(text),
    end(): JsonObject {
      parser.close();
      return toFields(open[0]?.members ?? []);
    },
  };
}

function valueOf({ members, texts }: Element): Json {
  const text = texts.join("");
  if (members.length === 0) return text;
  const isBlank = text.trim() === "";
  return toFields(isBlank ? members : [...members, ["#text", text] as const]);
}

function malformed({ line, column }: SaxesParser, why: string): AppError {
  const reason = why.trim().replace(/\.$/, "");
  return new AppError({
    code: "json_malformed",
    message: `The body is not XML that can be taken: line ${line}, column ${column}: ${reason}.`,
    details: { line, column },
  });
}

function tooLarge(what: string): AppError {
  return new AppError({
    code: "body_too_large",
    message: `The XML has ${what}. Send less at once.`,
  });
}
