import { type AppError, asAppError, faultOf } from "../../shared/errors.ts";
import type { Json } from "../../shared/json.ts";
import { LIMITS } from "../../slack/limits.ts";
import { showSentence } from "../../slack/text.ts";
import type { BotContext } from "../context.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, type CardMessage, message, section } from "../views/blocks/build.ts";
import { carry } from "./carried.ts";
import { readTyped } from "./run-forms.ts";

/** A form that was refused as a whole. */
export interface RefusedForm {
  readonly viewId: string;
  readonly metadata: string;
  readonly fields: Readonly<Record<string, Json>>;
  readonly error: unknown;
}

/** What came of a form that was refused, as mrkdwn: its start may have been stored although no answer of the store arrived. */
export function describeRefusal(error: AppError): string {
  if (error.outcomeUnknown || faultOf(error.code) === "internal")
    return ":warning: It could not be confirmed that the workflow was started. If you submit the form again, it runs once all the same.";
  const { message } = error;
  const lead = "Nothing was started";
  return `:warning: ${message.startsWith(lead) ? "" : `${lead}. `}${showSentence(message)}`;
}

/**
 * What a person gets of a form that could not be submitted: why, and a button that opens it again with what they typed, except for
 * what is sensitive.
 *
 * @returns `null`: nothing of it can be kept.
 */
export async function keepForm(
  { error, ...form }: RefusedForm,
  context: BotContext,
): Promise<CardMessage | null> {
  try {
    const { state, hasSensitive } = await readTyped(form, context);
    const value = await carry(state, LIMITS.buttonValue, context.keys);
    const text = `${describeRefusal(asAppError(error))} What you filled in is kept for a day${hasSensitive ? ", except for what is sensitive" : ""}.`;
    const open = { actionId: ACTION_IDS.openForm, label: "Open the form again" };
    return message(text, [section(text), buttons("form", [button({ ...open, value })])]);
  } catch (failure) {
    context.logger.info({ err: failure }, "what was typed in a form could not be kept");
    return null;
  }
}
