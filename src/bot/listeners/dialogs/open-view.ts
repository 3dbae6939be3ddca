import type { View } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import { toSlackError, toSlackFailure } from "../../../slack/errors.ts";
import { showSentence } from "../../../slack/text.ts";
import type { Reply } from "../../reply.ts";

/** What a dialog needs to be shown, and to say that it cannot be. */
export interface ViewOptions {
  readonly client: WebClient;
  /** Answers the person where they see it without the dialog. */
  readonly reply: Reply;
  readonly logger: Logger;
  /** As it follows a reason: "Nothing was decided. Click the button again." */
  readonly otherwise: string;
}

/** Slack's errors for a trigger that is too old, or was used (https://docs.slack.dev/reference/methods/views.open). */
const TOO_LATE = new Set(["expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"]);

/**
 * Opens a dialog, at once: Slack takes the trigger of a click for three seconds only.
 *
 * @returns its id; `null`: it could not be opened, and the person got an answer.
 */
export async function openView(
  triggerId: string | undefined,
  view: View,
  { client, reply, logger, otherwise }: ViewOptions,
): Promise<string | null> {
  try {
    const { view: opened } = await client.views.open({ trigger_id: triggerId ?? "", view });
    return opened?.id ?? null;
  } catch (error) {
    logger.warn({ err: error }, "a dialog could not be opened");
    const failure = toSlackFailure(error);
    const isLate = failure.kind === "refused" && TOO_LATE.has(failure.code);
    const why = isLate
      ? "Slack did not open the dialog in time."
      : showSentence(toSlackError(error, "opening the dialog").message);
    await reply(`:warning: ${why} ${otherwise}`);
    return null;
  }
}

/** Shows another view in an open dialog. If Slack does not, the person hears of it, unless they closed the dialog. */
export async function fillView(
  viewId: string,
  view: View,
  { client, reply, logger, otherwise }: ViewOptions,
): Promise<void> {
  try {
    await client.views.update({ view_id: viewId, view });
  } catch (error) {
    logger.warn({ err: error }, "a dialog could not be filled in");
    const failure = toSlackFailure(error);
    if (failure.kind === "refused" && failure.code === "not_found") return;
    const why = showSentence(toSlackError(error, "filling in the dialog").message);
    await reply(`:warning: ${why} ${otherwise}`);
  }
}
