import { formatPath } from "../../shared/format-path.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import type { Problem } from "../definition/problem.ts";
import type { Trigger } from "../model/events.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { InputChecks } from "../ports/name-checks.ts";
import { askOutside } from "../workflows/ask-outside.ts";

/** What is needed of a declared input. */
interface Declared {
  readonly type: string;
  readonly sensitive: boolean;
}

export interface InputExistenceOptions {
  readonly inputChecks: InputChecks;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Checks whether what inputs name exists outside: channels and people. */
export class InputExistence {
  readonly #options: InputExistenceOptions;

  constructor(options: InputExistenceOptions) {
    this.#options = options;
  }

  /**
   * Takes at most a second and a half and never throws: what is not known by then counts as existing.
   *
   * @param values - by the names of inputs, as they were converted. @returns paths are names of inputs.
   */
  async problems(
    inputs: Readonly<Record<string, Declared>>,
    values: JsonObject,
  ): Promise<readonly Problem[]> {
    const named = Object.entries(inputs).flatMap(([path, { type, sensitive }]) => {
      const value: Json = Object.hasOwn(values, path) ? (values[path] ?? null) : null;
      if ((type !== "channel" && type !== "user") || typeof value !== "string") return [];
      const kind: Kind = type;
      return [{ path, kind, name: value, isSensitive: sensitive }];
    });
    if (named.length === 0) return [];
    const warnings = await askOutside(named, this.#options.inputChecks, this.#options);
    return named.flatMap(({ path, kind, isSensitive }, index): Problem[] => {
      const warning = warnings[index];
      if (!warning) return [];
      const message = isSensitive ? `the value names no ${NOUNS[kind]}` : warning.message;
      return [{ path: formatPath([path]), message, fix: warning.fix }];
    });
  }
}

type Kind = keyof InputChecks;

const NOUNS: Readonly<Record<Kind, string>> = {
  channel: "channel that the bot can see",
  user: "person of this workspace",
};

/** What a shortcut knows of where it was used, also where the bot is not. */
const KNOWN_BY_SHORTCUT = new Set(["user", "channel", "messageUser"]);

/** The inputs whose values people or programs gave; what Slack or another run said exists. */
export function givenInputs<Input>(
  inputs: Readonly<Record<string, Input>>,
  { type, source }: Trigger,
): Readonly<Record<string, Input>> {
  if (source !== undefined || !GIVEN.has(type)) return {};
  if (type !== "shortcut") return inputs;
  return Object.fromEntries(
    Object.entries(inputs).filter(([name]) => !KNOWN_BY_SHORTCUT.has(name)),
  );
}

const GIVEN: ReadonlySet<string> = new Set([
  "slash",
  "manual",
  "api",
  "webhook",
  "event",
  "shortcut",
]);
