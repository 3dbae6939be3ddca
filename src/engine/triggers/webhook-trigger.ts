import { AppError, asAppError, isAppError } from "../../shared/errors.ts";
import { hashJson, type Json, type JsonObject } from "../../shared/json.ts";
import { type VariablesBody, variablesOf } from "../../shared/variables-body.ts";
import type { StartRequest } from "../api/executions.ts";
import type {
  Triggers,
  WebhookAnswer,
  WebhookHead,
  WebhookReply,
  WebhookRequest,
} from "../api/triggers.ts";
import { triggerScope } from "../definition/trigger-inputs.ts";
import type { Executions } from "../executions/executions.ts";
import { compileExpression } from "../language/expression.ts";
import { executionIdFor, newExecutionId } from "../model/execution-id.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { Store } from "../ports/store.ts";
import { CHALLENGES } from "./challenges/index.ts";
import { SCHEMES } from "./signatures/index.ts";
import type { ActiveTrigger, TriggerRegistry } from "./trigger-registry.ts";
import { secretsOf, type WebhookConfig } from "./types/webhook.ts";
import { readWebhookBody } from "./webhook-body.ts";
import { contextOf } from "./webhook-context.ts";
import { type Delivery, deliveryById, deliveryOf } from "./webhook-delivery.ts";
import { type FoundWebhook, WebhookFinder } from "./webhook-finder.ts";
import { provenSecret, whyNoProof } from "./webhook-proof.ts";
import { WebhookResponder, type WebhookResponderOptions } from "./webhook-responder.ts";

export interface WebhookTriggerOptions extends WebhookResponderOptions {
  readonly triggers: TriggerRegistry;
  readonly executions: Pick<Executions, "start">;
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maskSecrets: (value: Json) => Json;
}

/** How long the id of a delivery is remembered, to notice another content under it. */
const REMEMBERED_ID_MS = 7 * 86_400_000;

/** So many runs of one delivery at most: each further one because those before failed. */
const MAX_RUNS = 20;

const MINUTE_MS = 60_000;

/** Starts what requests of other systems ask for. */
export class WebhookTrigger {
  readonly #options: WebhookTriggerOptions;
  readonly #finder: WebhookFinder;
  readonly #responder: WebhookResponder;

  constructor(options: WebhookTriggerOptions) {
    this.#options = options;
    this.#finder = new WebhookFinder(options.triggers);
    this.#responder = new WebhookResponder(options);
  }

  /** Answers those who wait for the end of a run. */
  stop(): void {
    this.#responder.stop();
  }

  /** @throws {AppError} `route_not_found`, `method_not_allowed`, `not_allowed`, `token_invalid`, `config_invalid`. */
  async check(head: WebhookHead): ReturnType<Triggers["checkWebhook"]> {
    const { config } = await this.#finder.find(head.path);
    const { path } = config;
    const reply = this.#answerHead(head, config);
    if (reply !== null) return { isOpen: true, path, reply };
    if (head.method === "GET") throw startsByPost();
    const hasSecret = secretsOf(config).length > 0;
    if (hasSecret) {
      this.#reveal(secretsOf(config));
      this.#assertProof(head, config);
    } else this.#assertOpen(head, config);
    return { isOpen: !hasSecret, path };
  }

  /**
   * Accepted when it resolves: the execution survives a crash from then on.
   *
   * @throws {AppError} as {@link check}; `media_type_refused`, `json_malformed`, `body_too_large`, `input_invalid`, `rate_limited`.
   */
  async receive(request: WebhookRequest): Promise<WebhookAnswer> {
    const found = await this.#finder.find(request.path);
    const { trigger, config } = found;
    const early = this.#answerHead(request, config);
    if (early !== null) return { executionId: null, duplicate: false, reply: early };
    if (request.method === "GET") throw startsByPost();
    const secret = this.#assertAllowed(request, config);
    request.onProven?.();
    await this.#assertRate(trigger, config);
    const brought = await readWebhookBody(request, config.accepts);
    const asked = config.challenge && CHALLENGES[config.challenge.type].byBody;
    const reply = asked?.({ headers: request.headers, body: brought.value, secret }) ?? null;
    if (reply !== null) return { executionId: null, duplicate: false, reply };
    const started = await this.#startFor(request, found, brought);
    if (config.respond === undefined) return started;
    const { executionId } = started;
    return { ...started, reply: await this.#responder.answer(executionId, config.respond) };
  }

  /** What the head alone asks, answered; `null`: it asks nothing. */
  #answerHead(head: WebhookHead, { challenge, ...config }: WebhookConfig): WebhookReply | null {
    const ask = challenge && CHALLENGES[challenge.type].byHead;
    if (challenge === undefined || ask === undefined) return null;
    const needed = challenge.type === "crc" ? secretsOf(config) : [];
    return ask({
      head,
      query: new URLSearchParams(head.query),
      options: challenge,
      tokens: challenge.token === undefined ? [] : this.#reveal(challenge.token),
      secrets: needed.length === 0 ? [] : this.#reveal(needed),
    });
  }

  async #startFor(
    request: WebhookRequest,
    { trigger, config, params }: FoundWebhook,
    brought: VariablesBody,
  ): Promise<{ readonly executionId: string; readonly duplicate: boolean }> {
    const context = contextOf(request, params, config.signature);
    const shown = Object(this.#options.maskSecrets(context));
    const start = {
      workflowId: trigger.workflowId,
      variables: variablesOf(brought) ?? { body: brought.value ?? null },
      variableForm: brought.form,
      files: brought.files,
      trigger: { type: "webhook", id: trigger.id, ...shown },
    } as const;
    if (config.dedupe === false) return this.#start({ ...start, executionId: newExecutionId() });
    return this.#startOnce(start, trigger.id, recognize(request, config, params, start, brought));
  }

  async #start(
    request: StartRequest,
  ): Promise<{ readonly executionId: string; readonly duplicate: boolean }> {
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
  ): Promise<{ readonly executionId: string; readonly duplicate: boolean }> {
    let executionId = "";
    for (let run = 1; run <= MAX_RUNS; run += 1) {
      const again = run === 1 ? "" : `:${run}`;
      executionId = executionIdFor(start.workflowId, `webhook:${trigger}:${delivery.key}${again}`);
      const answer = await this.#startUnlessBegun({ ...start, executionId });
      if (answer === null) continue;
      if (!answer.duplicate) await this.#compareContent(start.workflowId, delivery);
      return answer;
    }
    return { executionId, duplicate: true };
  }

  /**
   * Starts before it is looked whether there is such a run: nearly every delivery is a new one.
   *
   * @returns `null`: there is one, and it has failed.
   */
  async #startUnlessBegun(
    request: StartRequest & { readonly executionId: string },
  ): Promise<{ readonly executionId: string; readonly duplicate: boolean } | null> {
    const { executionId } = request;
    const duplicateOf = async () => {
      const before = await this.#options.store.executions.get(executionId);
      if (before === null) return undefined;
      return before.status === "failed" ? null : { executionId, duplicate: true };
    };
    try {
      const answer = await this.#start(request);
      if (!answer.duplicate) return answer;
      const before = await duplicateOf();
      // It may have been removed meanwhile.
      return before === undefined ? answer : before;
    } catch (error) {
      // What is refused now may have been taken before: by an earlier version, or while there was room for its files.
      if (!isAppError(error) || error.code === "store_unavailable") throw error;
      const before = await duplicateOf();
      if (before !== undefined) return before;
      throw error;
    }
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

  /** @returns the secret that the caller proved to know; `undefined`: none is asked. */
  #assertAllowed(request: WebhookRequest, config: WebhookConfig): string | undefined {
    const names = secretsOf(config);
    if (names.length === 0) {
      this.#assertOpen(request, config);
      return undefined;
    }
    this.#assertProof(request, config);
    const secret = provenSecret(request, this.#reveal(names), config.signature);
    if (secret !== undefined) return secret;
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

  #assertProof(head: WebhookHead, { signature }: WebhookConfig): void {
    const why = whyNoProof(head, signature, this.#options.clock.now());
    if (why !== null) throw new AppError({ code: "token_invalid", message: why });
  }

  async #assertRate(
    { workflowId, id }: ActiveTrigger,
    { rateLimit }: WebhookConfig,
  ): Promise<void> {
    if (rateLimit === undefined) return;
    const { perMinute } = rateLimit;
    const { store, clock } = this.#options;
    const limit = {
      key: `webhook:${workflowId}:${id}:${perMinute}`,
      burst: perMinute,
      intervalMs: MINUTE_MS / perMinute,
    };
    const refusal = await store.rateLimits.take([limit], clock.now());
    if (refusal === null) return;
    throw new AppError({
      code: "rate_limited",
      message: `This webhook takes ${perMinute} requests a minute. Send it again later.`,
      retryable: true,
      retryAfterMs: refusal.waitMs,
    });
  }

  /** The secrets that are set: one that takes the place of another may come before or after. @throws {AppError} `config_invalid`. */
  #reveal(names: readonly string[]): readonly string[] {
    const secrets = names.map((name) => this.#revealOne(name)).filter((one) => one !== null);
    if (secrets.length > 0) return secrets;
    const missing = names.map((name) => `SECRET_${name}`).join(" or ");
    throw new AppError({
      code: "config_invalid",
      message: `This webhook cannot check its callers: the operator has to set ${missing}.`,
    });
  }

  #revealOne(name: string): string | null {
    try {
      const { secret } = this.#options.revealSecrets({ secret: `{{secrets.${name}}}` });
      if (typeof secret === "string" && secret !== "") return secret;
    } catch (error) {
      this.#options.logger.error(
        { secret: name, error: asAppError(error).message },
        "a webhook cannot check its callers",
      );
    }
    return null;
  }
}

/** By what a delivery is recognized: what the definition says, an id that the sender signs, or all that it says. */
function recognize(
  request: WebhookRequest,
  { dedupe, signature }: WebhookConfig,
  params: FoundWebhook["params"],
  { variables, trigger }: Pick<StartRequest, "variables" | "trigger">,
  { value }: VariablesBody,
): Delivery {
  if (typeof dedupe === "string") return deliveryById(dedupe, keyBy(dedupe, variables, trigger));
  const id = SCHEMES[signature.scheme].signedId?.(request.headers, value);
  return id === undefined ? deliveryOf(request, params) : deliveryById(signature.scheme, id);
}

/** @throws {AppError} `input_invalid` for a delivery that does not say what it is recognized by. */
function keyBy(expression: string, variables: JsonObject, trigger: object): string {
  try {
    const key = compileExpression(expression).evaluate(triggerScope(variables, trigger));
    if (key !== null && key !== "") return hashJson(key);
  } catch (error) {
    throw unrecognized(expression, asAppError(error).message);
  }
  throw unrecognized(expression, "It is empty.");
}

function unrecognized(expression: string, why: string): AppError {
  return new AppError({
    code: "input_invalid",
    message: `This webhook recognizes deliveries by ${expression}, which this one does not have. ${why}`,
  });
}

function startsByPost(): AppError {
  return new AppError({
    code: "method_not_allowed",
    message: "This webhook takes POST.",
    details: { allow: "POST, OPTIONS" },
  });
}

function wrongProof(scheme: WebhookConfig["signature"]["scheme"]): string {
  return scheme === "any"
    ? "The signature does not fit. Sign the body as it is sent with HMAC-SHA256 in X-Hub-Signature-256 or X-Signature, or send the secret as a Bearer token."
    : `The signature or key does not fit the secret of this webhook, which expects the scheme "${scheme}".`;
}
