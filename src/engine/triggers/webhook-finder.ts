import { AppError } from "../../shared/errors.ts";
import { PathIndex, type PathMatch } from "../definition/webhook-paths.ts";
import { type ActiveTrigger, memoizePerTrigger, type TriggerRegistry } from "./trigger-registry.ts";
import { WebhookConfig } from "./types/webhook.ts";

/** A webhook at which a request arrived. */
export interface FoundWebhook {
  readonly trigger: ActiveTrigger;
  readonly config: WebhookConfig;
  /** The texts for which the parameters of its path stand. */
  readonly params: Readonly<Record<string, string>>;
}

interface Listed {
  readonly trigger: ActiveTrigger;
  /** It is switched off, and keeps its path from others all the same. */
  readonly isOff: boolean;
}

/** Finds the webhook of a path. */
export class WebhookFinder {
  readonly #triggers: TriggerRegistry;
  readonly #config = memoizePerTrigger((trigger) => WebhookConfig.parse(trigger.config));
  /** By the list of the active ones, which is another one after each change. */
  readonly #indexes = new WeakMap<readonly ActiveTrigger[], PathIndex<Listed>>();

  constructor(triggers: TriggerRegistry) {
    this.#triggers = triggers;
  }

  /** @throws {AppError} `route_not_found`, `trigger_paused`. */
  async find(asSent: string): Promise<FoundWebhook> {
    const path = asSent.replace(/\/$/, "");
    const known = this.#look(path);
    if (known?.target.isOff === false) return this.#found(known);
    // Another process may have deployed it, or switched it on, in this moment.
    await this.#triggers.refresh();
    const found = this.#look(path);
    if (found?.target.isOff === false) return this.#found(found);
    const shown = path.slice(0, 200);
    if (found !== null)
      throw new AppError({
        code: "trigger_paused",
        message: `The webhook at ${shown} is switched off for the time being; nothing was started. Send it again later.`,
        retryable: true,
      });
    throw new AppError({
      code: "route_not_found",
      message: `No workflow listens at ${shown}. Deploy one with {"type": "webhook", "path": …}.`,
    });
  }

  #found({ target: { trigger }, params }: PathMatch<Listed>): FoundWebhook {
    return { trigger, config: this.#config(trigger), params };
  }

  #look(path: string): PathMatch<Listed> | null {
    const active = this.#triggers.of("webhook");
    const index = this.#indexes.get(active) ?? this.#list(active);
    this.#indexes.set(active, index);
    return index.find(path);
  }

  #list(active: readonly ActiveTrigger[]): PathIndex<Listed> {
    const off = this.#triggers.pausedOf("webhook");
    const listed = [
      ...active.map((trigger) => ({ trigger, isOff: false })),
      ...off.map((trigger) => ({ trigger, isOff: true })),
    ];
    return new PathIndex(listed.map((one) => [this.#config(one.trigger).path, one] as const));
  }
}
