import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { OpenRequest } from "../../../engine/api/approvals.ts";
import { asAppError } from "../../../shared/errors.ts";
import { readOwn } from "../../../shared/json.ts";
import { cut } from "../../../slack/limits.ts";
import { showSentence } from "../../../slack/text.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS, DIALOG_IDS } from "../../ids.ts";
import { createCardContext } from "../../views/card-context.ts";
import { denseRequest } from "../../views/request-text.ts";
import {
  type CarriedRequest,
  COMMON_CHOICE,
  isSimple,
  loadingSeveral,
  nameOf,
  parseSeveral,
  type ReadRequest,
  severalDialog,
  severalNotice,
  tickBlockId,
} from "../../views/several-dialog.ts";
import { onAction } from "../actions/on-action.ts";
import { fillDialog, onSubmit, openDialog } from "./dialog.ts";

/** Ten of them must fit into one section. */
const PROBLEM_CHARS = 180;

/** The button of App Home that lists what waits, and the dialog in which several requests are approved together. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.decideSeveral,
    parse: () => ({}),
    ack: "after",
    handle: async (request) => {
      await request.ack();
      // Before anything is looked up: the click's trigger is good for three seconds.
      const id = await openDialog(request, loadingSeveral());
      if (id === null) return undefined;
      const view = await readSeveral(request.click.user, context).catch((error: unknown) => {
        request.logger.warn({ err: error }, "the requests could not be shown");
        return severalNotice(`:warning: ${showSentence(asAppError(error).message)}`);
      });
      await fillDialog(request, id, view);
      return undefined;
    },
  });
  onSubmit(app, context, {
    id: DIALOG_IDS.several,
    title: "Decide several",
    parse: parseSeveral,
    submit: async ({ value, user, values }) => {
      const ticked = value.filter((_, index) => isTicked(values[tickBlockId(index)]));
      if (ticked.length === 0)
        return { kind: "notice", text: "Nothing was ticked, so nothing was decided." };
      const results = await Promise.all(ticked.map((one) => approve(one, user, context)));
      const counted = results.filter(({ problem }) => problem === null);
      const left = results.filter(({ problem }) => problem !== null);
      void context.home.publish(user, undefined).catch((error: unknown) => {
        context.logger.warn({ err: error, user }, "could not show App Home");
      });
      const lines = [
        `:white_check_mark: ${counted.length} approved.`,
        ...counted.map(({ name }) => `• ${name}`),
        ...(left.length === 0 ? [] : [`:warning: ${left.length} left out:`]),
        ...left.map(
          ({ name, problem }) => `• ${name}: ${cut(showSentence(problem ?? ""), PROBLEM_CHARS)}`,
        ),
      ];
      return { kind: "notice", text: lines.join("\n") };
    },
  });
}

/** The dialog with what waits for a person and can be decided together. */
async function readSeveral(user: string, context: BotContext): Promise<ModalView> {
  await context.permissions.caller(user);
  const simple = (await context.engine.approvals.listFor(user)).filter(isSimple);
  return severalDialog(await Promise.all(simple.map((one) => readWhole(one, user, context))));
}

/** As the person may read it, who is about to decide. */
async function readWhole(
  open: OpenRequest,
  user: string,
  { engine, groups }: BotContext,
): Promise<ReadRequest> {
  const view = await engine.executions.get(open.executionId, user);
  const { definition } = await engine.workflows.get(view.workflowId, view.workflowVersion);
  const cards = createCardContext(definition, await groups.lastKnownIds(), true);
  return { open, blocks: denseRequest(view, open.request, cards) };
}

function isTicked(block: unknown): boolean {
  const selected = readOwn(readOwn(block, "tick"), "selected_options");
  return Array.isArray(selected) && selected.length > 0;
}

/** One vote, with what its request looked like in the dialog. Never rejects. */
async function approve(
  { e: executionId, r: requestId, n: round, h: hash }: CarriedRequest,
  by: string,
  { engine, logger }: BotContext,
): Promise<{ readonly name: string; readonly problem: string | null }> {
  let name = requestId;
  try {
    const { requests } = await engine.executions.get(executionId);
    name = nameOf(
      requests.find(({ opened }) => opened.id === requestId)?.opened.title ?? requestId,
    );
    const vote = { executionId, requestId, round, hash, choice: COMMON_CHOICE, by, via: "home" };
    const answer = await engine.approvals.vote(vote);
    if (!answer.recorded) return { name, problem: answer.message };
    const settled = await answer.settled;
    return { name, problem: settled.kind === "refused" ? settled.message : null };
  } catch (error) {
    const known = asAppError(error);
    logger.warn({ err: known, requestId }, "one of several decisions failed");
    return { name, problem: `${known.message} It may not have been recorded: look at its card.` };
  }
}
