import { asAppError } from "../../shared/errors.ts";
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
    const why = `:warning: Nothing was started. ${showSentence(asAppError(error).message)}`;
    const text = `${why} What you filled in is kept for a day${hasSensitive ? ", except for what is sensitive" : ""}.`;
    const open = { actionId: ACTION_IDS.openForm, label: "Open the form again" };
    return message(text, [section(text), buttons("form", [button({ ...open, value })])]);
  } catch (failure) {
    context.logger.info({ err: failure }, "what was typed in a form could not be kept");
    return null;
  }
}
