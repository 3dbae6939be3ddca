import type { ExecutionMigrated } from "../../model/control-events.ts";
import type { ExecutionState } from "../../model/state.ts";
import { requireActiveStep } from "./active-steps.ts";
import { openRequest } from "./apply-requests.ts";

/**
 * Lets an execution go on with another version. Whoever was asked is asked anew. What ended before cannot be retried: the version
 * may not have those steps any more.
 */
export function migrate(state: ExecutionState, event: ExecutionMigrated): void {
  const { version, by, at } = event;
  state.migrations.push({ by, at, from: state.version, to: version });
  state.version = version;
  state.prompts = { ...event.prompts, ...state.prompts };
  for (const [path, type] of Object.entries(event.formerTypes ?? {}))
    state.formerTypes.set(path, type);
  for (const { path, request } of event.asked) {
    const act = requireActiveStep(state, path, event);
    const before = state.requests.get(act.requestId ?? "");
    if (before) before.outcome ??= { decision: "superseded", at };
    state.openRequests.delete(act.requestId ?? "");
    openRequest(state, act, request);
    act.due = request.expiresAt ?? null;
    state.worklist.wakeAt(act.due);
  }
  for (const frame of state.frames.values()) {
    frame.undoLog.length = 0;
    state.worklist.add(frame.path);
  }
  for (const path of state.activeSteps.keys()) state.worklist.add(path);
  state.seen.add(event.signalId);
}
