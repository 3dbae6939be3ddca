import { parseArgs } from "node:util";
import type { Plan, Size } from "./workspace/directory.ts";

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
  readonly plan: Plan;
  readonly size: Size;
  readonly grid: boolean;
}

/**
 * Reads the simulator's settings, or says everything that is wrong with them.
 *
 * @param args - what follows on the command line; `--plan free` and `--size large` take precedence over the variables; `--grid`.
 */
export function readSimulatorEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  args: readonly string[] = [],
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
  const flags = readFlags(args, problems);
  const choice = <T extends string>(flag: Choice, known: readonly T[], fallback: T): T => {
    const name = `SIMULATOR_${flag.toUpperCase()}`;
    const given = flags[flag] ?? text(name);
    const found = known.find((one) => one === given);
    if (given !== undefined && found === undefined) {
      const which = flags[flag] === undefined ? name : `--${flag}`;
      problems.push(`${which} must be ${known.join(" or ")}.`);
    }
    return found ?? fallback;
  };
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
    plan: choice("plan", ["paid", "free"], "paid"),
    size: choice("size", ["small", "large"], "small"),
    grid: flags.grid === true || environment["SIMULATOR_GRID"] === "1",
  };
  return problems.length > 0 ? { problems } : settings;
}

const FLAGS = {
  plan: { type: "string" },
  size: { type: "string" },
  grid: { type: "boolean" },
} as const;
type Choice = "plan" | "size";

function readFlags(
  args: readonly string[],
  problems: string[],
): { readonly [C in Choice]?: string | undefined } & { readonly grid?: boolean | undefined } {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error));
    return {};
  }
}
