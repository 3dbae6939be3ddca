import { randomUUID } from "node:crypto";
import type { Actor } from "../model/actor.ts";
import type { AuditRecord } from "../ports/audit.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";

/** What is to be recorded of something that an actor did now. */
export type AuditEntry = Omit<AuditRecord, "id" | "at" | "actor" | "surface">;

/**
 * Records what people do that no execution's log holds. What executions did is recorded with their commits:
 * `execution/projections/audit-records.ts`.
 */
export class AuditTrail {
  readonly #options: { readonly store: Pick<Store, "audit">; readonly clock: Clock };

  constructor(options: { readonly store: Pick<Store, "audit">; readonly clock: Clock }) {
    this.#options = options;
  }

  /** Durable when it resolves: to be awaited before the actor gets an answer. @throws {AppError} `store_unavailable`. */
  async write({ by, via }: Actor, entry: AuditEntry): Promise<void> {
    const { store, clock } = this.#options;
    const id = `audit_${randomUUID()}`;
    await store.audit.append([{ id, at: clock.now(), actor: by, surface: via, ...entry }]);
  }
}
