import type { KnownBlock, ModalView } from "@slack/types";
import { LIMITS } from "../../slack/limits.ts";
import { escapeText, showValue } from "../../slack/text.ts";
import { ACTION_IDS, DIALOG_IDS } from "../ids.ts";
import { button, buttons, contextBlock, section } from "./blocks/build.ts";
import { fieldBlock, type ShownField } from "./blocks/inputs.ts";
import { noticeDialog, plain } from "./dialog.ts";

const DESCRIPTION_CHARS = 500;

/** One page of the form in which the inputs of a workflow are filled in. */
export interface RunForm {
  readonly workflow: { readonly name: string; readonly description?: string | undefined };
  readonly fields: readonly ShownField[];
  /** Counted from 0. */
  readonly page: number;
  readonly pages: number;
  /** What the person has to know before they fill it in, in mrkdwn. */
  readonly remarks: readonly string[];
  /** Gray, below the fields: what runs of it cost. */
  readonly footer: string | null;
  /** Can its fields be filled as in the person's last run? */
  readonly hasLastRun: boolean;
  readonly refilled: number;
  readonly metadata: string;
}

/** The form as a dialog. At most 100 blocks. */
export function runForm(form: RunForm): ModalView {
  const { workflow, fields, page, pages, remarks, footer, hasLastRun, refilled, metadata } = form;
  const isLast = page === pages - 1;
  const intro = workflow.description
    ? [section(showValue(workflow.description, DESCRIPTION_CHARS))]
    : [];
  const blocks: KnownBlock[] = [
    ...(page === 0 ? intro : []),
    ...remarks.map((remark) => section(remark)),
    ...(pages > 1 ? [contextBlock(`Page ${page + 1} of ${pages}`)] : []),
    ...(hasLastRun ? [buttons("last_run", [LAST_RUN])] : []),
    // Nothing replaces a sensitive value, so what was typed stays.
    ...fields.map((field) => fieldBlock(field, field.sensitive === true ? 0 : refilled)),
    ...(fields.length === 0 ? [section(`Start *${escapeText(workflow.name)}*?`)] : []),
    ...(isLast && footer !== null ? [contextBlock(footer)] : []),
  ];
  return {
    type: "modal",
    callback_id: DIALOG_IDS.runForm,
    private_metadata: metadata,
    title: plain(workflow.name, LIMITS.viewTitle),
    submit: plain(isLast ? "Run" : "Next", LIMITS.viewTitle),
    close: plain("Cancel", LIMITS.viewTitle),
    blocks,
  };
}

const LAST_RUN = button({
  actionId: ACTION_IDS.fillFromLastRun,
  label: "Fill in as in my last run",
  value: "{}",
});

/** What is seen while the workflow is read: a trigger is good for three seconds only. */
export function loadingForm(): ModalView {
  return noticeDialog("Run a workflow", [section("Reading the workflow …")]);
}
