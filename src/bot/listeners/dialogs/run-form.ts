import type { App, BlockAction } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { AppError, asAppError } from "../../../shared/errors.ts";
import { showSentence } from "../../../slack/text.ts";
import { describeStart } from "../../commands/describe-start.ts";
import type { Answer } from "../../commands/subcommand.ts";
import type { BotContext } from "../../context.ts";
import { readCarried } from "../../forms/carried.ts";
import { FormState } from "../../forms/form-state.ts";
import { describeRefusal, keepForm } from "../../forms/kept-form.ts";
import { buildForm, type FormResult, fillFromLastRun, submitForm } from "../../forms/run-forms.ts";
import { ACTION_IDS, DIALOG_IDS } from "../../ids.ts";
import { createDirectReply, createQuietReply, type Reply } from "../../reply.ts";
import { section } from "../../views/blocks/build.ts";
import { blockOf, readFields } from "../../views/blocks/inputs.ts";
import { noticeDialog } from "../../views/dialog.ts";
import { loadingForm } from "../../views/run-form.ts";
import { onAction } from "../actions/on-action.ts";
import { onSubmit, type Submission } from "./dialog.ts";
import { fillView, openView } from "./open-view.ts";

const TITLE = "Run a workflow";
const OTHERWISE = "So nothing was started. Click the button again.";

/** The form of a workflow's inputs: buttons open it, its last page starts the workflow. */
export function register(app: App, context: BotContext): void {
  onAction(app, context, {
    id: ACTION_IDS.openForm,
    parse: (value) => ({ carried: value ?? "" }),
    ack: "after",
    handle: async ({ ack, value, click, client, logger, reply }) => {
      await ack();
      const door = { client, logger, reply, triggerId: click.triggerId, user: click.user };
      await openForm(() => readButton(value.carried, context), door, context);
      return undefined;
    },
  });
  app.action<BlockAction>(ACTION_IDS.fillFromLastRun, async ({ ack, body, client }) => {
    await ack();
    const { user, view } = body;
    if (view === undefined) return;
    const logger = context.logger.child({ user: user.id });
    const metadata = view.private_metadata;
    const { fields } = readFields(view.state.values);
    const filled = await orNotice(
      fillFromLastRun({ user: user.id, metadata, fields }, context),
      logger,
    );
    const reply = createDirectReply(context.sender, user.id, logger);
    await fillView(view.id, filled, { client, reply, logger, otherwise: OTHERWISE });
  });
  onSubmit(app, context, {
    id: DIALOG_IDS.runForm,
    ...startingDialog(context),
    parse: (metadata) => metadata,
    submit: async ({ value: metadata, viewId, user, values, logger }) => {
      await context.permissions.caller(user);
      const { fields } = readFields(values);
      const form = { viewId, user, metadata, fields };
      try {
        return toSubmission(await submitForm(form, context), user, logger, context);
      } catch (error) {
        const kept = await keepForm({ ...form, error }, context);
        if (kept === null) throw error;
        const known = asAppError(error);
        logger.info({ err: known, code: known.code }, "a form was refused; what was typed is kept");
        await createDirectReply(context.sender, user, logger)(kept);
        const text = `${describeRefusal(known)} What you filled in is in our direct messages.`;
        return { kind: "notice", text };
      }
    },
  });
}

/** What the dialogs have in common by which a workflow is started. */
export function startingDialog({ command }: BotContext) {
  return {
    title: TITLE,
    unconfirmed: `It could not be confirmed that the workflow was started. Look at \`${command} runs\` before you start it again.`,
  };
}

/** What a form is opened with: the trigger of a click or a command, and how its person is answered without it. */
export interface FormDoor {
  readonly client: WebClient;
  readonly logger: Logger;
  readonly reply: Reply;
  readonly triggerId: string | undefined;
  readonly user: string;
}

/** Answers a person: with the form that an answer offers where one can be opened, else with the answer itself. */
export async function answerWithForm(
  answer: Answer,
  door: FormDoor,
  context: BotContext,
): Promise<void> {
  const { form, dialog } = typeof answer === "string" ? {} : answer;
  if (door.triggerId === undefined) return door.reply(answer);
  // Where Slack opens no dialog, the answer has a button that does.
  const reply = (): Promise<void> => door.reply(answer);
  if (dialog !== undefined) {
    await openView(door.triggerId, dialog, { ...door, reply, otherwise: "" });
    return;
  }
  if (form === undefined) return door.reply(answer);
  await openForm(() => Promise.resolve(form), { ...door, reply }, context);
}

/** Opens a dialog at once, before anything is looked up: its trigger is good for three seconds. */
export async function openForm(
  read: () => Promise<FormState>,
  { client, logger, reply, triggerId, user }: FormDoor,
  context: BotContext,
): Promise<void> {
  const options = { client, reply, logger, otherwise: OTHERWISE };
  const viewId = await openView(triggerId, loadingForm(), options);
  if (viewId === null) return;
  const build = async (): Promise<ModalView> => {
    await context.permissions.caller(user);
    return buildForm(await read(), user, context);
  };
  await fillView(viewId, await orNotice(build(), logger), options);
}

/** @throws {AppError} `input_invalid` for what no button carries any more. */
async function readButton(text: string, { keys }: BotContext): Promise<FormState> {
  const state = await readCarried(text, FormState, keys);
  if (state !== null) return state;
  const message = "This button is out of date. Ask for the workflow again.";
  throw new AppError({ code: "input_invalid", message });
}

/** The view, or why it cannot be shown. Never rejects. */
function orNotice(view: Promise<ModalView>, logger: Logger): Promise<ModalView> {
  return view.catch((error: unknown) => {
    const known = asAppError(error);
    logger.info({ err: known }, "a form could not be shown");
    return noticeDialog(TITLE, [section(`:warning: ${showSentence(known.message)}`)]);
  });
}

function toSubmission(
  result: FormResult,
  user: string,
  logger: Logger,
  context: BotContext,
): Submission {
  switch (result.kind) {
    case "view":
      return result;
    case "errors": {
      const { errors, state } = result;
      const byBlock = Object.entries(errors).map(
        ([name, text]) => [blockOf(name, state.refilled), text] as const,
      );
      return { kind: "errors", errors: Object.fromEntries(byBlock) };
    }
    default: {
      const { executionId, state } = result;
      // The other doors report to the person, or beside the message.
      if (state.via !== "slash") return { kind: "done" };
      const spot = { user, channel: state.channel ?? user, threadTs: state.threadTs };
      const reply = createQuietReply(context.sender, spot, logger);
      const started = { workflowId: state.workflowId, executionId, channel: spot.channel, user };
      return {
        kind: "done",
        after: async () => reply(await describeStart(started, context)),
      };
    }
  }
}
