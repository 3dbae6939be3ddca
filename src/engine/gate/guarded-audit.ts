import type { ApprovalFigures, Audit } from "../api/audit.ts";
import { figuresOf } from "../audit/request-figures.ts";
import type { Approvals } from "../executions/approvals.ts";
import type { AuditAction, AuditPage, AuditQuery, AuditRecord } from "../ports/audit.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { Gate } from "./gate.ts";

const DAY_MS = 86_400_000;
const PAGE = 1000;
/** Open requests whose age is measured. */
const MAX_OPEN = 500;

export interface AuditParts {
  readonly store: Pick<Store, "audit">;
  readonly clock: Clock;
  readonly approvals: Pick<Approvals, "listOpen">;
}

/** The audit, for admins alone: it names people and what they decided. */
export class GuardedAudit implements Audit {
  readonly #gate: Gate;
  readonly #parts: AuditParts;

  constructor(gate: Gate, parts: AuditParts) {
    this.#gate = gate;
    this.#parts = parts;
  }

  async list(query: AuditQuery, reader: string): Promise<AuditPage> {
    await this.#gate.permitAdmin(reader, { what: "read the audit" });
    const records = await this.#parts.store.audit.list(query);
    const last = records.length < query.limit ? undefined : records.at(-1);
    return { records, next: last?.id ?? null };
  }

  async figures(days: number, reader: string): Promise<ApprovalFigures> {
    await this.#gate.permitAdmin(reader, { what: "see the figures of all approvals" });
    const { clock, approvals } = this.#parts;
    const now = clock.now();
    const since = now - days * DAY_MS;
    const [opened, closed, expired, open] = await Promise.all([
      this.#all("request_opened", since),
      this.#all("request_closed", since),
      this.#all("request_expired", since),
      approvals.listOpen(MAX_OPEN),
    ]);
    return figuresOf({ opened, ended: [...closed, ...expired], open }, days, now);
  }

  async #all(action: AuditAction, since: number): Promise<readonly AuditRecord[]> {
    const found: AuditRecord[] = [];
    let after: string | undefined;
    for (;;) {
      const page = await this.#parts.store.audit.list({
        action,
        since,
        limit: PAGE,
        ...(after !== undefined && { after }),
      });
      found.push(...page);
      after = page.at(-1)?.id;
      if (page.length < PAGE) return found;
    }
  }
}
