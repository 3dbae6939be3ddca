/** A port, whether the environment sets it, and the name of its variable. */
export interface PortSetting {
  readonly name: string;
  readonly value: number;
  readonly explicit: boolean;
}

export interface SimulatorSettings {
  readonly port: PortSetting;
  readonly smtpPort: PortSetting;
  readonly dataDir: string;
  readonly eventsUrl: string | undefined;
  readonly manifestPath: string | undefined;
  readonly realistic: boolean;
}

/** Reads the simulator's settings, or says everything that is wrong with them. */
export function readSimulatorEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): SimulatorSettings | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const port = (name: string, fallback: number): PortSetting => {
    const given = environment[name] ?? "";
    const value = given === "" ? fallback : Number(given);
    if (!Number.isInteger(value) || value < 0 || value > 65_535) {
      problems.push(`${name} must be a port from 0 to 65535.`);
    }
    return { name, value, explicit: given !== "" };
  };
  const text = (name: string): string | undefined => environment[name] || undefined;
  const eventsUrl = text("SIMULATOR_EVENTS_URL");
  if (eventsUrl !== undefined && !/^https?:/.test(eventsUrl)) {
    problems.push(
      "SIMULATOR_EVENTS_URL must be an http address, for instance http://127.0.0.1:3000/slack/events.",
    );
  }
  const settings: SimulatorSettings = {
    port: port("SIMULATOR_PORT", 4_000),
    smtpPort: port("SIMULATOR_SMTP_PORT", 4_025),
    dataDir: text("DATA_DIR") ?? "./data",
    eventsUrl,
    manifestPath: text("SIMULATOR_MANIFEST"),
    realistic: environment["SIMULATOR_FAST"] !== "1",
  };
  return problems.length > 0 ? { problems } : settings;
}
