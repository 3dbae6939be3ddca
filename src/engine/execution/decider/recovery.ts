import { createHash } from "node:crypto";
import type { ActiveStep, ExecutionState } from "../../model/state.ts";

/** How often an attempt whose worker died is begun again before it counts as failed: a step that kills its worker must end. */
export const MAX_RECOVERIES = 20;

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 60_000;

/**
 * When an attempt whose worker died may be begun again; `null`: its worker lives. The first time it is at once, later with
 * pauses that double and differ from step to step: of all that was under way when a process died, one step may be the reason.
 * Begun together each time, the others would die with it until all of them are given up; apart, they get by.
 *
 * Pure: the difference is a hash of key and count.
 */
export function recoverableAt(state: ExecutionState, act: ActiveStep): number | null {
  if (act.phase !== "running" || act.epoch >= state.epoch) return null;
  if (act.recoveries === 0) return act.begunAt;
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** (act.recoveries - 1), LONGEST_PAUSE_MS);
  const hash = createHash("sha256").update(`${act.key}:${act.recoveries}`).digest();
  return act.begunAt + Math.round(pause * (0.5 + hash.readUInt32BE(0) / 2 ** 32));
}
