import { AppError } from "../../../shared/errors.ts";
import type { ExecutionEvent } from "../../model/events.ts";
import type { ExecutionState } from "../../model/state.ts";

export function invalidTransition(
  state: ExecutionState,
  event: ExecutionEvent,
  why: string,
): AppError {
  return new AppError({
    code: "internal",
    message: `The event ${event.type} cannot follow in execution ${state.start.executionId} at revision ${state.rev}: ${why}.`,
    details: { executionId: state.start.executionId, rev: state.rev, event: event.type },
  });
}
