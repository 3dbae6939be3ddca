import type { App } from "@slack/bolt";
import { parseRequestValue, type RequestValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { openDelegation } from "../dialogs/delegation.ts";
import { answerClick } from "../vote-answer.ts";
import { onAction, type PendingRequest } from "./on-action.ts";

/** What people do with a request besides deciding: they take their vote back, or hand the decision to another person. */
export function register(app: App, context: BotContext): void {
  const common = {
    parse: parseRequestValue,
    unknown: {
      code: "execution_not_found",
      message: "This button belongs to no request. Use the newest card.",
    },
    ack: "after",
  } as const;
  onAction(app, context, { ...common, id: ACTION_IDS.withdrawVote, handle: withdraw });
  onAction(app, context, {
    ...common,
    id: ACTION_IDS.delegate,
    handle: async (request: PendingRequest<RequestValue>) => {
      await request.ack();
      await openDelegation(request);
      return undefined;
    },
  });
}

async function withdraw(
  request: PendingRequest<RequestValue>,
  context: BotContext,
): Promise<undefined> {
  const { e: executionId, r: requestId, n: round, h: hash } = request.value;
  const which = { executionId, requestId, round, hash, by: request.click.user };
  const answer = context.engine.approvals.withdraw(which);
  await answerClick(answer, request, context, { executionId, requestId, action: "take back" });
  return undefined;
}
