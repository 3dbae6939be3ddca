import { isAppError } from "../../shared/errors.ts";
import { isJsonObject, type Json } from "../../shared/json.ts";
import type { ModelClient } from "../ports/model.ts";

/**
 * A model client whose answers and refusals hold no secret: an endpoint may quote the key that it was given, and what it says is
 * recorded and shown.
 */
export function guardModel(
  model: ModelClient,
  hideSecrets: (text: string) => string,
  maskSecrets: (value: Json) => Json,
): ModelClient {
  return {
    outages: () =>
      (model.outages?.() ?? []).map((one) => ({
        ...one,
        lastFailure: hideSecrets(one.lastFailure),
      })),
    endOutage: (id) => model.endOutage?.(id) ?? false,
    async complete(request, signal) {
      try {
        const reply = await model.complete(request, signal);
        const { refusal } = reply;
        const raw = maskSecrets(reply.raw);
        return {
          ...reply,
          text: hideSecrets(reply.text),
          ...(refusal !== undefined && { refusal: hideSecrets(refusal) }),
          raw: isJsonObject(raw) ? raw : {},
        };
      } catch (error) {
        throw isAppError(error) ? error.withMessage(hideSecrets(error.message)) : error;
      }
    },
  };
}
