import { openOnFreePort, PortTakenError } from "./open-on-free-port.ts";
import { ManifestError } from "./read-manifest.ts";
import type { Simulator } from "./simulator.ts";
import { readSimulatorEnvironment, type SimulatorSettings } from "./simulator-environment.ts";

/** `npm run simulator`: the workspace with its fakes, without a bot, for any bot. */
async function main(): Promise<void> {
  const environment = readSimulatorEnvironment(process.env, process.argv.slice(2));
  if ("problems" in environment) {
    for (const problem of environment.problems) console.error(problem);
    process.exitCode = 78;
    return;
  }
  const simulator = await openOnFreePort(environment, console.log);
  console.log(introduction(simulator, environment.eventsUrl));
  const kept = keptAs(simulator, environment);
  if (kept !== undefined) console.log(kept);
  const stop = (): void => {
    void simulator[Symbol.asyncDispose]().then(() => process.exit(0));
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

/** Says that the workspace of an earlier start is another one than was asked for; `undefined` when it is not. */
function keptAs({ workspace }: Simulator, wanted: SimulatorSettings): string | undefined {
  const { size, grid, plan } = workspace.state.directory;
  if (size === wanted.size && grid === wanted.grid && plan === wanted.plan) return undefined;
  const kept = [size, plan, ...(grid ? ["on Enterprise Grid"] : [])].join(", ");
  return `The workspace in ${wanted.dataDir} is kept as it was: ${kept}. For another one, set DATA_DIR to another folder.`;
}

function introduction(simulator: Simulator, eventsUrl: string | undefined): string {
  const credential =
    eventsUrl === undefined ? "SLACK_APP_TOKEN=xapp-simulator" : "SLACK_SIGNING_SECRET=simulator";
  return [
    `Slack simulator  ${simulator.url}/`,
    `Inbox            ${simulator.url}/mail (SMTP on port ${simulator.smtpPort ?? "none"})`,
    `Stand-in model   ${simulator.modelUrl}`,
    eventsUrl === undefined ? "Waiting for a bot in Socket Mode." : `Sending to ${eventsUrl}.`,
    `Point a bot at it: SLACK_API_URL=${simulator.apiUrl} SLACK_BOT_TOKEN=xoxb-simulator ${credential}`,
  ].join("\n");
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  const isConfiguration = error instanceof PortTakenError || error instanceof ManifestError;
  process.exitCode = isConfiguration ? 78 : 1;
}
