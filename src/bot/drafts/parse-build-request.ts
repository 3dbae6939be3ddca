import { replaceLinks, unescapeText } from "../../slack/text.ts";

/** `please build me a`, `can you make us a`, `create a`. */
const OPENING =
  /^(?:hi|hello|hey)?[\s,!.]*(?:please\s+|(?:can|could|would)\s+you\s+(?:please\s+)?)?(?:build|make|create)\s+(?:(?:me|us)\s+)?(?=(?:an?\s+|another\s+|the\s+)?(?:[\p{L}\d-]+\s+){0,4}?workflow\b)/iu;

/** Nothing but the word itself: there is nothing to go by. */
const BARE =
  /^(?:an?\s+|another\s+|the\s+)?(?:new\s+)?workflow\b[\s.,:!?]*(?:that|which|to|for|please)?[\s.,:!?…]*$/i;

/**
 * Reads `build me a workflow that …` without asking any model.
 *
 * @param text - as people read it, see {@link readPlain}.
 * @returns the description, empty if there is none; `null` for every other message.
 */
export function parseBuildRequest(text: string): string | null {
  const said = text.trimStart();
  const opening = OPENING.exec(said);
  if (opening === null) return null;
  const rest = said.slice(opening[0].length).trim();
  return BARE.test(rest) ? "" : rest;
}

/** A message for a model that knows no ids: channels and groups by name, people by id, links as addresses. */
export function readPlain(text: string): string {
  const plain = text
    .replaceAll(/<#([A-Z0-9]+)(?:\|([^<>]*))?>/g, (_whole, id: string, name?: string) =>
      name ? `#${name}` : id,
    )
    .replaceAll(/<@([A-Z0-9]+)(?:\|[^<>]*)?>/g, "$1")
    .replaceAll(/<!subteam\^([A-Z0-9]+)(?:\|([^<>]*))?>/g, (_whole, id: string, name?: string) =>
      name ? `@${name.replace(/^@/, "")}` : id,
    );
  return unescapeText(replaceLinks(plain, (_whole, target) => target)).trim();
}
