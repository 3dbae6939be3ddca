import { AppError, asAppError } from "../../shared/errors.ts";
import type { Json, JsonObject } from "../../shared/json.ts";
import { bodyPlace } from "../../shared/places/body-place.ts";
import type { WebhookReply } from "../api/triggers.ts";
import { executionScope } from "../execution/decider/execution-scope.ts";
import { PLAIN, type Placing } from "../language/placing.ts";
import { type Scope, withRoot } from "../language/scope.ts";
import { renderText, resolveTemplates } from "../language/template.ts";
import { isFinished, type ReadonlyState, ROOT } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Logger } from "../ports/logger.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import type { Answer, Respond } from "./types/webhook-respond.ts";

export interface WebhookResponderOptions {
  /** The durable state of an execution, to be read at once. @throws {AppError} `execution_not_found`. */
  readonly readExecution: (executionId: string) => Promise<{ readonly state: ReadonlyState }>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: EngineEvents;
  readonly revealSecrets: (params: JsonObject) => JsonObject;
}

/** Senders that are kept waiting at a time; further ones are answered at once. Each holds a connection and little more. */
const MAX_WAITING = 500;

/** Another process may do the run, so that no commit is heard of here. */
const LOOK_MS = 500;

const JSON_TYPE = "application/json; charset=utf-8";
const TEXT_TYPE = "text/plain; charset=utf-8";

/** Answers senders when the run that they began is over. */
export class WebhookResponder {
  readonly #options: WebhookResponderOptions;
  readonly #waiting = new Map<
    object,
    { readonly executionId: string; readonly look: () => void }
  >();
  #isStopped = false;

  constructor(options: WebhookResponderOptions) {
    this.#options = options;
    options.events.on("committed", ({ executionId }) => {
      for (const waiting of this.#waiting.values())
        if (waiting.executionId === executionId) waiting.look();
    });
  }

  /** Answers those who wait, so that no sender waits for a process that ends. */
  stop(): void {
    this.#isStopped = true;
    for (const { look } of this.#waiting.values()) look();
  }

  /** @returns the answer that the definition gives; 202 with the execution's id if the run is not over in time. */
  async answer(executionId: string, respond: Respond): Promise<WebhookReply> {
    const ended = await this.#untilOver(executionId, respond.wait);
    if (ended === null) return json(202, { executionId, status: "running" });
    const hasFailed = ended.status !== "completed";
    try {
      return hasFailed
        ? this.#write(ended, { status: 500, body: standing(ended), ...respond.failed })
        : this.#write(ended, { status: 200, body: ended.output, ...respond });
    } catch (error) {
      const { message } = asAppError(error);
      this.#options.logger.error(
        { workflowId: ended.start.workflowId, executionId, error: message },
        "the answer of a webhook cannot be written",
      );
      return json(500, {
        ...standing(ended),
        error: "The answer of this webhook cannot be written.",
      });
    }
  }

  /** The state at the end of an execution; `null`: it is not over in time. */
  async #untilOver(executionId: string, waitMs: number): Promise<ReadonlyState | null> {
    const first = await this.#ended(executionId);
    if (first !== null || this.#isStopped || this.#waiting.size >= MAX_WAITING) return first;
    const { clock } = this.#options;
    const until = clock.elapsed() + waitMs;
    const key = {};
    try {
      for (;;) {
        const left = until - clock.elapsed();
        if (left <= 0 || this.#isStopped) return null;
        const heard = Promise.withResolvers<void>();
        this.#waiting.set(key, { executionId, look: heard.resolve });
        const cancel = clock.after(Math.min(left, LOOK_MS), heard.resolve);
        // It may have ended between the look before and now.
        const ended = (await this.#ended(executionId)) ?? (await heard.promise, null);
        cancel();
        if (ended !== null) return ended;
      }
    } finally {
      this.#waiting.delete(key);
    }
  }

  async #ended(executionId: string): Promise<ReadonlyState | null> {
    const { state } = await this.#options.readExecution(executionId);
    return isFinished(state.status) ? state : null;
  }

  /** @throws {AppError} for a template without a value, and for a status or a header that is none. */
  #write(state: ReadonlyState, { status = 200, body = null, headers = {} }: Answer): WebhookReply {
    const scope = scopeOf(state);
    const written = Object.entries(headers).map(
      ([name, template]) => [name, headerValue(renderText(template, scope))] as const,
    );
    const content = this.#fill(body, headers, scope);
    const isText = typeof content === "string" && typeof body === "string";
    return {
      status: typeof status === "number" ? status : statusOf(renderText(status, scope)),
      headers: {
        "content-type": isText ? TEXT_TYPE : JSON_TYPE,
        ...Object.fromEntries(written),
      },
      text: isText ? content : `${JSON.stringify(content)}\n`,
    };
  }

  /** Values are written by the place that they stand in: as text into XML and within the quotes of JSON. */
  #fill(body: Json, headers: JsonObject, scope: Scope): Json {
    const place = bodyPlace({ headers, body });
    const placing: Placing = { place, member: () => PLAIN };
    const filled = resolveTemplates(body, scope, placing);
    // No secret can stand here; what data spells as one was guarded, and is itself again.
    const { value } = this.#options.revealSecrets({ value: filled });
    return value ?? null;
  }
}

/** What the templates of an answer may read: what the last step may, and the output and error of the run. */
function scopeOf(state: ReadonlyState): Scope {
  const root = state.frames.get(ROOT);
  if (root === undefined) throw new Error("An execution has a frame of its own.");
  const scope = executionScope(state, root, state.start.executionId);
  const error =
    state.error === null ? null : { code: state.error.code, message: state.error.message };
  return withRoot(withRoot(scope, "output", state.output), "error", error);
}

/** What every caller may know of a run that did not complete. */
function standing({ status, start }: ReadonlyState): JsonObject {
  return { executionId: start.executionId, status };
}

function statusOf(text: string): number {
  if (/^[2-5]\d\d$/.test(text)) return Number(text);
  throw new AppError({
    code: "params_invalid",
    message: `"status" has to be a number from 200 to 599, and is ${JSON.stringify(text.slice(0, 40))}.`,
  });
}

/** A line break would begin another header. */
function headerValue(text: string): string {
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) return text.trim();
  throw new AppError({
    code: "params_invalid",
    message: "A header of the answer has characters that headers cannot have.",
  });
}

function json(status: number, body: JsonObject): WebhookReply {
  return { status, headers: { "content-type": JSON_TYPE }, text: `${JSON.stringify(body)}\n` };
}
