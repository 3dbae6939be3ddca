import { beginningOf } from "../shared/shorten.ts";

/** Slack's limits, in characters unless the name says otherwise. Where sources disagree the stricter number is used. */
export const LIMITS = {
  messageText: 4000,
  messageBlocks: 50,
  homeBlocks: 100,
  viewBlocks: 100,
  /** Of a view's JSON; Slack takes 250 kB. */
  viewBytes: 200_000,
  modalTitle: 24,
  privateMetadata: 3000,
  header: 150,
  sectionText: 3000,
  sectionField: 2000,
  sectionFieldsCount: 10,
  contextElementsCount: 10,
  contextText: 2000,
  actionsElementsCount: 25,
  buttonText: 75,
  buttonValue: 2000,
  optionText: 75,
  /** https://docs.slack.dev/reference/block-kit/composition-objects/option-object */
  optionValue: 150,
  optionsCount: 100,
  viewTitle: 24,
  /** https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element */
  placeholder: 150,
  /** https://docs.slack.dev/reference/block-kit/blocks/image-block */
  altText: 2000,
  inputLabel: 2000,
  inputText: 3000,
  confirmTitle: 100,
  confirmText: 300,
} as const;

/**
 * Cuts text to at most `limit` characters and shows that it did.
 *
 * Never within a surrogate pair, an entity (`&amp;`) or a mention (`<@U1>`): half of one would be shown as garbage, and
 * `<` alone may swallow what follows.
 */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  let kept = beginningOf(text, limit - 1);
  const openEntity = /&[a-z]{0,3}$/.exec(kept);
  if (openEntity) kept = kept.slice(0, openEntity.index);
  const open = kept.lastIndexOf("<");
  if (open > kept.lastIndexOf(">")) kept = kept.slice(0, open);
  return `${kept.trimEnd()}…`;
}

/**
 * Text in pieces of at most `limit` characters, nothing lost, rather at the end of a line or a word than within one.
 *
 * As with {@link cut} no surrogate pair, entity or mention is torn.
 */
export function splitText(text: string, limit: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (rest.length > limit) {
    const end = endOfPiece(rest, limit);
    pieces.push(rest.slice(0, end));
    rest = rest.slice(end);
  }
  return [...pieces, rest];
}

/** Where a piece ends: after a line break or a space of its second half if there is one. */
function endOfPiece(text: string, limit: number): number {
  let kept = beginningOf(text, limit);
  const openEntity = /&[a-z]{0,3}$/.exec(kept);
  if (openEntity) kept = kept.slice(0, openEntity.index);
  const open = kept.lastIndexOf("<");
  if (open > 0 && open > kept.lastIndexOf(">")) kept = kept.slice(0, open);
  for (const mark of ["\n", " "]) {
    const at = kept.lastIndexOf(mark);
    if (at >= kept.length / 2) return at + 1;
  }
  return kept.length;
}
