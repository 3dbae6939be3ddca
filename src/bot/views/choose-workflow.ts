import type { ModalView, StaticSelect } from "@slack/types";
import { z } from "zod";
import { LIMITS } from "../../slack/limits.ts";
import { CALLBACK_IDS } from "../ids.ts";
import { section } from "./blocks/build.ts";
import { noticeDialog, plain } from "./dialog.ts";

const TITLE = "Run a workflow";

const Chosen = z.object({
  workflow: z.object({ workflow: z.object({ selected_option: z.object({ value: z.string() }) }) }),
});

/** The id of the workflow that was chosen, from the state of the dialog. */
export function readChosen(values: unknown): string {
  return Chosen.safeParse(values).data?.workflow.workflow.selected_option.value ?? "";
}

/** What is seen while people and workflows are looked up: a trigger is good for three seconds only. */
export function loadingChoice(): ModalView {
  return noticeDialog(TITLE, [section("Looking for workflows …")]);
}

/** Why there is nothing to choose. @param text - mrkdwn. */
export function choiceNotice(text: string): ModalView {
  return noticeDialog(TITLE, [section(text)]);
}

interface Choice {
  readonly id: string;
  readonly name: string;
}

/**
 * The workflows to choose from, by name; Slack's list has a search of its own.
 *
 * @param workflows - at least one. @param about - what stands above the list. @param metadata - what the dialog carries.
 */
export function chooseWorkflow(
  workflows: readonly Choice[],
  about: string,
  metadata: string,
): ModalView {
  return {
    type: "modal",
    callback_id: CALLBACK_IDS.chooseWorkflow,
    private_metadata: metadata,
    title: plain(TITLE, LIMITS.viewTitle),
    submit: plain("Next", LIMITS.viewTitle),
    close: plain("Cancel", LIMITS.viewTitle),
    blocks: [
      {
        type: "input",
        block_id: "workflow",
        label: plain(about, LIMITS.inputLabel),
        element: { type: "static_select", action_id: "workflow", ...listOf(workflows) },
      },
    ],
  };
}

/**
 * One list takes 100 options; more stand in groups of 100, at most 100 of them
 * (https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element).
 */
function listOf(workflows: readonly Choice[]): Pick<StaticSelect, "options" | "option_groups"> {
  const options = workflows
    .toSorted((one, other) => one.name.localeCompare(other.name))
    .map(({ id, name }) => ({ text: plain(name, LIMITS.optionText), value: id }));
  const size = LIMITS.optionsCount;
  if (options.length <= size) return { options };
  const count = Math.min(Math.ceil(options.length / size), size);
  return {
    option_groups: Array.from({ length: count }, (_, index) => {
      const group = options.slice(index * size, (index + 1) * size);
      const [first, last] = [group[0]?.text.text ?? "", group.at(-1)?.text.text ?? ""];
      return { label: plain(`${first} – ${last}`, LIMITS.optionText), options: group };
    }),
  };
}
