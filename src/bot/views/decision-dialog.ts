import type { InputBlock, KnownBlock, ModalView } from "@slack/types";
import type { FormField } from "../../engine/api/approvals.ts";
import type { Choice } from "../../engine/model/requests.ts";
import { LIMITS } from "../../slack/limits.ts";
import { escapeText } from "../../slack/text.ts";
import { DIALOG_IDS } from "../ids.ts";
import { section } from "./blocks/build.ts";
import { COMMENT_BLOCK, fieldBlock } from "./blocks/inputs.ts";
import { plain } from "./dialog.ts";

/** What the dialog of a choice asks for. */
export interface DecisionDialog {
  /** Of the choice. */
  readonly label: string;
  /** Of the request, once it is known. */
  readonly title?: string;
  readonly comment: Choice["comment"];
  readonly fields: readonly FormField[];
  /** Which request and choice, as the button carried it. */
  readonly metadata: string;
}

/** The dialog of a choice that takes a comment or values. */
export function decisionDialog(dialog: DecisionDialog): ModalView {
  const { label, title, comment, fields, metadata } = dialog;
  const blocks: KnownBlock[] = [
    ...(title === undefined ? [] : [section(`*${escapeText(title)}*`)]),
    ...fields.map(fieldBlock),
    ...(comment === undefined ? [] : [commentBlock(comment)]),
  ];
  return {
    type: "modal",
    callback_id: DIALOG_IDS.decide,
    private_metadata: metadata,
    title: plain(label, LIMITS.viewTitle),
    submit: plain(label, LIMITS.viewTitle),
    close: plain("Cancel", LIMITS.viewTitle),
    blocks,
  };
}

/** What stands there until the values are read. */
export function loadingDialog(label: string): ModalView {
  return {
    type: "modal",
    title: plain(label, LIMITS.viewTitle),
    close: plain("Cancel", LIMITS.viewTitle),
    blocks: [section("Reading the values …")],
  };
}

function commentBlock(comment: NonNullable<Choice["comment"]>): InputBlock {
  return {
    type: "input",
    block_id: COMMENT_BLOCK,
    optional: comment === "optional",
    label: plain("Comment", LIMITS.inputLabel),
    element: {
      type: "plain_text_input",
      action_id: COMMENT_BLOCK,
      multiline: true,
      max_length: LIMITS.inputText,
    },
  };
}
