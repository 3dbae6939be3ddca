import type { ModalView } from "@slack/types";
import type { ExecutionView } from "../../engine/api/executions.ts";
import { isJsonObject, type Json } from "../../shared/json.ts";
import { shorten } from "../../shared/shorten.ts";
import { shortRunId } from "../../slack/text.ts";
import { type RunPageValue, toRunPageValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, section, sections, unfold } from "./blocks/build.ts";
import { pagedDialog } from "./blocks/pages.ts";
import { showInBoxes } from "./blocks/wording.ts";
import { describeDecisionValue } from "./decision-words.ts";
import { noticeDialog } from "./dialog.ts";
import { maskNote } from "./mask-note.ts";

/**
 * What is longer is more than a screen: its beginning stands in the thread, all of it in a file and in a dialog. Characters of the whole and
 * of one member of an object, and lines of a text.
 */
export const SCREEN = { chars: 1500, lines: 25, memberChars: 500 } as const;
/** What a dialog shows: some hundred pages are not read there. */
const DIALOG_CHARS = 400_000;

/** A result that is longer than a screen, as it goes into a file. */
export interface WholeResult {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

/** `null`: the result fits into a message, or there is none. */
export function wholeResult(view: ExecutionView): WholeResult | null {
  const { output, status, executionId } = view;
  if (status !== "completed" || output === null) return null;
  if (describeDecisionValue(view, output) !== null) return null;
  const text = textOf(output);
  if (!isLong(output, text)) return null;
  const run = shortRunId(executionId);
  const type = typeof output === "string" ? "txt" : "json";
  return { name: `result-${run}.${type}`, title: `Result of run ${run}`, text };
}

function textOf(output: Json): string {
  return typeof output === "string" ? output : JSON.stringify(output, null, 2);
}

function isLong(output: Json, text: string): boolean {
  if (typeof output === "string")
    return text.length > SCREEN.chars || text.split("\n", SCREEN.lines + 1).length > SCREEN.lines;
  // A message shows lists in one paragraph, and an object by its members.
  if (JSON.stringify(output).length > SCREEN.chars) return true;
  const members = isJsonObject(output) ? Object.values(output) : [];
  return members.some((member) => textOf(member ?? null).length > SCREEN.memberChars);
}

/** Below the beginning of a long result: opens all of it. */
export function resultButton({ executionId }: ExecutionView) {
  return button({
    actionId: ACTION_IDS.showResult,
    label: "Show all of it",
    value: toRunPageValue({ e: executionId }),
  });
}

/** The whole result in a dialog, on as many pages as it needs. */
export function resultDialog(view: ExecutionView, value: RunPageValue): ModalView {
  const { output } = view;
  if (output === null) return noticeDialog("Result", [section(NONE)]);
  const text = textOf(output);
  const rest = text.length > DIALOG_CHARS ? ["_The rest is in the file, or in the API._"] : [];
  const lines = [...showInBoxes(shorten(text, DIALOG_CHARS)), ...rest];
  return pagedDialog("Result", [...maskNote(view), ...unfold(sections(lines))], {
    page: value.p ?? 0,
    actionId: ACTION_IDS.showResultPage,
    valueFor: (p) => toRunPageValue({ ...value, p }),
  });
}

const NONE = "There is no result that can be shown here. The API has all that the run gave.";
