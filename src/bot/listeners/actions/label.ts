import type { App } from "@slack/bolt";
import { AppError } from "../../../shared/errors.ts";
import { type LabelValue, parseLabelValue } from "../../action-values.ts";
import { keepLabel } from "../../commands/label.ts";
import { choicesOf } from "../../commands/why.ts";
import type { BotServices } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { onRunButton } from "./run-button.ts";

/** What labels a decision in the answer to “Why?”: it was right, or something else would have been. */
export function register(app: App, services: BotServices): void {
  for (const actionId of [ACTION_IDS.labelRight, ACTION_IDS.labelOther]) {
    onRunButton(app, services, {
      actionId,
      parse: parseLabelValue,
      unknown: "This belongs to no decision. Ask the run's card why once more.",
      act: (value, { userId }) => label(services, userId, value),
    });
  }
}

async function label(services: BotServices, by: string, value: LabelValue): Promise<string> {
  const { e: executionId, p: path, c } = value;
  if (c === undefined) return keepLabel(services, { executionId, path, by });
  const { workflowId, workflowVersion } = await services.engine.executions.get(executionId);
  const { definition } = await services.engine.workflows.get(workflowId, workflowVersion);
  const stepId = path.slice(path.lastIndexOf("/") + 1).replace(/#\d+$/, "");
  const expected = choicesOf(definition, stepId)[c];
  if (expected === undefined) {
    throw new AppError({
      code: "input_invalid",
      message: "This choice is not one of the step's values any more. Nothing was noted.",
    });
  }
  return keepLabel(services, { executionId, path, expected, by });
}
