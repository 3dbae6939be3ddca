import { isJsonObject, type Json } from "../../shared/json.ts";

/** A target in angle brackets, and its parameters, whose texts may be quoted (https://www.rfc-editor.org/rfc/rfc8288#section-3). */
const LINK = /<([^<>]*)>((?:\s*;\s*[\w*!#$&+.^`|~-]+(?:\s*=\s*(?:"[^"]*"|[^\s",;]*))?)*)/g;
const RELATION = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s",;]*))/i;

/** The target of the first link of a relation in the `Link` headers of an answer. */
export function linkTo(relation: string, headers: Json): string | undefined {
  const given = isJsonObject(headers) ? headers["link"] : undefined;
  const text = Array.isArray(given) ? given.join(", ") : given;
  if (typeof text !== "string") return undefined;
  for (const [, target, parameters = ""] of text.matchAll(LINK)) {
    const [, quoted, bare] = RELATION.exec(parameters) ?? [];
    const relations = (quoted ?? bare ?? "").toLowerCase().split(/\s+/);
    if (relations.includes(relation)) return target;
  }
  return undefined;
}
