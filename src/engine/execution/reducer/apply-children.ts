import type { ChildEnded, ChildHeld, ChildStarted } from "../../model/events.ts";
import type { ActiveStep, ExecutionState } from "../../model/state.ts";
import { moveTo } from "./active-steps.ts";
import { reserve, settleAbandonedChild, settleAttempt } from "./apply-costs.ts";

/** The step waits until there is room for the child that it wants to start. */
export function blockChild(state: ExecutionState, act: ActiveStep, event: ChildHeld): void {
  moveTo(state, act, "waiting", "child");
  act.childAwaitingBudget = event.child;
}

/** The step holds what the child may spend and, if it waits for the end, waits; the start itself leaves by the outbox. */
export function startChild(state: ExecutionState, act: ActiveStep, event: ChildStarted): void {
  const id = startId(event.childId);
  state.outbox.set(id, { kind: "start_child", id, child: event });
  if (!event.waits) return;
  moveTo(state, act, "waiting", "child");
  act.childAwaitingBudget = null;
  act.childId = event.childId;
  reserve(state, act, event.allottedNano ?? 0);
}

/** Settles what the child was allotted. What follows for the step is told by an event of its own. */
export function endChild(state: ExecutionState, event: ChildEnded): void {
  state.seen.add(event.signalId);
  // Whoever has ended was started, and need not be stopped: told again, the two would tell each other without end.
  state.outbox.delete(startId(event.childId));
  state.outbox.delete(cancelId(event.childId));
  const cost = {
    costNano: event.spentNano,
    ...(event.costUnknown !== undefined && { costUnknown: event.costUnknown }),
  };
  const act = state.activeSteps.get(event.path);
  if (act?.childId !== event.childId) return settleAbandonedChild(state, event.childId, cost);
  settleAttempt(state, act, cost);
  act.childId = null;
}

/**
 * The step that waits for a child is over before: the child is to stop, and what it spent is told when it has. One whose start
 * is not known to have been delivered is begun as one that is cancelled: it ends at once, so its end is told like any other.
 */
export function abandonChild(state: ExecutionState, act: ActiveStep): void {
  const { childId } = act;
  if (childId === null) return;
  state.abandonedChildren.set(childId, act.reservedNano);
  act.reservedNano = 0;
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
