import type { Simulator } from "../../../simulator/simulator.ts";
import { pause } from "../pause.ts";

/** How long a person waits for Home. */
const HOME_MS = 15_000;
const LOOK_MS = 200;

/** What a person sees in Home: another object after each time that the bot published it. */
export function homeOf({ workspace }: Simulator, user: string): unknown {
  return workspace.state.views.home(user);
}

/** Whether a person sees another Home than `before` within 15 s. */
export async function seesNewHome(
  simulator: Simulator,
  user: string,
  before: unknown,
): Promise<boolean> {
  for (const end = performance.now() + HOME_MS; performance.now() < end; await pause(LOOK_MS))
    if (homeOf(simulator, user) !== before) return true;
  return false;
}
