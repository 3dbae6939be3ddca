import type { ActionsBlock } from "@slack/types";
import type { RequestOpened } from "../../engine/model/events.ts";
import { toDecisionValue } from "../action-values.ts";
import { decideActionId } from "../ids.ts";
import { button, buttons } from "./blocks/build.ts";

/** One button for each choice of a request, the same wherever it is shown. @param blockId - unique within the message or view. */
export function decideButtons(
  blockId: string,
  executionId: string,
  opened: RequestOpened,
): ActionsBlock {
  const elements = opened.choices.map((choice) =>
    button({
      actionId: decideActionId(choice.id),
      label: choice.label,
      style: choice.style,
      value: toDecisionValue({
        e: executionId,
        r: opened.id,
        n: opened.round,
        h: opened.hash,
        c: choice.id,
      }),
    }),
  );
  return buttons(blockId, elements);
}
