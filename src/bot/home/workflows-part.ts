import type { ActionsBlock, Button, KnownBlock, StaticSelect } from "@slack/types";
import type { WorkflowSummary } from "../../engine/api/workflows.ts";
import { cut, LIMITS } from "../../slack/limits.ts";
import { escapeText } from "../../slack/text.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, header, section } from "../views/blocks/build.ts";
import { plain } from "../views/dialog.ts";
import { type HomeWorkflows, UNREADABLE } from "./home-content.ts";

/** Workflows with a line and a button of their own. */
export const WORKFLOWS_SHOWN = 4;
const DESCRIPTION_CHARS = 200;

/** The workflows that the person may run, and the way to a new one. */
export function workflowBlocks(workflows: HomeWorkflows | null): KnownBlock[] {
  const all = workflows?.all ?? [];
  const first = workflows?.first ?? [];
  const nothing =
    workflows === null
      ? UNREADABLE
      : "There is no workflow that you may run yet. Describe one, or ask an admin.";
  return [
    header("Run a workflow"),
    actions([...(all.length === 0 ? [] : [search(all)]), NEW]),
    ...(all.length === 0 ? [section(nothing)] : first.map(oneWorkflow)),
  ];
}

function actions(elements: ActionsBlock["elements"]): ActionsBlock {
  return { type: "actions", block_id: "run", elements };
}

const NEW = button({ actionId: ACTION_IDS.newWorkflow, label: "New workflow", value: "{}" });

/**
 * A list to choose from, in which one finds by typing; it takes 100 options
 * (https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element). More stand in a dialog of their own.
 */
function search(workflows: readonly WorkflowSummary[]): StaticSelect | Button {
  if (workflows.length > LIMITS.optionsCount)
    return button({
      actionId: ACTION_IDS.chooseRun,
      label: `Find one of ${workflows.length}`,
      value: "{}",
      style: "primary",
    });
  return {
    type: "static_select",
    action_id: ACTION_IDS.runChosen,
    placeholder: plain("Find a workflow to run", LIMITS.placeholder),
    options: workflows
      .toSorted((one, other) => one.name.localeCompare(other.name))
      .map(({ id, name }) => ({ text: plain(name, LIMITS.optionText), value: id })),
  };
}

function oneWorkflow({ id, name, description }: WorkflowSummary): KnownBlock {
  const about = description === null ? "" : `\n${cut(escapeText(description), DESCRIPTION_CHARS)}`;
  return {
    ...section(`*${escapeText(name)}*${about}`),
    accessory: button({ actionId: ACTION_IDS.runFromHome, label: "Run", value: id }),
  };
}
