import type { JsonObject } from "../../../simulator/json.ts";
import type { Simulator } from "../../../simulator/simulator.ts";
import { Random } from "./random.ts";

/** Makes model, mail server and Slack slow and unreliable for the calls to come: at least `calls` of each. */
export async function makeTrouble(
  simulator: Simulator,
  seed: number,
  calls: number,
): Promise<void> {
  const chance = new Random(seed, "trouble");
  for (let call = 0; call < calls; call += 1) {
    await addFault(simulator, { target: "model", ...modelTrouble(chance) });
    await addFault(simulator, { target: "mail", ...mailTrouble(chance) });
    await addFault(simulator, {
      target: "slack",
      method: "chat.postMessage",
      ...slackTrouble(chance),
    });
  }
}

/** Mostly slow, so that deaths meet calls under way. Few failures, or the bot would leave the model alone for a while. */
function modelTrouble(chance: Random): JsonObject {
  if (chance.chance(0.03)) return { status: 503 };
  if (chance.chance(0.03)) return { error: "disconnect" };
  return { delay_ms: chance.between(0, 800) };
}

function mailTrouble(chance: Random): JsonObject {
  if (chance.chance(0.06)) return { status: 451, error: "Come again." };
  if (chance.chance(0.06)) return { error: "disconnect" };
  if (chance.chance(0.08)) return { error: "disconnect_after" };
  return { delay_ms: chance.between(0, 400) };
}

/** The answer comes late, or is lost although the message stands. */
function slackTrouble(chance: Random): JsonObject {
  if (chance.chance(0.04)) return { retry_after: 1 };
  if (chance.chance(0.06)) return { status: 500, applied: true };
  return { delay_ms: chance.between(0, 300) };
}

async function addFault(simulator: Simulator, fault: JsonObject): Promise<void> {
  const response = await fetch(`${simulator.url}/sim/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fault),
  });
  if (!response.ok) throw new Error(`The simulator refused a fault: ${await response.text()}`);
  await response.body?.cancel();
}
