import type { Clock } from "../clock.ts";
import { createSecret } from "./ids.ts";

interface Trigger {
  readonly user: string;
  readonly expiresAt: number;
  /** The modal in which the interaction took place; a pushed view is stacked on it. */
  readonly viewId: string | undefined;
  used: boolean;
}

export type TriggerUse =
  | { readonly user: string; readonly viewId: string | undefined }
  | { readonly error: "invalid_trigger_id" | "expired_trigger_id" | "exchanged_trigger_id" };

/** Trigger ids: short-lived, good for one view. */
export class Triggers {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #triggers = new Map<string, Trigger>();
  #count = 0;

  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
  }

  create(user: string, viewId?: string): string {
    this.#forgetOld();
    this.#count += 1;
    const id = `${this.#clock.now()}.${this.#count}.${createSecret()}`;
    this.#triggers.set(id, {
      user,
      viewId,
      used: false,
      expiresAt: this.#clock.now() + this.#lifeMs,
    });
    return id;
  }

  /** Uses a trigger up. */
  exchange(id: string): TriggerUse {
    const trigger = this.#triggers.get(id);
    if (trigger === undefined) return { error: "invalid_trigger_id" };
    if (trigger.used) return { error: "exchanged_trigger_id" };
    if (this.#clock.now() >= trigger.expiresAt) return { error: "expired_trigger_id" };
    trigger.used = true;
    return { user: trigger.user, viewId: trigger.viewId };
  }

  /** Ids stay known for a while after their end, so that the answer can say "expired" and not "invalid". */
  #forgetOld(): void {
    const limit = this.#clock.now() - 10 * 60_000;
    for (const [id, trigger] of this.#triggers) {
      if (trigger.expiresAt > limit && this.#triggers.size < 20_000) return;
      this.#triggers.delete(id);
    }
  }
}
