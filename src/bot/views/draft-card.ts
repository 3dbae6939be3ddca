import type { DraftView } from "../../engine/api/drafts.ts";
import { counted } from "../../shared/counted.ts";
import { showHidden, showHiddenInLine } from "../../shared/visible-text.ts";
import { escapeText, mentionPerson, showCost } from "../../slack/text.ts";
import { toDraftValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import {
  button,
  buttons,
  type CardMessage,
  contextBlock,
  header,
  message,
  section,
} from "./blocks/build.ts";
import { partOrWhole, previewLines } from "./definition-preview.ts";

/** A draft as it waits for a decision. */
export function draftCard(view: DraftView): CardMessage {
  const { draft, explanation } = view;
  const value = toDraftValue({ d: draft.id, n: draft.round });
  const name = showHiddenInLine(explanation.name);
  return message(`Draft of a workflow: ${escapeText(name)}`, [
    header(`Draft: ${name}`),
    ...body(view),
    buttons(`draft:${draft.id}:${draft.round}`, [
      button({ actionId: ACTION_IDS.deployDraft, label: "Deploy", value, style: "primary" }),
      button({ actionId: ACTION_IDS.changeDraft, label: "Change", value }),
      button({ actionId: ACTION_IDS.discardDraft, label: "Discard", value, style: "danger" }),
    ]),
    contextBlock(`Nothing runs before an admin deploys it. ${howToChange(draft.channel)}`),
  ]);
}

/** A settled draft: what became of it, without buttons. @param command - what people type before a command. */
export function settledDraftCard(view: DraftView, command: string): CardMessage {
  const { draft, definition, explanation } = view;
  const by = draft.settledBy === null ? "" : ` by ${mentionPerson(draft.settledBy)}`;
  const name = escapeText(showHiddenInLine(explanation.name));
  if (draft.status === "discarded") {
    const text = `:wastebasket: Draft *${name}* was discarded${by}.`;
    return message(text, [section(text)]);
  }
  const text = `:white_check_mark: *${name}* was deployed as \`${definition.id}\` version ${draft.version ?? 1}${by}.`;
  const run = `Run it: \`${command} run ${definition.id}\``;
  return message(text, [section(`${text}\n${run}`), ...body(view)]);
}

/** In a channel people talk in threads; what is meant for the bot mentions it. */
function howToChange(channel: string): string {
  return channel.startsWith("D")
    ? "To change it, reply in this thread with what should change."
    : "To change it, mention me in this thread with what should change.";
}

/** Words of a model, as a quotation. */
function showLines(words: string): string {
  return escapeText(showHidden(words)).replaceAll("\n", "\n>");
}

/** An earlier round of a draft. */
export function replacedDraftCard(name: string, round: number): CardMessage {
  const text = `Round ${round} of the draft *${escapeText(showHiddenInLine(name))}* was replaced by the next one below.`;
  return message(text, [section(text)]);
}

function body(view: DraftView) {
  const { draft, definition, calls, cost } = view;
  const lines = previewLines(view);
  // In the words, and the language, of the model: code cannot know what it had in mind.
  const said =
    draft.notes === undefined ? null : `:robot_face: *The AI says*\n>${showLines(draft.notes)}`;
  return [
    ...(said === null ? [] : [section(said)]),
    ...partOrWhole(lines, { d: draft.id, n: draft.round }),
    contextBlock(
      `Id \`${definition.id}\` · round ${draft.round}`,
      `Writing it cost ${showCost(cost)} (${counted(calls, "AI call")}).`,
    ),
  ];
}
