import type { KnownBlock, ModalView, SectionBlock } from "@slack/types";
import type { DefinitionDiff } from "../../engine/definition/diff.ts";
import type { Explanation } from "../../engine/definition/explain.ts";
import type { Detail } from "../../engine/definition/explain-details.ts";
import type { StepExplanation } from "../../engine/definition/explain-steps.ts";
import type { Problem } from "../../engine/definition/problem.ts";
import { type Wording, wording } from "../../shared/wording.ts";
import { LIMITS } from "../../slack/limits.ts";
import { showTime } from "../../slack/text.ts";
import { type PreviewValue, toPreviewValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, section, sections } from "./blocks/build.ts";
import { pagedDialog } from "./blocks/pages.ts";
import { needsBox, showAsCode, showInBoxes, showWording } from "./blocks/wording.ts";
import { noticeDialog } from "./dialog.ts";
import { describeDiff } from "./version-diff.ts";

/** What is shown of a definition before it is deployed, and afterwards. */
export interface Previewed {
  readonly explanation: Explanation;
  readonly warnings?: readonly Problem[];
  /** When its schedules start it next, in milliseconds since 1970. @default none */
  readonly nextStarts?: readonly number[];
  /** From the version that it changes. */
  readonly difference?: DefinitionDiff;
}

/**
 * Everything that a definition says and does, in lines of mrkdwn of at most one section each: first what leaves and who decides.
 * Only our own words begin lines and stand in bold; what the author wrote is code.
 */
export function previewLines({
  explanation,
  warnings = [],
  nextStarts = [],
  difference,
}: Previewed): readonly string[] {
  const { name, description, sideEffects, reads, steps } = explanation;
  const none = wording`Nothing: it only calculates.`;
  return [
    `*Name, as its author wrote it* ${showAsCode(name)}`,
    ...(difference === undefined
      ? []
      : ["*What it changes in the workflow*", ...describeDiff(difference)]),
    ...(description === null ? [] : said("Description, as its author wrote it", description)),
    ...list("What starts it", explanation.triggers),
    ...nextStartsLine(nextStarts),
    ...list("Who may do what", explanation.access),
    ...list("What it changes outside, and what it sends", orElse(sideEffects, none)),
    ...list("What it only asks for outside", reads),
    ...list("Secrets, and where they go", explanation.secrets),
    ...list("Who decides", explanation.approvers),
    ...list(
      ":warning: Look at this",
      warnings.map(({ path, message, fix }) => wording`${path}: ${`${message}. ${fix}`}`),
    ),
    ...list("What it is given", explanation.inputs),
    "*Steps*",
    ...steps.flatMap(showStep),
    ...list("Settings", explanation.settings),
    ...list("Limits", explanation.limits),
  ];
}

/**
 * Of a message, with room for its header, its buttons and what stands below. All texts of a message together may have some
 * 13,000 characters (https://github.com/slackapi/bolt-js/issues/2509), counted in a way that is not documented.
 */
const MESSAGE_BLOCKS = LIMITS.messageBlocks - 10;
const MESSAGE_CHARS = 9000;

/**
 * Lines as far as a message takes them. Where that is not all, the first block says so, with a button that opens all of them.
 */
export function partOrWhole(lines: readonly string[], value: PreviewValue): readonly KnownBlock[] {
  const all = sections(lines);
  let chars = 0;
  const shown = all.slice(0, MESSAGE_BLOCKS).filter((block) => {
    chars += block.text?.text.length ?? 0;
    return chars <= MESSAGE_CHARS;
  });
  const isWhole = shown.length === all.length;
  return isWhole ? shown : [showAllBlock(value), ...shown, section("_… and more: Show all_")];
}

function showAllBlock(value: PreviewValue): SectionBlock {
  return {
    ...section(":mag: *This shows only a part.* Read all of it before you decide."),
    accessory: button({
      actionId: ACTION_IDS.showPreview,
      label: "Show all",
      value: toPreviewValue(value),
    }),
  };
}

const TITLE = "All that it does";

/** All lines in a dialog, on as many pages as they need. */
export function previewDialog(lines: readonly string[], value: PreviewValue): ModalView {
  const blocks = sections(lines).map((block) => ({ ...block, expand: true }));
  return pagedDialog(TITLE, blocks, {
    page: value.p ?? 0,
    actionId: ACTION_IDS.showPreviewPage,
    valueFor: (p) => toPreviewValue({ ...value, p }),
  });
}

/** Instead of the lines: that they are being read, or why they cannot be shown. */
export function previewNotice(text: string): ModalView {
  return noticeDialog(TITLE, [section(text)]);
}

/** Slack shows each reader the times of their own time zone. */
export function nextStartsLine(times: readonly number[]): readonly string[] {
  return times.length === 0
    ? []
    : [`*Next starts by its schedule*: ${times.map(showTime).join(", ")}`];
}

function orElse(lines: readonly Wording[], none: Wording): readonly Wording[] {
  return lines.length === 0 ? [none] : lines;
}

function list(title: string, lines: readonly Wording[]): readonly string[] {
  if (lines.length === 0) return [];
  return [`*${title}*`, ...lines.flatMap((line) => showWording(wording`• ${line}`))];
}

function said(title: string, text: string): readonly string[] {
  return needsBox(text) ? [`*${title}*`, ...showInBoxes(text)] : [`*${title}* ${showAsCode(text)}`];
}

function showStep(
  { id, title, depth, text, goesOn, details }: StepExplanation,
  index: number,
): readonly string[] {
  const indent = "      ".repeat(depth);
  const named = title === id ? wording`${id}` : wording`${id}, called ${title}`;
  const next = goesOn === null ? wording`` : wording` (${goesOn})`;
  const own = wording`${[`${indent}${index + 1}. `]}${named}: ${text}${next}`;
  return [...showWording(own), ...details.flatMap((detail) => showDetail(detail, indent))];
}

function showDetail({ name, value }: Detail, indent: string): readonly string[] {
  const label = `${indent}      – ${showAsCode(name)}:`;
  return needsBox(value) ? [label, ...showInBoxes(value)] : [`${label} ${showAsCode(value)}`];
}
