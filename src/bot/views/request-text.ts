import type { Button, KnownBlock, SectionBlock } from "@slack/types";
import type { ExecutionView, RequestView } from "../../engine/api/executions.ts";
import { cut, LIMITS, splitText } from "../../slack/limits.ts";
import { escapeText } from "../../slack/text.ts";
import { toShowValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, fields, section, sections } from "./blocks/build.ts";
import { type CardContext, isCutOnCard, showInput, showInputs } from "./card-context.ts";
import { releasePieces } from "./request-releases.ts";
import { viewAsOf } from "./view-as-of.ts";

/** A longer title is cut in the headline and stands whole below it. */
const HEADLINE_CHARS = 150;

/**
 * What a card shows of title and message; the rest is behind the button. Slack refuses a message whose blocks together have
 * more than some 12,000 characters (`msg_blocks_too_long`), the other parts of the card among them.
 */
const CARD_CHARS = 2 * LIMITS.sectionText;

/** Part of what is asked, as a card shows it. */
export interface ShownPart {
  readonly blocks: readonly KnownBlock[];
  /** Nothing of it was left out. */
  readonly isWhole: boolean;
}

/** The title in one line of mrkdwn. */
export function headlineOf(
  view: ExecutionView,
  request: RequestView,
  context: CardContext,
): string {
  return cut(titleOf(view, request, context).replaceAll(/\s+/g, " ").trim(), HEADLINE_CHARS);
}

/** The message of a request, whole, with people named; empty: it has none. */
export function messageOf(view: ExecutionView, request: RequestView, context: CardContext): string {
  return nameIds(escapeText(request.opened.message.trim()), peopleOf(view, request, context));
}

/** Title, if the headline had to cut it, and message. */
export function questionPart(
  view: ExecutionView,
  request: RequestView,
  context: CardContext,
): ShownPart {
  return firstOf(questionPieces(view, request, context), CARD_CHARS);
}

/** What the decision releases, as code renders it. */
export function releasesPart(request: RequestView, context: CardContext): ShownPart {
  return firstOf(releasePieces(request, context), LIMITS.sectionText);
}

/** The first pieces, as many as fit. @param most - characters of all. */
function firstOf(pieces: readonly string[], most: number): ShownPart {
  const shown: string[] = [];
  let left = most;
  for (const piece of pieces) {
    if (piece.length > left) break;
    shown.push(piece);
    left -= piece.length;
  }
  return { blocks: shown.map(paragraph), isWhole: shown.length === pieces.length };
}

/** The run's inputs, the first ones and each as far as it fits. */
export function inputsPart(view: ExecutionView, context: CardContext): ShownPart {
  const inputs = context.shownInputs(view);
  // One field is the workflow's name.
  const isWhole = inputs.length < LIMITS.sectionFieldsCount && !inputs.some(isCutOnCard);
  const pairs: [string, string][] = [
    ["Workflow", escapeText(view.workflowName)],
    ...showInputs(view, context),
  ];
  return { blocks: fields(pairs), isWhole };
}

/** Says that the card does not show everything, with the button that does. */
export function showAllBlock(
  view: ExecutionView,
  request: RequestView,
  isOpen: boolean,
): SectionBlock {
  const text = isOpen
    ? ":mag: *This card shows only a part of what is asked.* Read all of it first."
    : ":mag: This card shows only a part of what was asked.";
  return {
    ...section(text),
    accessory: showAllButton(view.executionId, request.opened.id),
  };
}

/** Opens everything that a request asks in a dialog. */
export function showAllButton(executionId: string, requestId: string): Button {
  return button({
    actionId: ACTION_IDS.showRequest,
    label: "Show all",
    value: toShowValue({ e: executionId, r: requestId }),
  });
}

/** Everything that is asked, with nothing left out: title, message, what is released and the run's inputs. */
export function wholeRequest(
  view: ExecutionView,
  request: RequestView,
  context: CardContext,
): KnownBlock[] {
  return wholePieces(view, request, context).map(paragraph);
}

/** The same in as few blocks as it fits into. */
export function denseRequest(
  view: ExecutionView,
  request: RequestView,
  context: CardContext,
): KnownBlock[] {
  return sections(wholePieces(view, request, context)).map((block) => ({ ...block, expand: true }));
}

/** Everything that is asked: title, message, what is released and the run's inputs. */
function wholePieces(now: ExecutionView, request: RequestView, context: CardContext): string[] {
  const view = viewAsOf(now, request.opened.openedAt);
  const inputs = context.shownInputs(view).flatMap((input) => {
    const value = wholeValue(input.value) ?? showInput(input, Number.POSITIVE_INFINITY);
    return splitText(`*${escapeText(input.label)}*\n${value}`, LIMITS.sectionText);
  });
  const pieces = [
    `*${headlineOf(view, request, context)}*`,
    ...questionPieces(view, request, context),
    ...releasePieces(request, context),
    ...inputs,
  ];
  return pieces;
}

/** Text with its lines; the rest is shown as on a card. */
function wholeValue(value: unknown): string | null {
  const isLines = typeof value === "string" && value.includes("\n");
  return isLines ? escapeText(value) : null;
}

/** Title and message as sections take them. The title only where the headline cuts it. */
function questionPieces(view: ExecutionView, request: RequestView, context: CardContext): string[] {
  const { message } = request.opened;
  const title = titleOf(view, request, context);
  const texts = [
    ...(title.length > HEADLINE_CHARS ? [`*Title:* ${title}`] : []),
    ...(message.trim() === ""
      ? []
      : [nameIds(escapeText(message), peopleOf(view, request, context))]),
  ];
  return texts.flatMap((text) => splitText(text, LIMITS.sectionText));
}

function titleOf(view: ExecutionView, request: RequestView, context: CardContext): string {
  return nameIds(escapeText(request.opened.title), peopleOf(view, request, context));
}

/**
 * Ids that are certainly people's: a text of capitals and digits may as well be the number of an invoice, which must not
 * become an unknown person.
 */
function peopleOf(
  view: ExecutionView,
  { opened, votes }: RequestView,
  context: CardContext,
): ReadonlySet<unknown> {
  const given = context.shownInputs(view).filter(({ names }) => names === "user");
  return new Set<unknown>([
    view.trigger.userId,
    ...opened.approvers,
    ...opened.excluded,
    ...votes.map((vote) => vote.by),
    ...given.map(({ value }) => value),
  ]);
}

/** Names people where escaped text has their bare ids, or mentions that were escaped. */
function nameIds(text: string, people: ReadonlySet<unknown>): string {
  return text.replaceAll(
    /&lt;@([UW][A-Z0-9]+)(?:\|[^&]*)?&gt;|\b([UW][A-Z0-9]+)\b/g,
    (found, mentioned: string | undefined, bare: string | undefined) => {
      const id = mentioned ?? bare;
      return people.has(id) ? `<@${id}>` : found;
    },
  );
}

function paragraph(text: string): SectionBlock {
  // Sections are otherwise folded after some lines.
  return { ...section(text), expand: true };
}
