import type { NotRecorded } from "../api/approvals.ts";
import { approvalPathOf } from "../execution/decider/decided-requests.ts";
import { type Choice, isOutOfRounds, type RequestOpened } from "../model/requests.ts";
import type { ReadonlyRequest, ReadonlyState } from "../model/state.ts";

/** The choice of this id, if it can be made; else why not, with those that can. */
export function choiceOf(opened: RequestOpened, id: string): Choice | NotRecorded {
  const left = opened.choices.filter((choice) => !isOutOfRounds(opened, choice.id));
  const labels = left.map((choice) => choice.label).join(", ");
  const choice = opened.choices.find((one) => one.id === id);
  if (!choice)
    return { recorded: false, reason: "unknown_choice", message: `One can choose: ${labels}.` };
  if (left.includes(choice)) return choice;
  const times = opened.rounds?.taken === 1 ? "once" : `${opened.rounds?.taken} times`;
  const message = `This was sent back ${times} already, the most that is allowed, so "${choice.label}" is no longer possible. What remains: ${labels}.`;
  return { recorded: false, reason: "out_of_rounds", message };
}

/** Does the same approval ask again by now, on a newer card? */
export function isReplaced(state: ReadonlyState, request: ReadonlyRequest): boolean {
  return [...state.openRequests].some((id) => {
    const open = state.requests.get(id);
    return open !== undefined && open !== request && placeOf(open) === placeOf(request);
  });
}

/** Place of the step that asked first, whichever entry of it. */
function placeOf(request: ReadonlyRequest): string {
  const path = approvalPathOf(request);
  return path.slice(0, path.lastIndexOf("#"));
}
