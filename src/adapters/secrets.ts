import { AppError } from "../shared/errors.ts";
import type { JsonObject } from "../shared/json.ts";
import { revealSecrets } from "../shared/secret-reference.ts";

/**
 * Replaces `{{secrets.NAME}}` in the parameters of a service call by `SECRET_<NAME>` of the
 * environment.
 *
 * @throws {AppError} `params_invalid` when the returned function meets a name that is not set.
 */
export function createSecretRevealer(
  secrets: Readonly<Record<string, string>>,
): (params: JsonObject) => JsonObject {
  return (params) =>
    revealSecrets(params, (name) => {
      const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
      if (value !== undefined) return value;
      throw new AppError({
        code: "params_invalid",
        message: `There is no secret "${name}". The operator sets it as SECRET_${name} in the bot's environment.`,
      });
    });
}
