import type { ActionsBlock, KnownBlock } from "@slack/types";
import type { RequestView } from "../../engine/api/executions.ts";
import {
  currentEdits,
  type Edit,
  type EditableField,
  isOutOfRounds,
  type RequestNote,
} from "../../engine/model/requests.ts";
import type { Vote } from "../../engine/model/state.ts";
import { counted } from "../../shared/counted.ts";
import { escapeText, mentionPerson, showTime, showValue } from "../../slack/text.ts";
import { toRequestValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, contextBlock, sections } from "./blocks/build.ts";
import type { CardContext } from "./card-context.ts";

const VALUE_CHARS = 300;

/** Which item of which list is asked about, and how often it came back. Empty for most requests. */
export function placeBlocks({ opened }: RequestView): KnownBlock[] {
  const { rounds } = opened;
  return [
    ...sections(itemLines(opened)),
    ...(rounds && rounds.taken > 0 ? [contextBlock(roundLine(opened))] : []),
  ];
}

/** Which item of which list a request is about, a line for each list around it. */
export function itemLines({ items = [] }: RequestView["opened"]): readonly string[] {
  return items.map(
    ({ index, total, value }) =>
      `:card_index_dividers: *Item ${index + 1} of ${total}*: ${showValue(value, VALUE_CHARS)}`,
  );
}

function roundLine(opened: RequestView["opened"]): string {
  const { rounds, choices } = opened;
  if (!rounds) return "";
  const count = `Round ${rounds.taken + 1}, after ${rounds.taken} of at most ${counted(rounds.max, "time")} back`;
  const left = choices.filter(({ id }) => !isOutOfRounds(opened, id));
  if (left.length === choices.length) return `${count}.`;
  return `${count}: what remains is ${left.map(({ label }) => escapeText(label)).join(", ")}.`;
}

/** The values that were edited, before and after. */
export function editBlocks(request: RequestView): KnownBlock[] {
  const edits = Object.entries(currentEdits(request));
  if (edits.length === 0) return [];
  const { editable = [] } = request.opened;
  const lines = edits.map(([name, edit]) => {
    const field = editable.find((one) => one.name === name);
    return `• *${escapeText(field?.label ?? name)}*: ${showEdit(edit, field)}`;
  });
  const editors = request.votes.filter(({ edits: own = {} }) => Object.keys(own).length > 0);
  const who = [...new Set(editors.map(({ by }) => mentionPerson(by)))].join(", ");
  return sections([`:pencil2: *Edited by ${who}*`, ...lines]);
}

function showEdit({ before, after }: Edit, field: EditableField | undefined): string {
  if (field?.sensitive === true) return "_hidden_ → _hidden_";
  return `${showValue(before, VALUE_CHARS)} → *${showValue(after, VALUE_CHARS)}*`;
}

/** Comments that do not fit into the line of their vote, whole. */
export function commentBlocks(votes: readonly Vote[], limit: number): KnownBlock[] {
  const long = votes.filter(({ comment }) => (comment?.length ?? 0) > limit);
  return long.flatMap(({ by, comment = "" }) =>
    sections([`${mentionPerson(by)} wrote:`, ...escapeText(comment).split("\n")]),
  );
}

/** What happened to a request besides the votes that count, a line each. */
export function noteBlocks(request: RequestView, context: CardContext): KnownBlock[] {
  const { notes = [], opened } = request;
  const labelOf = (id: string): string =>
    escapeText(opened.choices.find((choice) => choice.id === id)?.label ?? id);
  const lines = notes.map((note) => describeNote(note, labelOf, context));
  return lines.length === 0 ? [] : [contextBlock(lines.join("\n"))];
}

function describeNote(
  note: RequestNote,
  labelOf: (choice: string) => string,
  context: CardContext,
): string {
  const when = showTime(note.at);
  switch (note.kind) {
    case "reminded":
      return `:bell: Reminded ${when}`;
    case "escalated":
      return `:arrow_double_up: ${note.to.map(context.mention).join(", ")} may decide, too, since ${when}: it was undecided`;
    case "delegated":
      return `:arrow_right: ${mentionPerson(note.by)} handed it to ${mentionPerson(note.to)} ${when}`;
    case "withdrawn":
      return `:leftwards_arrow_with_hook: ${mentionPerson(note.by)} took *${labelOf(note.choice)}* back ${when}`;
    case "voided":
      return `:warning: *${labelOf(note.choice)}* of ${mentionPerson(note.by)} no longer counts: ${mentionPerson(note.editedBy)} changed the values ${when}`;
  }
}

/** What one can do with an open request besides deciding. */
export function requestButtons(executionId: string, request: RequestView): ActionsBlock {
  const { id: r, round: n, hash: h } = request.opened;
  const value = toRequestValue({ e: executionId, r, n, h });
  const handOver = button({ actionId: ACTION_IDS.delegate, label: "Hand over", value });
  const withdraw = button({ actionId: ACTION_IDS.withdrawVote, label: "Take back my vote", value });
  return buttons("request", request.votes.length === 0 ? [handOver] : [handOver, withdraw]);
}
