import { isJsonObject, type JsonObject } from "../json.ts";
import { escapeHtml } from "../markup.ts";
import { isJsonText, jsonPlace } from "./json-place.ts";
import { asIs, type Place, plain, textOf } from "./place.ts";
import { encodeComponent } from "./url-place.ts";

/** A form: `a={{variables.a}}&b=1`. */
const formPlace: Place = {
  name: "a form",
  write: (pieces) =>
    pieces.map((piece) =>
      typeof piece === "string" ? piece : encodeComponent(textOf(piece.value)),
    ),
};

/** XML or HTML: values are text there, also in a section of CDATA, where nothing is escaped and only its end has to be parted. */
const xmlPlace: Place = {
  name: "XML",
  write: (pieces) => {
    let isInSection = false;
    return pieces.map((piece) => {
      if (typeof piece !== "string") {
        const text = textOf(piece.value);
        return isInSection ? text.replaceAll("]]>", "]]]]><![CDATA[>") : escapeHtml(text);
      }
      const [opens, closes] = [piece.lastIndexOf("<![CDATA["), piece.lastIndexOf("]]>")];
      if (opens >= 0 || closes >= 0) isInSection = opens > closes;
      return piece;
    });
  },
};

/** JSON, if what the definition says of it is, and else text. */
const jsonOrText: Place = {
  name: "JSON text or text",
  write: (pieces) => (isJsonText(pieces) ? jsonPlace.write(pieces) : pieces.map(asIs)),
  misplaced(pieces) {
    const [first] = pieces;
    const seemsJson = typeof first === "string" && /^\s*(?:\{\s*"|\[\s*[[{"])/.test(first);
    if (!seemsJson || isJsonText(pieces)) return null;
    return {
      message: "begins like JSON, and is none with values in place of its {{…}}",
      fix: 'Give an object instead of a text, or correct the JSON. If it is meant as text, say so: "headers": {"Content-Type": "text/plain"}.',
    };
  },
};

/** A value in each line, as the bulk requests of Elasticsearch take them. */
const LINES_OF_JSON = /\/(?:x-)?(?:ndjson|jsonl|json-lines)\b/i;

/** A text within an object or a list, which is encoded afterwards as a whole. */
const textWithin: Place = { name: jsonOrText.name, write: jsonOrText.write };

/**
 * The place that a body written as a text is, by the `Content-Type` of the request: JSON, a form, XML or HTML, or text. Without
 * one, or with one that comes from a template, what begins like JSON is JSON.
 */
export function bodyPlace({ headers, body }: JsonObject): Place {
  if (typeof body === "object") return textWithin;
  const type = contentTypeOf(headers);
  if (type === null) return jsonOrText;
  if (/[/+]json\b/i.test(type)) return jsonOrText;
  if (LINES_OF_JSON.test(type)) return jsonPlace;
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) return formPlace;
  return /[/+](?:xml|html)\b/i.test(type) ? xmlPlace : plain;
}

function contentTypeOf(headers: unknown): string | null {
  if (!isJsonObject(headers)) return null;
  const found = Object.entries(headers).find(([name]) => /^\s*content-type\s*$/i.test(name))?.[1];
  return typeof found === "string" && !found.includes("{{") ? found : null;
}
