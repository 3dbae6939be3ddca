import { type Config, loadConfig, VARIABLE_FAMILIES, VARIABLE_NAMES } from "../../app/config.ts";
import { readPricesFile } from "../../app/prices-file.ts";
import { counted } from "../../shared/counted.ts";
import { editDistance } from "../../shared/did-you-mean.ts";
import { isAppError } from "../../shared/errors.ts";
import { type Check, type Finding, ok, problem, warning } from "../finding.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** What the environment says; `config` is `null` when the bot would not start with it. */
export interface ReadEnvironment {
  readonly config: Config | null;
  readonly check: Check;
}

/** Reads the environment as the bot does at its start. */
export function readEnvironment(env: Environment): ReadEnvironment {
  const { config, findings } = load(env);
  const run = async () => [...findings, ...misspelled(env)];
  return { config, check: { id: "configuration", title: "Configuration", run } };
}

function load(env: Environment): {
  readonly config: Config | null;
  readonly findings: readonly Finding[];
} {
  try {
    const config = loadConfig(env);
    return { config, findings: [ok(summarize(config)), ...prices(config)] };
  } catch (error) {
    if (!isAppError(error, "config_invalid")) throw error;
    const problems = error.details["problems"];
    const listed = Array.isArray(problems) ? problems.map(String) : [error.message];
    const rest = { level: "unknown", what: "the rest is checked once this is right" } as const;
    return { config: null, findings: [...listed.map(toProblem), rest] };
  }
}

function toProblem(what: string): Finding {
  return { level: "problem", what };
}

function summarize({ slack, store, model, databases, mail }: Config): string {
  const parts = [
    slack.appToken === null ? "HTTP mode" : "Socket Mode",
    store.kind === "sqlite" ? `embedded store in ${store.dataDir}` : "store in MongoDB",
    `model ${model.defaultModel}`,
    mail === null ? "no e-mail" : "e-mail",
    ...(Object.keys(databases).length > 0
      ? [counted(Object.keys(databases).length, "database")]
      : []),
  ];
  return `complete: ${parts.join(", ")}`;
}

function prices({ model }: Config): readonly Finding[] {
  if (model.pricesFile === null) return [];
  try {
    const known = Object.keys(readPricesFile(model.pricesFile)).length;
    return [ok(`prices of ${known} models in ${model.pricesFile}`)];
  } catch (error) {
    if (!isAppError(error, "config_invalid")) throw error;
    return [problem(error.message, "The bot does not start before the file is right.")];
  }
}

/** Variables that nothing reads and whose names are one or two slips away from one that is read. */
function misspelled(env: Environment): readonly Finding[] {
  const families = VARIABLE_FAMILIES.map(
    (family) => new RegExp(`^${family.replace(/<[A-Z]+>/, "[A-Z0-9_]+")}$`),
  );
  return Object.keys(env).flatMap((name) => {
    if (VARIABLE_NAMES.includes(name) || families.some((family) => family.test(name))) return [];
    const meant = VARIABLE_NAMES.find(
      (known) => known.length > 5 && env[known] === undefined && isSlip(name, known),
    );
    if (meant === undefined) return [];
    return [warning(`${name} is set, but no part of the bot reads it.`, `Is it ${meant}?`)];
  });
}

function isSlip(name: string, known: string): boolean {
  return Math.abs(name.length - known.length) <= 2 && editDistance(name, known) <= 2;
}
