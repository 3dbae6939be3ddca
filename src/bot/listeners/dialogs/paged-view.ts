import type { App, BlockAction } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { Caller } from "../../../engine/api/access.ts";
import { asAppError } from "../../../shared/errors.ts";
import { readOwn } from "../../../shared/json.ts";
import { showSentence } from "../../../slack/text.ts";
import type { BotContext } from "../../context.ts";
import { createDirectReply } from "../../reply.ts";
import { type Click, onAction } from "../actions/on-action.ts";
import { fillView, openView, type ViewOptions } from "./open-view.ts";

const OTHERWISE = "Click the button again.";

/** A dialog that a button opens, and whose own buttons turn its pages. */
export interface PagedView<Value> {
  /** Action id of the button that opens it. */
  readonly opens: string;
  /** What the action ids of its own buttons begin with, before `_` and a page. */
  readonly turns: string;
  /** Reads what a button carries. @returns `null` for what the bot never wrote. */
  readonly parse: (text: string | undefined) => Value | null;
  /** What the first page is read by. @default what the button carries */
  readonly opened?: (value: Value, click: Click) => Value;
  /** What is seen while it is read. */
  readonly loading: string;
  /** Said of what no button of the bot carries. */
  readonly unknown: string;
  /** The dialog with a text alone, in mrkdwn. */
  readonly notice: (text: string) => ModalView;
  /** The page, for a person who may use the bot. @throws {AppError} why it is not shown. */
  readonly read: (value: Value, caller: Caller, context: BotContext) => Promise<ModalView>;
}

/** Listens to the button of the dialog and to those that turn its pages. */
export function registerPagedView<Value>(
  app: App,
  context: BotContext,
  view: PagedView<Value>,
): void {
  const { opens, turns, parse, opened = (value: Value) => value } = view;
  onAction(app, context, {
    id: opens,
    parse: (text) => ({ shown: parse(text) }),
    ack: "after",
    handle: async (request) => {
      await request.ack();
      const { click, value } = request;
      const options = { ...request, otherwise: OTHERWISE };
      // At once: a trigger is good for three seconds, and what is shown has to be read first.
      const viewId = await openView(click.triggerId, view.notice(view.loading), options);
      const shown = value.shown === null ? null : opened(value.shown, click);
      if (viewId !== null) await show(view, shown, { user: click.user, viewId }, options, context);
      return undefined;
    },
  });
  app.action<BlockAction>(new RegExp(`^${turns}_`), async ({ ack, body, client }) => {
    await ack();
    if (body.view === undefined) return;
    const user = body.user.id;
    const logger = context.logger.child({ user });
    const pressed = readOwn(body.actions[0], "value");
    const shown = parse(typeof pressed === "string" ? pressed : undefined);
    // Within a dialog there is no other place for an answer.
    const reply = createDirectReply(context.sender, user, logger);
    const options = { client, reply, logger, otherwise: OTHERWISE };
    await show(view, shown, { user, viewId: body.view.id }, options, context);
  });
}

/** Fills the dialog with the page, or with why it is not shown. */
async function show<Value>(
  { opens, read, notice, unknown }: PagedView<Value>,
  value: Value | null,
  { user, viewId }: { readonly user: string; readonly viewId: string },
  options: ViewOptions,
  context: BotContext,
): Promise<void> {
  const readPage = async (): Promise<ModalView> => {
    const caller = await context.permissions.caller(user);
    return value === null ? notice(unknown) : read(value, caller, context);
  };
  const page = await readPage().catch((error: unknown) => {
    const known = asAppError(error);
    options.logger.info({ err: known, dialog: opens }, "a dialog's page could not be read");
    return notice(showSentence(known.message));
  });
  await fillView(viewId, page, options);
}
