import { omitUndefined } from "../../../shared/omit-undefined.ts";
import type { ChildEnded, ChildHeld, ChildStarted } from "../../model/children.ts";
import type { ActiveStep, ExecutionState } from "../../model/state.ts";
import { moveTo } from "./active-steps.ts";
import { reserve, settleAbandonedChild, settleAttempt } from "./apply-costs.ts";

/** The step waits until there is room for the child that it wants to start. */
export function blockChild(state: ExecutionState, step: ActiveStep, event: ChildHeld): void {
  moveTo(state, step, "waiting", "child");
  step.childAwaitingBudget = event.child;
}

/**
 * The step holds what the child may spend and, if it waits for the end, waits; the start itself
 * leaves by the outbox.
 */
export function startChild(state: ExecutionState, step: ActiveStep, event: ChildStarted): void {
  const id = startId(event.childId);
  state.outbox.set(id, { kind: "start_child", id, child: event });
  if (!event.waits) return;
  moveTo(state, step, "waiting", "child");
  step.childAwaitingBudget = null;
  step.childId = event.childId;
  reserve(state, step, event.allottedNano ?? 0);
}

/**
 * Settles what the child was allotted. What follows for the step is an event of its own.
 */
export function endChild(state: ExecutionState, event: ChildEnded): void {
  state.seen.add(event.signalId);
  // A child that has ended was started and need not be cancelled: delivered again, the two signals
  // would answer each other without end.
  state.outbox.delete(startId(event.childId));
  state.outbox.delete(cancelId(event.childId));
  const { spentNano: costNano, costUnknown } = event;
  const cost = omitUndefined({ costNano, costUnknown });
  const step = state.activeSteps.get(event.path);
  if (step?.childId !== event.childId) return settleAbandonedChild(state, event.childId, cost);
  settleAttempt(state, step, cost);
  step.childId = null;
}

/**
 * The step that waits for a child is over before: the child is to stop, and reports what it spent
 * when it has. One whose start is not known to have been delivered is begun as one that is
 * cancelled: it ends at once, so its end is reported like any other.
 */
export function abandonChild(state: ExecutionState, step: ActiveStep): void {
  const { childId } = step;
  if (childId === null) return;
  state.abandonedChildren.set(childId, step.reservedNano);
  step.reservedNano = 0;
  const start = state.outbox.get(startId(childId));
  state.outbox.delete(startId(childId));
  const id = cancelId(childId);
  const by = state.cancel?.by ?? state.start.executionId;
  state.outbox.set(id, {
    kind: "cancel_child",
    id,
    childId,
    by,
    ...(start?.kind === "start_child" && { start: start.child }),
  });
}

function startId(childId: string): string {
  return `start:${childId}`;
}

function cancelId(childId: string): string {
  return `cancel:${childId}`;
}
