import type { App, SlackViewAction, ViewResponseAction } from "@slack/bolt";
import type { ModalView, View } from "@slack/types";
import type { Logger } from "pino";
import { AppError } from "../../../shared/errors.ts";
import type { BotContext } from "../../context.ts";
import { createReply, guard } from "../../reply.ts";
import { noticeDialog } from "../../views/dialog.ts";
import type { ActionRequest } from "../actions/on-action.ts";
import { ACK_WITHIN_MS, settlesWithin, UNCONFIRMED_SENTENCE } from "../vote-answer.ts";
import { fillView, openView } from "./open-view.ts";

/** Of the dialogs in which people decide. */
const OTHERWISE = "So nothing was decided. Click the button again.";

/**
 * Opens the dialog of a click.
 *
 * @returns its id; `null`: it could not be opened, and the person got an answer.
 */
export function openDialog(request: ActionRequest<unknown>, view: View): Promise<string | null> {
  return openView(request.click.triggerId, view, { ...request, otherwise: OTHERWISE });
}

/** Shows another view in the dialog of a click; if Slack does not, the person hears of it. */
export function fillDialog(
  request: ActionRequest<unknown>,
  viewId: string,
  view: View,
): Promise<void> {
  return fillView(viewId, view, { ...request, otherwise: OTHERWISE });
}

/** A dialog as it was submitted. */
interface Submitted<Value> {
  readonly value: Value;
  readonly viewId: string;
  readonly user: string;
  readonly values: SlackViewAction["view"]["state"]["values"];
  readonly logger: Logger;
}

/**
 * What becomes of a submission: the dialog closes, stays with what is wrong, or shows another view or a text instead.
 *
 * `errors`: by block id.
 */
export type Submission =
  /** `after`: what is to be done when Slack has closed the dialog. */
  | { readonly kind: "done"; readonly after?: () => Promise<void> }
  | { readonly kind: "view"; readonly view: ModalView }
  | { readonly kind: "errors"; readonly errors: Readonly<Record<string, string>> }
  | { readonly kind: "notice"; readonly text: string };

/** Listens to the submission of a dialog. Answers within two seconds: what is not known by then, the card will show. */
export function onSubmit<Value>(
  app: App,
  context: BotContext,
  dialog: {
    readonly id: string;
    readonly title: string;
    /** Reads what the dialog carries. @returns `null` for what the bot never wrote. */
    readonly parse: (metadata: string) => Value | null;
    readonly submit: (submitted: Submitted<Value>) => Promise<Submission>;
    /** What is said if its effect is not known in time. @default that of a decision */
    readonly unconfirmed?: string;
  },
): void {
  app.view(dialog.id, async ({ ack, body, view }) => {
    const user = body.user.id;
    const logger = context.logger.child({ user, dialog: dialog.id });
    const reply = createReply(
      ({ blocks }) => ack({ response_action: "update", view: noticeDialog(dialog.title, blocks) }),
      logger,
    );
    await guard(reply, logger, async () => {
      const value = dialog.parse(view.private_metadata);
      if (value === null) {
        const message = "This dialog belongs to no request. Decide on the newest card.";
        throw new AppError({ code: "execution_not_found", message });
      }
      const work = dialog.submit({
        value,
        viewId: view.id,
        user,
        values: view.state.values,
        logger,
      });
      if (!(await settlesWithin(work, ACK_WITHIN_MS, context))) {
        work.catch((error: unknown) => logger.warn({ err: error }, "a dialog's work failed late"));
        return reply(`:warning: ${dialog.unconfirmed ?? UNCONFIRMED_SENTENCE}`);
      }
      const result = await work;
      if (result.kind === "notice") return reply(result.text);
      await ack(toResponse(result));
      if (result.kind === "done") await result.after?.();
    });
  });
}

function toResponse(
  result: Exclude<Submission, { kind: "notice" }>,
): ViewResponseAction | undefined {
  switch (result.kind) {
    case "errors":
      return { response_action: "errors", errors: { ...result.errors } };
    case "view":
      return { response_action: "update", view: result.view };
    default:
      return undefined;
  }
}
