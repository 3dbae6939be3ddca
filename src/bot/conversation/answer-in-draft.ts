import type { DraftView } from "../../engine/api/drafts.ts";
import { showHiddenInLine } from "../../shared/visible-text.ts";
import { escapeText } from "../../slack/text.ts";
import { toDraftValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import { button, buttons, type CardMessage, message, section } from "../views/blocks/build.ts";
import { partOrWhole, previewLines } from "../views/definition-preview.ts";
import type { DraftIntent } from "./intents.ts";
import { changeButton } from "./recent-draft.ts";

/**
 * Answers in the thread of a draft what changes nothing in it. What would settle the draft is offered as a button: a draft that was
 * discarded does not come back.
 *
 * @param mayBeChange - the time stamp of the message, if a model read it: it may have misread a change. `null`: it is none.
 */
export function answerInDraft(
  intent: Exclude<DraftIntent, "change" | "undo">,
  { draft, explanation, warnings }: DraftView,
  mayBeChange: string | null,
): CardMessage | string {
  const value = toDraftValue({ d: draft.id, n: draft.round });
  const name = escapeText(showHiddenInLine(explanation.name));
  switch (intent) {
    case "thanks":
      return "You're welcome. Nothing runs before an admin presses *Deploy* on the draft's card.";
    case "explain": {
      const lines = previewLines({ explanation, warnings });
      const text = `What *${name}* does as it stands in round ${draft.round}:`;
      return message(text, [
        section(text),
        ...partOrWhole(lines, { d: draft.id, n: draft.round }),
        ...(mayBeChange === null
          ? [section("To change something, write what should change.")]
          : [
              section("If you meant it as a change, press the button:"),
              changeButton(draft, mayBeChange),
            ]),
      ]);
    }
    case "deploy": {
      const text = `Shall round ${draft.round} of *${name}* be deployed? An admin can do it here or on the draft's card.`;
      const deploy = { actionId: ACTION_IDS.deployDraft, label: "Deploy", value };
      return message(text, [
        section(text),
        buttons(`deploy:${draft.id}:${draft.round}`, [button({ ...deploy, style: "primary" })]),
      ]);
    }
    case "discard": {
      const text = `Shall the draft *${name}* be discarded?`;
      const discard = { actionId: ACTION_IDS.discardDraft, label: "Discard", value };
      return message(text, [
        section(text),
        buttons(`discard:${draft.id}:${draft.round}`, [button({ ...discard, style: "danger" })]),
      ]);
    }
    default:
      return intent satisfies never;
  }
}
