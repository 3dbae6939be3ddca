import type { ModalView } from "@slack/types";
import type { ExecutionView } from "../../engine/api/executions.ts";
import { type RunPageValue, toRunPageValue } from "../action-values.ts";
import { ACTION_IDS } from "../ids.ts";
import { sections, unfold } from "./blocks/build.ts";
import { pagedDialog } from "./blocks/pages.ts";
import type { CardContext } from "./card-context.ts";
import { maskNote } from "./mask-note.ts";
import { allStepLines } from "./step-lines.ts";

/** All steps of a run in a dialog, on as many pages as they need. */
export function stepsDialog(
  view: ExecutionView,
  context: CardContext,
  value: RunPageValue,
): ModalView {
  const blocks = [...maskNote(view), ...unfold(sections(allStepLines(view, context)))];
  return pagedDialog("Steps", blocks, {
    page: value.p ?? 0,
    actionId: ACTION_IDS.showStepsPage,
    valueFor: (p) => toRunPageValue({ ...value, p }),
  });
}
