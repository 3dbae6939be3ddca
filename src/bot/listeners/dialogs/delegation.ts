import type { App } from "@slack/bolt";
import { showSentence } from "../../../slack/text.ts";
import { parseRequestValue, type RequestValue, toRequestValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { DIALOG_IDS } from "../../ids.ts";
import { delegationDialog, PERSON_BLOCK, readPerson } from "../../views/delegation-dialog.ts";
import type { ActionRequest } from "../actions/on-action.ts";
import { askAgain } from "../vote-answer.ts";
import { onSubmit, openDialog } from "./dialog.ts";

/** The dialog in which an approver hands the decision to another person. */
export function register(app: App, context: BotContext): void {
  onSubmit(app, context, {
    id: DIALOG_IDS.delegate,
    title: "Hand over",
    parse: parseRequestValue,
    submit: async ({ value, user: by, values, logger }) => {
      const to = readPerson(values);
      if (to === null)
        return { kind: "errors", errors: { [PERSON_BLOCK]: "Choose who decides instead of you." } };
      const { e: executionId, r: requestId, n: round, h: hash } = value;
      const delegation = { executionId, requestId, round, hash, by, to };
      const answer = await context.engine.approvals.delegate(delegation).catch(askAgain);
      if (!answer.recorded) {
        logger.info({ requestId, reason: answer.reason }, "a delegation was refused");
        return answer.reason === "not_delegable"
          ? { kind: "errors", errors: { [PERSON_BLOCK]: answer.message } }
          : { kind: "notice", text: showSentence(answer.message) };
      }
      const settled = await answer.settled;
      return settled.kind === "refused"
        ? { kind: "notice", text: showSentence(settled.message) }
        : { kind: "done" };
    },
  });
}

/** Opens the dialog at once; whether the person may hand the request on is checked when it is submitted. */
export async function openDelegation(request: ActionRequest<RequestValue>): Promise<void> {
  await openDialog(request, delegationDialog(toRequestValue(request.value)));
}
