import type { z } from "zod";
import type { JsonObject } from "../../shared/json.ts";
import type { ConfigProblem } from "./step-type.ts";

/** One kind of trigger. Adding one: a module here, its test, a line in `index.ts`. */
export interface TriggerType<Config = unknown> {
  readonly kind: string;
  /** Other words for the same kind. */
  readonly aliases: readonly string[];
  /** One line for people and for generation. */
  readonly summary: string;
  /** The members of the trigger besides `type` and `id`; a strict object. */
  readonly config: z.ZodType<Config>;
  /** The variables that its runs begin with; absent: the caller that starts the run gives them. */
  readonly gives?: readonly string[];
  /** Others may come besides: the payload decides, or the person who starts it fills them in. */
  readonly givesMore?: boolean;
  /**
   * Values that the definition itself gives the runs, each set where it stands in the trigger. Called only with a configuration that
   * fits the schema. Absent: there are none.
   */
  values?(config: unknown): readonly TriggerValues[];
  /** The secrets that it names, each with its place in the trigger; called only with a configuration that fits. Absent: there are none. */
  secrets?(config: unknown): readonly SecretPlace[];
  /** Problems beyond the schema; called only with a configuration that fits it. */
  check?(config: unknown): readonly ConfigProblem[];
}

/** Variables of runs that stand in the definition. */
export interface TriggerValues {
  readonly path: readonly (string | number)[];
  readonly inputs: JsonObject;
}

/** A secret by its name: `FORGE` for `SECRET_FORGE` of the environment. */
export interface SecretPlace {
  readonly path: readonly (string | number)[];
  readonly name: string;
}

/** Ties the schema of a trigger type to the check that takes its output. */
export function defineTriggerType<Config>(parts: {
  readonly kind: string;
  readonly summary: string;
  readonly config: z.ZodType<Config>;
  readonly gives?: readonly string[];
  readonly givesMore?: boolean;
  readonly values?: (config: Config) => readonly TriggerValues[];
  readonly secrets?: (config: Config) => readonly SecretPlace[];
  readonly check: (config: Config) => readonly ConfigProblem[];
}): TriggerType<Config> {
  const { values, secrets, ...rest } = parts;
  return {
    ...rest,
    aliases: [],
    ...(values && { values: (config) => values(parts.config.parse(config)) }),
    ...(secrets && { secrets: (config) => secrets(parts.config.parse(config)) }),
    check: (config) => parts.check(parts.config.parse(config)),
  };
}

/** The id of a trigger within its definition: its own, or type and position. It stays when the rest of the trigger changes. */
export function triggerId(
  trigger: { readonly type: string; readonly id?: string | undefined },
  index: number,
): string {
  return trigger.id ?? `${trigger.type}-${index + 1}`;
}
