import { join } from "node:path";
import { openSimulator, type Simulator } from "./simulator.ts";
import type { SimulatorSettings } from "./simulator-environment.ts";

/** How many ports after the default one are tried. */
const MAX_TRIES = 50;

/** A port that was asked for is taken; the message names its variable. */
export class PortTakenError extends Error {
  override readonly name = "PortTakenError";
}

/**
 * Opens the simulator with its state in `DATA_DIR/simulator`. A default port that is taken moves to the next free one.
 *
 * @param say - called for each port that is in use.
 * @param banner - what the page says about itself.
 * @throws {PortTakenError} when a port that was given explicitly is taken.
 */
export async function openOnFreePort(
  settings: SimulatorSettings,
  say: (line: string) => void,
  banner?: string,
): Promise<Simulator> {
  let { port, smtpPort } = settings;
  for (let tries = 0; ; tries += 1) {
    try {
      return await openSimulator({
        port: port.value,
        smtpPort: smtpPort.value,
        dataDir: join(settings.dataDir, "simulator"),
        realistic: settings.realistic,
        plan: settings.plan,
        size: settings.size,
        grid: settings.grid,
        grantsOptional: true,
        ...(banner !== undefined && { banner }),
        ...(settings.eventsUrl === undefined ? {} : { eventsUrl: settings.eventsUrl }),
        ...(settings.manifestPath === undefined ? {} : { manifest: settings.manifestPath }),
      });
    } catch (error) {
      const taken = takenPort(error);
      const wanted = [port, smtpPort].find((one) => one.value === taken);
      if (wanted === undefined || tries >= MAX_TRIES) throw error;
      if (wanted.explicit) {
        throw new PortTakenError(
          `Port ${taken} is taken. Set ${wanted.name} to a free port, or unset it to take the next free one.`,
        );
      }
      say(`Port ${taken} is taken; trying ${wanted.value + 1}.`);
      if (wanted === port) port = { ...port, value: port.value + 1 };
      else smtpPort = { ...smtpPort, value: smtpPort.value + 1 };
    }
  }
}

function takenPort(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "EADDRINUSE")
    return undefined;
  return "port" in error && typeof error.port === "number" ? error.port : undefined;
}
