import { createHmac, timingSafeEqual } from "node:crypto";
import { AppError, asAppError } from "../../shared/errors.ts";
import { sha256 } from "../../shared/hash.ts";
import { isJsonObject, type Json, type JsonObject } from "../../shared/json.ts";
import { readVariablesBody } from "../../shared/variables-body.ts";
import type { WebhookAnswer, WebhookRequest } from "../api/triggers.ts";
import type { Executions } from "../executions/executions.ts";
import { newExecutionId } from "../model/execution-id.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import { type ActiveTrigger, memoizePerTrigger, type TriggerRegistry } from "./trigger-registry.ts";
import { WebhookConfig } from "./types/webhook.ts";

export interface WebhookTriggerOptions {
  readonly triggers: TriggerRegistry;
  readonly executions: Pick<Executions, "start">;
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly revealSecrets: (params: JsonObject) => JsonObject;
}

/** How long a delivery is recognized. */
const REMEMBERED_MS = 10 * 60_000;

/** Headers in which senders give a delivery its id. */
const DELIVERY_HEADERS = [
  "idempotency-key",
  "x-github-delivery",
  "x-delivery-id",
  "webhook-id",
] as const;

/** Starts what requests of other systems ask for. */
export class WebhookTrigger {
  readonly #options: WebhookTriggerOptions;
  readonly #config = memoizePerTrigger((trigger) => WebhookConfig.parse(trigger.config));

  constructor(options: WebhookTriggerOptions) {
    this.#options = options;
  }

  /**
   * Accepted when it resolves: the execution survives a crash from then on.
   *
   * @throws {AppError} `route_not_found`, `not_allowed`, `token_invalid`, `json_malformed`, `input_invalid`.
   */
  async receive(request: WebhookRequest): Promise<WebhookAnswer> {
    const trigger = await this.#find(request.path);
    const config = this.#config(trigger);
    this.#assertAllowed(request, config);
    // The other side often cannot send another number: its digits are kept as text.
    const type = request.headers["content-type"] ?? "";
    const { value, form } = readVariablesBody(request.body, type, "text");
    const first = config.dedupe ? await this.#firstId(request) : newExecutionId();
    const { executionId, existed } = await this.#options.executions.start({
      workflowId: trigger.workflowId,
      executionId: first,
      variables: toVariables(value),
      variableForm: form,
      trigger: { type: "webhook", id: trigger.id },
    });
    return { executionId, duplicate: existed };
  }

  async #find(path: string): Promise<ActiveTrigger> {
    const { triggers } = this.#options;
    const look = () => triggers.of("webhook").find((known) => this.#config(known).path === path);
    const known = look();
    if (known) return known;
    // Another process may have deployed it in this moment.
    await triggers.refresh();
    const found = look();
    if (found) return found;
    throw new AppError({
      code: "route_not_found",
      message: `No workflow listens at ${path.slice(0, 200)}. Deploy one with {"type": "webhook", "path": …}.`,
    });
  }

  #assertAllowed(request: WebhookRequest, { secret, signature, ...config }: WebhookConfig): void {
    if (secret === undefined) {
      if (request.isLocal || config.public) return;
      throw new AppError({
        code: "not_allowed",
        message:
          'Without a secret this webhook serves programs of its own machine alone. Give the trigger a "secret", or "public": true if anybody may start it.',
      });
    }
    if (knowsSecret(request, this.#reveal(secret), signature)) return;
    throw new AppError({
      code: "token_invalid",
      message:
        "The signature does not fit. Sign the body as it is sent with HMAC-SHA256 in X-Hub-Signature-256 or X-Signature, or send the secret as a Bearer token.",
    });
  }

  #reveal(name: string): string {
    try {
      const { secret } = this.#options.revealSecrets({ secret: `{{secrets.${name}}}` });
      if (typeof secret === "string" && secret !== "") return secret;
    } catch (error) {
      this.#options.logger.error(
        { secret: name, error: asAppError(error).message },
        "a webhook cannot check its callers",
      );
    }
    throw new AppError({
      code: "config_invalid",
      message: `This webhook cannot check its callers: the operator has to set SECRET_${name}.`,
    });
  }

  /** The id that the first delivery of this request was given. */
  #firstId(request: WebhookRequest): Promise<string> {
    const { store, clock } = this.#options;
    const id = DELIVERY_HEADERS.map((name) => request.headers[name]).find(Boolean);
    const hash = sha256(request.body).toString("hex");
    const key = `${request.path}:${id === undefined ? hash : `id:${id.slice(0, 200)}`}`;
    const now = clock.now();
    return store.dedupe.claim(key, newExecutionId(), now, now + REMEMBERED_MS);
  }
}

/** The members of an object or a form; any other value is the variable `body`. */
function toVariables(value: Json | undefined): JsonObject {
  if (value === undefined) return {};
  return isJsonObject(value) ? value : { body: value };
}

const SIGNATURE_HEADERS = ["x-hub-signature-256", "x-signature"] as const;

/** What a caller sends along to prove that it knows the secret. */
type Proof = Pick<WebhookRequest, "headers" | "body">;

/**
 * Does the caller know the secret? By an HMAC-SHA256 of the body in hexadecimal, with or without `sha256=` before it, or by the
 * secret as a bearer token. The comparison takes constant time.
 */
function knowsSecret(proof: Proof, secret: string, accepts: WebhookConfig["signature"]): boolean {
  if (accepts !== "hmac" && bearsSecret(proof, secret)) return true;
  if (accepts === "bearer") return false;
  const expected = createHmac("sha256", secret).update(proof.body).digest();
  return SIGNATURE_HEADERS.some((name) => {
    const hex = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(proof.headers[name]?.trim() ?? "")?.[1];
    return hex !== undefined && timingSafeEqual(Buffer.from(hex, "hex"), expected);
  });
}

function bearsSecret(proof: Proof, secret: string): boolean {
  const token = /^Bearer +(\S+) *$/i.exec(proof.headers["authorization"] ?? "")?.[1];
  // Comparing digests takes the same time for every token, whatever its length.
  return token !== undefined && timingSafeEqual(sha256(token), sha256(secret));
}
