import { asAppError } from "../../shared/errors.ts";
import { formatPath } from "../../shared/format-path.ts";
import { type JsonObject, toJson } from "../../shared/json.ts";
import type { Problem } from "../definition/problem.ts";
import { type Definition, placedTriggersOf } from "../definition/schema.ts";
import type { TriggerType } from "../definition/trigger-type.ts";
import { findTemplates } from "../language/template.ts";

export interface MissingSecretsOptions {
  readonly triggerTypes: ReadonlyMap<string, TriggerType>;
  /** Throws for a secret that is not set. */
  readonly revealSecrets: (params: JsonObject) => JsonObject;
}

interface NamedSecret {
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/** A warning at each place of a checked definition that names a secret which the operator has not set. */
export function warnOfMissingSecrets(
  definition: Definition,
  { triggerTypes, revealSecrets }: MissingSecretsOptions,
): readonly Problem[] {
  const isSet = (name: string): boolean => {
    try {
      return revealSecrets({ name: `{{secrets.${name}}}` })["name"] !== "";
    } catch (error) {
      if (asAppError(error).code === "params_invalid") return false;
      throw error;
    }
  };
  return [...inTemplates(definition), ...inTriggers(definition, triggerTypes)]
    .filter(({ name }) => !isSet(name))
    .map(({ name, path }) => ({
      path: formatPath(path),
      message: `the secret ${name} is not set`,
      fix: `The operator sets SECRET_${name} in the bot's environment and restarts it. Until then what needs it fails.`,
    }));
}

function inTemplates(definition: Definition): readonly NamedSecret[] {
  return findTemplates(toJson(definition), () => undefined).flatMap(({ path, template }) =>
    template.paths.flatMap(([root, name]) =>
      root === "secrets" && typeof name === "string" ? [{ name, path }] : [],
    ),
  );
}

function inTriggers(
  definition: Definition,
  types: ReadonlyMap<string, TriggerType>,
): readonly NamedSecret[] {
  return placedTriggersOf(definition).flatMap(({ trigger, path: base }) => {
    const { type, id: _id, inputs: _inputs, ...config } = trigger;
    const named = types.get(type)?.secrets?.(config) ?? [];
    return named.map(({ name, path }) => ({ name, path: [...base, ...path] }));
  });
}
