import { fileNameOf } from "../../shared/content-disposition.ts";
import { AppError, asAppError } from "../../shared/errors.ts";
import { hashJson, type JsonObject } from "../../shared/json.ts";
import { readVariablesBody, variablesOf } from "../../shared/variables-body.ts";
import type { StartRequest } from "../api/executions.ts";
import type { WebhookAnswer, WebhookHead, WebhookRequest } from "../api/triggers.ts";
import type { Executions } from "../executions/executions.ts";
import { executionIdFor, newExecutionId } from "../model/execution-id.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import { type ActiveTrigger, memoizePerTrigger, type TriggerRegistry } from "./trigger-registry.ts";
import { WebhookConfig } from "./types/webhook.ts";
import { type Delivery, deliveryOf } from "./webhook-delivery.ts";
import { provesSecret, whyNoProof } from "./webhook-proof.ts";

export interface WebhookTriggerOptions {
  readonly triggers: TriggerRegistry;
  readonly executions: Pick<Executions, "start">;
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly revealSecrets: (params: JsonObject) => JsonObject;
}

/** How long the id of a delivery is remembered, to notice another content under it. */
const REMEMBERED_ID_MS = 7 * 86_400_000;

/** So many runs of one delivery at most: each further one because those before failed. */
const MAX_RUNS = 20;

/** Starts what requests of other systems ask for. */
export class WebhookTrigger {
  readonly #options: WebhookTriggerOptions;
  readonly #config = memoizePerTrigger((trigger) => WebhookConfig.parse(trigger.config));

  constructor(options: WebhookTriggerOptions) {
    this.#options = options;
  }

  /** @throws {AppError} `route_not_found`, `not_allowed`, `token_invalid`, `config_invalid`. */
  async check(head: WebhookHead): Promise<{ readonly isOpen: boolean }> {
    const config = this.#config(await this.#find(head.path));
    const secret = secretOf(config);
    if (secret === undefined) this.#assertOpen(head, config);
    else {
      this.#reveal(secret);
      this.#assertProof(head, config);
    }
    return { isOpen: secret === undefined };
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
    request.onProven?.();
    // The other side often cannot send another number: its digits are kept as text.
    const type = request.headers["content-type"] ?? "";
    const name = fileNameOf(request.headers["content-disposition"] ?? "");
    const brought = await readVariablesBody(request.body, type, "text", name);
    const start = {
      workflowId: trigger.workflowId,
      variables: variablesOf(brought) ?? { body: brought.value ?? null },
      variableForm: brought.form,
      files: brought.files,
      trigger: { type: "webhook", id: trigger.id },
    } as const;
    if (config.dedupe) return this.#startOnce(start, trigger.id, deliveryOf(request));
    return this.#start({ ...start, executionId: newExecutionId() });
  }

  async #start(request: StartRequest): Promise<WebhookAnswer> {
    const { executionId, existed } = await this.#options.executions.start(request);
    return { executionId, duplicate: existed };
  }

  /**
   * A delivery is known by the id of its run, for as long as that is kept. One that comes again after its run has failed begins another:
   * senders send again by themselves only what was not accepted, so that a person wants it.
   */
  async #startOnce(
    start: StartRequest,
    trigger: string,
    delivery: Delivery,
  ): Promise<WebhookAnswer> {
    const { store } = this.#options;
    let executionId = "";
    for (let run = 1; run <= MAX_RUNS; run += 1) {
      const again = run === 1 ? "" : `:${run}`;
      executionId = executionIdFor(start.workflowId, `webhook:${trigger}:${delivery.key}${again}`);
      const before = await store.executions.get(executionId);
      if (before?.status === "failed") continue;
      if (before) return { executionId, duplicate: true };
      const answer = await this.#start({ ...start, executionId });
      if (!answer.duplicate) await this.#compareContent(start.workflowId, delivery);
      return answer;
    }
    return { executionId, duplicate: true };
  }

  /** Says in the log when a sender uses one id for different contents. Never rejects: the run has begun. */
  async #compareContent(workflowId: string, { id, key }: Delivery): Promise<void> {
    if (id === null) return;
    const { store, clock, logger } = this.#options;
    const now = clock.now();
    const name = `webhook-id:${hashJson([workflowId, id])}`;
    const first = await store.dedupe.claim(name, key, now, now + REMEMBERED_ID_MS).catch(() => key);
    if (first === key) return;
    logger.warn(
      { workflowId, delivery: id.slice(0, 200) },
      "a delivery has the id of an earlier one and another content; it started a run of its own",
    );
  }

  async #find(asSent: string): Promise<ActiveTrigger> {
    const { triggers } = this.#options;
    const path = asSent.replace(/\/$/, "");
    const look = () => triggers.of("webhook").find((known) => this.#config(known).path === path);
    const known = look();
    if (known) return known;
    // Another process may have deployed it in this moment.
    await triggers.refresh();
    const found = look();
    if (found) return found;
    const off = triggers.pausedOf("webhook").some((known) => this.#config(known).path === path);
    if (off)
      throw new AppError({
        code: "trigger_paused",
        message: `The webhook at ${path.slice(0, 200)} is switched off for the time being; nothing was started. Send it again later.`,
        retryable: true,
      });
    throw new AppError({
      code: "route_not_found",
      message: `No workflow listens at ${path.slice(0, 200)}. Deploy one with {"type": "webhook", "path": …}.`,
    });
  }

  #assertAllowed(request: WebhookRequest, config: WebhookConfig): void {
    const secret = secretOf(config);
    if (secret === undefined) return this.#assertOpen(request, config);
    this.#assertProof(request, config);
    if (provesSecret(request, this.#reveal(secret), config.signature)) return;
    throw new AppError({
      code: "token_invalid",
      message: wrongProof(config.signature.scheme),
    });
  }

  #assertOpen({ isLocal }: WebhookHead, config: WebhookConfig): void {
    if (isLocal || config.public) return;
    throw new AppError({
      code: "not_allowed",
      message:
        'Without a secret this webhook serves programs of its own machine alone. Give the trigger a "secret", or "public": true if anyone may start it.',
    });
  }

  #assertProof({ headers }: WebhookHead, { signature }: WebhookConfig): void {
    const why = whyNoProof(headers, signature, this.#options.clock.now());
    if (why !== null) throw new AppError({ code: "token_invalid", message: why });
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
}

function secretOf({ secret, signature }: WebhookConfig): string | undefined {
  return secret ?? signature.secret;
}

function wrongProof(scheme: WebhookConfig["signature"]["scheme"]): string {
  return scheme === "any"
    ? "The signature does not fit. Sign the body as it is sent with HMAC-SHA256 in X-Hub-Signature-256 or X-Signature, or send the secret as a Bearer token."
    : `The signature or key does not fit the secret of this webhook, which expects the scheme "${scheme}".`;
}
