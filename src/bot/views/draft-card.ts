import type { DraftView } from "../../engine/api/drafts.ts";
import type { StepExplanation } from "../../engine/definition/explain-steps.ts";
import { escapeText, mentionPerson, showCost } from "../../slack/text.ts";
import { toDraftValue } from "../action-values.ts";
import { exampleLine } from "../commands/inputs-help.ts";
import { ACTION_IDS } from "../ids.ts";
import {
  button,
  buttons,
  type CardMessage,
  contextBlock,
  header,
  message,
  section,
  sections,
} from "./blocks/build.ts";

/** Slack limits the blocks: longer drafts are cut, and `/workflow show` shows the rest after deployment. */
const MAX_STEPS = 30;

/** A draft as it waits for a decision. */
export function draftCard(view: DraftView): CardMessage {
  const { draft, explanation } = view;
  const value = toDraftValue({ d: draft.id, n: draft.round });
  return message(`Draft of a workflow: ${escapeText(explanation.name)}`, [
    header(`Draft: ${explanation.name}`),
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
  const name = escapeText(explanation.name);
  if (draft.status === "discarded") {
    const text = `:wastebasket: Draft *${name}* was discarded${by}.`;
    return message(text, [section(text)]);
  }
  const text = `:white_check_mark: *${name}* was deployed as \`${definition.id}\` version ${draft.version ?? 1}${by}.`;
  const run = `Run it: \`${exampleLine(command, definition, new Map())}\``;
  return message(text, [section(`${text}\n${run}`), ...body(view)]);
}

/** In a channel people talk in threads; what is meant for the bot mentions it. */
function howToChange(channel: string): string {
  return channel.startsWith("D")
    ? "To change it, reply in this thread with what shall be different."
    : "To change it, mention me in this thread with what shall be different.";
}

/** An earlier round of a draft. */
export function replacedDraftCard(name: string, round: number): CardMessage {
  const text = `Round ${round} of the draft *${escapeText(name)}* was replaced by the next one below.`;
  return message(text, [section(text)]);
}

function body({ draft, definition, explanation, warnings, calls, cost }: DraftView) {
  const { description, triggers, inputs, steps, sideEffects, approvers, limits } = explanation;
  const shown = steps.slice(0, MAX_STEPS).map(showStep);
  if (steps.length > MAX_STEPS) shown.push(`_and ${steps.length - MAX_STEPS} more steps_`);
  const none = "Nothing: it only calculates.";
  return [
    ...(description === null ? [] : [section(show(description))]),
    ...list("What starts it", triggers),
    ...list("What it is given", inputs),
    ...sections([`*Steps*`, ...shown]),
    ...list("What it changes outside", sideEffects.length === 0 ? [none] : sideEffects),
    ...list("Who decides", approvers),
    ...list(
      ":warning: Look at this",
      warnings.map(({ path, message: what, fix }) => `${path}: ${what}. ${fix}`),
    ),
    contextBlock(
      `Id \`${definition.id}\` · round ${draft.round} · ${limits.map(show).join(" ")}`,
      `Writing it cost ${showCost(cost)} (${calls} AI ${calls === 1 ? "call" : "calls"}).`,
    ),
  ];
}

/** Text of the definition; ids of people and groups become their names. */
function show(text: string): string {
  return escapeText(text)
    .replaceAll(/(?<![\w@^/])[UW](?=[A-Z]*\d)[A-Z0-9]{5,}\b/g, "<@$&>")
    .replaceAll(/(?<![\w@^/])S(?=[A-Z]*\d)[A-Z0-9]{5,}\b/g, "<!subteam^$&>");
}

function showStep({ id, title, depth, text, goesOn }: StepExplanation, index: number): string {
  const name = title === id ? "" : ` (\`${id}\`)`;
  const next = goesOn === null ? "" : ` _${escapeText(goesOn)}_`;
  const indent = "      ".repeat(depth);
  return `${indent}${index + 1}. *${escapeText(title)}*${name}: ${show(text)}${next}`;
}

function list(title: string, lines: readonly string[]) {
  return lines.length === 0
    ? []
    : sections([`*${title}*`, ...lines.map((line) => `• ${show(line)}`)]);
}
