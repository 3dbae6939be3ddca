import type { App } from "@slack/bolt";
import type { NotRecorded, VoteRequest } from "../../../engine/api/approvals.ts";
import { asAppError } from "../../../shared/errors.ts";
import { omitUndefined } from "../../../shared/omit-undefined.ts";
import { showSentence } from "../../../slack/text.ts";
import {
  type DecisionValue,
  type DialogValue,
  parseDialogValue,
  toDialogValue,
} from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { DIALOG_IDS } from "../../ids.ts";
import { section } from "../../views/blocks/build.ts";
import { blockOf, readFields } from "../../views/blocks/inputs.ts";
import { decisionDialog, loadingDialog } from "../../views/decision-dialog.ts";
import { noticeDialog } from "../../views/dialog.ts";
import type { ActionRequest } from "../actions/on-action.ts";
import { askAgain, COUNTED_SENTENCE } from "../vote-answer.ts";
import { fillDialog, onSubmit, openDialog, type Submission } from "./dialog.ts";

const TITLE = "Your decision";

/** The dialog of a choice: its submission is the decision, checked like a click on a button. */
export function register(app: App, context: BotContext): void {
  onSubmit(app, context, {
    id: DIALOG_IDS.decide,
    title: TITLE,
    parse: parseDialogValue,
    submit: async ({ value, user, values, logger }) => {
      const { comment, fields } = readFields(values);
      const via = value.o === "home" ? "home" : undefined;
      const vote = {
        ...toVote(value, user),
        ...omitUndefined({ comment, fields, seen: value.s, via }),
      };
      const answer = await context.engine.approvals.vote(vote).catch(askAgain);
      if (!answer.recorded) {
        logger.info({ requestId: value.r, reason: answer.reason }, "a decision was refused");
        return toSubmission(answer);
      }
      const settled = await answer.settled;
      if (settled.kind === "refused")
        return { kind: "notice", text: showSentence(settled.message) };
      logger.info({ requestId: value.r, choice: value.c, settled: settled.kind }, "a decision");
      if (value.o !== "home") return { kind: "done" };
      const notice = section(COUNTED_SENTENCE);
      return { kind: "done", after: () => context.home.publish(user, undefined, [notice]) };
    },
  });
}

/** What is wrong stands under its field; else a text takes the place of the dialog. */
function toSubmission({ errors = [], message }: NotRecorded): Submission {
  if (errors.length === 0) return { kind: "notice", text: showSentence(message) };
  const byBlock = errors.map(({ field, message: text }) => [blockOf(field), text] as const);
  return { kind: "errors", errors: Object.fromEntries(byBlock) };
}

function toVote(value: DecisionValue, by: string): VoteRequest {
  const { e: executionId, r: requestId, n: round, h: hash, c: choice } = value;
  return { executionId, requestId, round, hash, choice, by };
}

/** Opens the dialog of a choice at once; what has to be read for it follows, or why the person cannot decide. */
export async function openDecision(
  request: ActionRequest<DecisionValue>,
  context: BotContext,
): Promise<void> {
  const { value, click, logger } = request;
  const carried: DialogValue = { ...value, ...(click.home !== null && { o: "home" }) };
  const label = click.label ?? value.c;
  const first = { label, comment: value.k, fields: [], metadata: toDialogValue(carried) };
  const view = value.f === undefined ? decisionDialog(first) : loadingDialog(label);
  const id = await openDialog(request, view);
  if (id === null) return;
  try {
    const form = await context.engine.approvals.form(toVote(value, click.user)).catch(askAgain);
    if (form.recorded === false) {
      logger.info({ requestId: value.r, reason: form.reason }, "a decision was refused");
      const refused = noticeDialog(TITLE, [section(showSentence(form.message))]);
      await fillDialog(request, id, refused);
    } else if (value.f !== undefined) {
      const { choice, fields, seen, title } = form;
      const metadata = toDialogValue({ ...carried, s: seen });
      const { comment } = choice;
      const full = decisionDialog({ label: choice.label, title, comment, fields, metadata });
      await fillDialog(request, id, full);
    }
  } catch (error) {
    logger.warn({ err: error }, "what a dialog shows could not be read");
    const text = `:warning: ${showSentence(asAppError(error).message)}`;
    await fillDialog(request, id, noticeDialog(TITLE, [section(text)]));
  }
}
