import type { ModalView } from "@slack/types";
import { z } from "zod";
import type { PointedMessage } from "../../engine/ports/conversations.ts";
import { LIMITS } from "../../slack/limits.ts";
import { escapeText } from "../../slack/text.ts";
import { CALLBACK_IDS } from "../ids.ts";
import { section } from "./blocks/build.ts";
import { noticeDialog, plain } from "./dialog.ts";

const TITLE = "Run a workflow";

/** What the dialog carries of the message that the shortcut was used on; `null`: it was used on none. */
const Carried = z
  .object({
    channel: z.string(),
    ts: z.string(),
    threadTs: z.string().optional(),
    messageUser: z.string().nullish(),
    /** Absent: too long for the dialog. */
    text: z.string().optional(),
  })
  .nullable();
export type CarriedMessage = z.output<typeof Carried>;

const Chosen = z.object({
  workflow: z.object({ workflow: z.object({ selected_option: z.object({ value: z.string() }) }) }),
});

/** What a dialog of this kind carries; `undefined`: it never carried that. */
export function parseCarried(metadata: string): CarriedMessage | undefined {
  try {
    return Carried.safeParse(JSON.parse(metadata)).data;
  } catch {
    return undefined;
  }
}

/** The id of the workflow that was chosen, from the state of the dialog. */
export function readChosen(values: unknown): string {
  return Chosen.safeParse(values).data?.workflow.workflow.selected_option.value ?? "";
}

/** What is seen while people and workflows are looked up: a trigger is good for three seconds only. */
export function loadingShortcut(): ModalView {
  return noticeDialog(TITLE, [section("Looking for workflows …")]);
}

/** Why there is nothing to choose. @param text - mrkdwn. */
export function shortcutNotice(text: string): ModalView {
  return noticeDialog(TITLE, [section(text)]);
}

/** The workflows to choose from; of more than a hundred, the first. @param on - the message that the shortcut was used on. */
export function shortcutDialog(
  workflows: readonly { readonly id: string; readonly name: string }[],
  on: PointedMessage | null,
): ModalView {
  if (workflows.length === 0) {
    const example = escapeText('{"type": "shortcut"}');
    return shortcutNotice(
      `No workflow can be started here yet. One with the trigger \`${example}\` can.`,
    );
  }
  const options = workflows
    .slice(0, LIMITS.optionsCount)
    .map(({ id, name }) => ({ text: plain(name, LIMITS.optionText), value: id }));
  return {
    type: "modal",
    callback_id: CALLBACK_IDS.chooseWorkflow,
    private_metadata: carry(on),
    title: plain(TITLE, LIMITS.viewTitle),
    submit: plain("Run", LIMITS.viewTitle),
    close: plain("Cancel", LIMITS.viewTitle),
    blocks: [
      {
        type: "input",
        block_id: "workflow",
        label: plain(on ? "Workflow for this message" : "Workflow", LIMITS.inputLabel),
        element: { type: "static_select", action_id: "workflow", options },
      },
    ],
  };
}

/** Does the dialog carry the message whole? Otherwise its text is kept elsewhere. */
export function fitsDialog(on: PointedMessage): boolean {
  return JSON.stringify(on).length <= LIMITS.privateMetadata;
}

function carry(on: PointedMessage | null): string {
  if (on === null || fitsDialog(on)) return JSON.stringify(on);
  const { text: _text, ...rest } = on;
  return JSON.stringify(rest);
}
