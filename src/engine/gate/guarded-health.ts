import type { Outage } from "../../shared/circuit-breaker.ts";
import type { QueueStats } from "../api/costs.ts";
import type { Health } from "../api/engine.ts";
import type { Clock } from "../ports/clock.ts";
import type { ModelClient } from "../ports/model.ts";
import type { ServiceRegistry } from "../ports/service.ts";
import type { Store } from "../ports/store.ts";
import { readQueueStats, StoreHealth } from "../runtime/store-health.ts";
import type { Gate } from "./gate.ts";

export interface HealthOptions {
  readonly store: Pick<Store, "kv" | "executions" | "leases">;
  readonly clock: Clock;
  readonly model: Pick<ModelClient, "outages" | "endOutage">;
  readonly services: Pick<ServiceRegistry, "outages" | "endOutage">;
}

/** The health of this process and of what it calls. The contract stands in {@link Health}. */
export class GuardedHealth implements Health {
  readonly #gate: Gate;
  readonly #options: HealthOptions;
  readonly #storeHealth: StoreHealth;

  constructor(gate: Gate, options: HealthOptions) {
    this.#gate = gate;
    this.#options = options;
    this.#storeHealth = new StoreHealth(options);
  }

  assertWritable(): Promise<void> {
    return this.#storeHealth.assertWritable();
  }

  queueStats(): Promise<QueueStats> {
    return readQueueStats(this.#options.store, this.#options.clock);
  }

  outages(): readonly Outage[] {
    const { model, services } = this.#options;
    return [...(model.outages?.() ?? []), ...(services.outages?.() ?? [])];
  }

  async endOutage(id: string, by: string): Promise<boolean> {
    const { model, services } = this.#options;
    await this.#gate.permitAdmin(by, { what: "have a system called again" });
    return model.endOutage?.(id) === true || services.endOutage?.(id) === true;
  }
}
