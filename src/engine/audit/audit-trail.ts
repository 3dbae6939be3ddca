import { randomUUID } from "node:crypto";
import { OPERATOR, type Surface } from "../model/actor.ts";
import { type AuditRecord, auditId } from "../ports/audit.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import { surfaceNow } from "../ports/surface.ts";

export interface AuditTrailOptions {
  readonly store: Pick<Store, "audit">;
  readonly clock: Clock;
  /** The person in whose name the API acts; absent: it acts as the operator. */
  readonly tokenOwner?: string;
}

/** What is to be recorded of something that an actor did now. */
export type AuditEntry = Omit<AuditRecord, "id" | "at" | "actor" | "surface">;

/**
 * Records what people do that no execution's log holds. What executions did is recorded with their commits:
 * `execution/projections/audit-records.ts`.
 */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  #count = 0;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
  }

  /** @param by - Slack user id, `api` or `cli`. @param surface - where it was done, if `by` does not say so. Durable when it resolves: to be awaited before the actor gets an answer. @throws {AppError} `store_unavailable`. */
  async write(by: string, entry: AuditEntry, surface: Surface = surfaceNow(by)): Promise<void> {
    const { store, clock, tokenOwner = OPERATOR } = this.#options;
    const at = clock.now();
    const actor = by === OPERATOR ? tokenOwner : by;
    // What one process records within a millisecond stays in order.
    this.#count += 1;
    const id = auditId(at, `${String(this.#count).padStart(9, "0")}:${randomUUID()}`);
    await store.audit.append([{ id, at, actor, surface, ...entry }]);
  }
}
