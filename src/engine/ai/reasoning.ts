/*
 * What models think aloud before they answer. It belongs in no message. Providers set it apart in many spellings, and models
 * forget half of a pair; a text may also speak about such tags, and then they are a part of it.
 */

const NAMES =
  "(?:\\w{1,10}:)?(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad|analysis|inner_monologue|chain_of_thought)";

/** `<think>`, `[THINK]`, `◁think▷`, `<|begin_of_thought|>` and what closes them. */
const OPENING = `<${NAMES}(?:\\s[^<>]{0,100})?>|\\[${NAMES}\\]|◁${NAMES}▷|<\\|(?:begin_of_)?${NAMES}\\|>`;
const CLOSING = `</${NAMES}\\s*>|\\[/${NAMES}\\]|◁/${NAMES}▷|<\\|(?:/|end_of_)${NAMES}\\|>`;
const TAG = new RegExp(`(?<closing>${CLOSING})|(?:${OPENING})`, "giu");

/** An answer without its reasoning. */
export interface Unreasoned {
  readonly text: string;
  /** Tags of reasoning stand in the middle of the text: whether it speaks about them or thinks there is unknown. */
  readonly isUnclear: boolean;
}

/** Takes the reasoning off an answer. What is left is empty when there was nothing else. */
export function withoutReasoning(answer: string): Unreasoned {
  // No model thinks so often; each block is looked for in all that is left.
  if (hasMoreTags(answer, MAX_TAGS)) return { text: answer.trim(), isUnclear: true };
  const text = cutLeading(finalChannel(answer.replace(/^\uFEFF/, "").trim()));
  return { text, isUnclear: tagsIn(text).some(({ isOwn }) => isOwn) };
}

/** Tags of reasoning in one answer. */
const MAX_TAGS = 200;

function hasMoreTags(text: string, limit: number): boolean {
  let count = 0;
  for (const _tag of text.matchAll(TAG)) {
    count += 1;
    if (count > limit) return true;
  }
  return false;
}

/** The final channel of an answer in OpenAI's harmony format, with its tokens or with the names alone that are left of them. */
function finalChannel(text: string): string {
  if (
    /^(?:<\|start\|>\s*assistant\s*)?<\|channel\|>|^(?:analysis|commentary)\s*<\|message\|>/.test(
      text,
    )
  ) {
    const final = [...text.matchAll(/<\|channel\|>\s*final\b[^<]*<\|message\|>/g)].at(-1);
    if (final === undefined) return "";
    const rest = text.slice(final.index + final[0].length);
    return (rest.split(/<\|(?:end|return|start|call)\|>/)[0] ?? "").trim();
  }
  const bare = /^analysis(?=[\p{Lu}\n])[\s\S]*?(?:assistant)final(?=[\s\p{Lu}{["'\p{N}])/u.exec(
    text,
  );
  return bare === null ? text : text.slice(bare[0].length).trim();
}

interface Tag {
  readonly start: number;
  readonly isClosing: boolean;
  readonly end: number;
  /** It stands as no sentence would speak about it: on a line of its own, at the edge of one, or between two words without a blank. */
  readonly isOwn: boolean;
}

function* tagsIn(text: string): Generator<Tag> {
  const isCode = createCodeTest(text);
  let isMentioned = false;
  for (const match of text.matchAll(TAG)) {
    const [start, end] = [match.index, match.index + match[0].length];
    const [before, after] = [endingAt(text, start), text.slice(end, end + MARGIN)];
    if (isQuoted(before, after) || isCode(start, end)) continue;
    const isClosing = match.groups?.["closing"] !== undefined;
    // A sentence that speaks of a closing tag has blanks around it, or has spoken of the opening one.
    const isOwn: boolean = isClosing
      ? isGlued(before, after) || (!isMentioned && isEnding(before, after))
      : isGlued(before, after) || /(?:^|\n|[.!?])[ \t]*$/.test(before);
    yield { start, end, isClosing, isOwn };
    isMentioned ||= !isClosing && !isOwn;
  }
}

function isQuoted(before: string, after: string): boolean {
  return /["'“‘«]$/.test(before) && /^["'”’»]/.test(after);
}

/** Whether a place lies within code; to be asked of places in their order. */
function createCodeTest(text: string): (start: number, end: number) => boolean {
  const code = codeIn(text);
  let next = 0;
  return (start, end) => {
    while ((code[next]?.end ?? Number.POSITIVE_INFINITY) < end) next += 1;
    return start >= (code[next]?.start ?? Number.POSITIVE_INFINITY);
  };
}

/** Characters on either side of a tag that say how it stands. */
const MARGIN = 200;

/** What stands before a place; a word stands for what is further away. */
function endingAt(text: string, end: number): string {
  return end <= MARGIN ? text.slice(0, end) : `…${text.slice(end - MARGIN, end)}`;
}

function isGlued(before: string, after: string): boolean {
  const isAlone = /(?:^|\n)[ \t]*$/.test(before) && /^[ \t]*(?:\n|$)/.test(after);
  return isAlone || (ENDS_IN_WORD.test(before) && /^[\p{L}\p{N}{["*]/u.test(after));
}

function isEnding(before: string, after: string): boolean {
  return /^(?:[ \t]*(?:\n|$)|[\p{L}\p{N}{["*])/u.test(after) || ENDS_IN_WORD.test(before);
}

const ENDS_IN_WORD = /[\p{L}\p{N}.!?,;:)]$/u;

/** Code within a text, fenced or between back quotes: what stands there is shown, not meant. */
function codeIn(text: string): readonly { readonly start: number; readonly end: number }[] {
  return [...text.matchAll(/`{3,}[\s\S]*?`{3,}|`[^`\n]+`/g)].map(({ index, 0: found }) => ({
    start: index,
    end: index + found.length,
  }));
}

/** Blocks of reasoning that are cut at most; what has more is no answer. */
const MAX_BLOCKS = 20;

/** Cuts blocks of reasoning at the start, and all before a closing tag that has no opening one. */
function cutLeading(text: string, left = MAX_BLOCKS): string {
  if (left === 0) return text;
  // Quotes around the tags of a block do not occur; code within it does, so all its tags count.
  const opening = new RegExp(`^(?:${OPENING})`, "iu").exec(text);
  if (opening !== null) {
    const end = endOfBlock(text);
    return isSentence(text, opening[0].length, end)
      ? text
      : cutLeading(text.slice(end).trim(), left - 1);
  }
  const [first] = tagsIn(text);
  if (first === undefined || !first.isClosing || !first.isOwn) return unwrap(text);
  return cutLeading(text.slice(first.end).trim(), left - 1);
}

/** Where the block that a text begins with ends: at the closing tag that belongs to it, else at the last one, else nowhere. */
function endOfBlock(text: string): number {
  let depth = 0;
  let last = text.length;
  for (const match of text.matchAll(TAG)) {
    const isClosing = match.groups?.["closing"] !== undefined;
    depth += isClosing ? -1 : 1;
    if (isClosing) last = match.index + match[0].length;
    if (depth === 0) return last;
  }
  return last;
}

/** Whether a block could be a sentence about tags: `<think> begins it and </think> ends it.` */
function isSentence(text: string, start: number, end: number): boolean {
  const block = text.slice(start, end);
  return /^ [^\n]* \S+$/.test(block) && block.endsWith(">") && /^ [^\n]/.test(text.slice(end));
}

/** The answer that some models set between tags of its own. */
function unwrap(text: string): string {
  const inner =
    /^<answer>([\s\S]*)<\/answer>$/i.exec(text)?.[1] ??
    /^<\|begin_of_solution\|>([\s\S]*?)(?:<\|end_of_solution\|>)?$/.exec(text)?.[1];
  return inner === undefined ? text : inner.trim();
}
