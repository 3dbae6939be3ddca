import type { Json, JsonObject } from "../../shared/json.ts";
import { maskBytes } from "../../shared/secret-bytes.ts";
import { createSecretMask, mapTexts, type SecretMask } from "../../shared/secret-mask.ts";
import { secretsIn } from "../../shared/secret-reference.ts";
import type { AttemptContext } from "../definition/step-type.ts";
import type { RunFiles } from "../ports/files.ts";
import type { SecretUse } from "../ports/service.ts";

/** What stands between a service and the run: no secret comes through it. */
export interface SecretShield extends SecretMask {
  /** The secrets of the call. */
  readonly secrets: readonly SecretUse[];
  /** The files of the run; what is stored there holds no secret of the call. */
  readonly files: RunFiles;
}

/**
 * A shield for a call with these parameters: it hides the secrets that the call reveals, and every other one of the process.
 *
 * @throws {AppError} `params_invalid` for a secret that is not set.
 */
export function shieldFor(
  params: JsonObject,
  context: Pick<AttemptContext, "revealSecrets" | "hideSecrets" | "maskSecrets" | "files">,
): SecretShield {
  const { revealSecrets, hideSecrets, maskSecrets, files } = context;
  const secrets = secretsIn(params);
  const names = [...new Set(secrets.map(({ name }) => name))];
  const values = names.flatMap((name) => {
    const { value } = revealSecrets({ value: `{{secrets.${name}}}` });
    return typeof value === "string" ? [value] : [];
  });
  const all = maskSecrets ?? ((value: Json) => mapTexts(value, hideSecrets));
  // As a rule the process hides all that it reveals.
  const own = createSecretMask(values.filter((value) => hideSecrets(value) === value));
  return {
    secrets,
    files: {
      maxBytes: files.maxBytes,
      read: (file) => files.read(file),
      write: (file, bytes) => files.write(file, maskBytes(bytes, values)),
    },
    text: (text) => own.text(hideSecrets(text)),
    json: (value) => own.json(all(value)),
  };
}
