import type { ExecutionStatus, StepResult } from "../../../engine/model/state.ts";

/** How a state is shown everywhere: never by color or icon alone. */
export interface StatusLook {
  readonly icon: string;
  readonly label: string;
}

export const EXECUTION_LOOK: Readonly<Record<ExecutionStatus, StatusLook>> = {
  queued: { icon: ":hourglass:", label: "Queued" },
  running: { icon: ":gear:", label: "Running" },
  waiting: { icon: ":hourglass_flowing_sand:", label: "Waiting" },
  completed: { icon: ":white_check_mark:", label: "Completed" },
  failed: { icon: ":x:", label: "Failed" },
  cancelled: { icon: ":no_entry_sign:", label: "Cancelled" },
};

export const STEP_LOOK: Readonly<Record<StepResult["status"], StatusLook>> = {
  completed: { icon: ":white_check_mark:", label: "done" },
  skipped: { icon: ":fast_forward:", label: "skipped after a failure" },
  failed: { icon: ":x:", label: "failed" },
};

/** `:gear: Running`. */
export function showStatus(status: ExecutionStatus): string {
  const look = EXECUTION_LOOK[status];
  return `${look.icon} ${look.label}`;
}
