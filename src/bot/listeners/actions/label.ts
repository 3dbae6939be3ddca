import type { App } from "@slack/bolt";
import { AppError } from "../../../shared/errors.ts";
import { hashPath, type LabelValue, parseLabelValue } from "../../action-values.ts";
import { keepLabel } from "../../commands/label.ts";
import { choicesOf } from "../../commands/why.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { type AckedRequest, onAction } from "./on-action.ts";

/** The label buttons in the answer to “Why?”: AI was right, or another value would have been. */
export function register(app: App, context: BotContext): void {
  for (const id of [ACTION_IDS.labelRight, ACTION_IDS.labelOther]) {
    onAction(app, context, {
      id,
      parse: parseLabelValue,
      unknown: {
        code: "execution_not_found",
        message: "This belongs to no decision. Click Why? on the run's card again.",
      },
      ack: "before",
      handle: label,
    });
  }
}

async function label(
  { value, click: { user: by } }: AckedRequest<LabelValue>,
  context: BotContext,
): Promise<string> {
  const { e: executionId, c } = value;
  const path = "p" in value ? value.p : await findPath(executionId, value.h, by, context);
  if (c === undefined) return keepLabel(context, { executionId, path, by });
  const { workflowId, workflowVersion } = await context.engine.executions.get(executionId);
  const { definition } = await context.engine.workflows.get(workflowId, workflowVersion);
  const stepId = path.slice(path.lastIndexOf("/") + 1).replace(/#\d+$/, "");
  const expected = choicesOf(definition, stepId)[c];
  if (expected === undefined) {
    throw new AppError({
      code: "input_invalid",
      message: "This choice is no longer one of the step's values. Nothing was noted.",
    });
  }
  return keepLabel(context, { executionId, path, expected, by });
}

/** @throws {AppError} `input_invalid` if the run has no such decision any more. */
async function findPath(
  executionId: string,
  hash: string,
  reader: string,
  { engine }: BotContext,
): Promise<string> {
  const { decisions } = await engine.evaluations.audit(executionId, undefined, reader);
  const found = decisions.find(({ path }) => hashPath(path) === hash);
  if (found !== undefined) return found.path;
  throw new AppError({
    code: "input_invalid",
    message: "This decision is no longer in the run. Nothing was noted.",
  });
}
