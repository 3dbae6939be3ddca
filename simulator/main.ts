import { join } from "node:path";
import { openSimulator, type Simulator } from "./simulator.ts";
import { readSimulatorEnvironment } from "./simulator-environment.ts";

/** `npm run simulator`: the workspace and the stand-ins alone, for any bot. */
async function main(): Promise<void> {
  const environment = readSimulatorEnvironment(process.env);
  if ("problems" in environment) {
    for (const problem of environment.problems) console.error(problem);
    process.exitCode = 78;
    return;
  }
  const simulator = await openOnFreePort(environment);
  if (simulator === undefined) return;
  console.log(introduction(simulator, environment.eventsUrl));
  const stop = (): void => {
    void simulator[Symbol.asyncDispose]().then(() => process.exit(0));
  };
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
}

type Settings = Exclude<ReturnType<typeof readSimulatorEnvironment>, { problems: unknown }>;

/** Takes the next ports when default ones are taken; ports that were asked for are taken or nothing is. */
async function openOnFreePort(settings: Settings): Promise<Simulator | undefined> {
  let { port, smtpPort } = settings;
  for (let attempt = 0; attempt < 50; attempt += 1) {
    try {
      return await openSimulator({
        port: port.value,
        smtpPort: smtpPort.value,
        dataDir: join(settings.dataDir, "simulator"),
        realistic: settings.realistic,
        ...(settings.eventsUrl === undefined ? {} : { eventsUrl: settings.eventsUrl }),
        ...(settings.manifestPath === undefined ? {} : { manifest: settings.manifestPath }),
      });
    } catch (error) {
      const taken = takenPort(error);
      const wanted = [port, smtpPort].find((one) => one.value === taken);
      if (wanted === undefined) {
        console.error(error instanceof Error ? error.message : String(error));
        process.exitCode = 1;
        return undefined;
      }
      if (wanted.explicit) {
        console.error(
          `Port ${taken} is taken. Set ${wanted.name} to a free port, or unset it to take the next free one.`,
        );
        process.exitCode = 78;
        return undefined;
      }
      console.log(`Port ${taken} is taken; trying ${wanted.value + 1}.`);
      if (wanted === port) port = { ...port, value: port.value + 1 };
      else smtpPort = { ...smtpPort, value: smtpPort.value + 1 };
    }
  }
  console.error("No free port was found.");
  process.exitCode = 1;
  return undefined;
}

function takenPort(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "EADDRINUSE")
    return undefined;
  return "port" in error && typeof error.port === "number" ? error.port : undefined;
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

await main();
