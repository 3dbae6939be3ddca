import { quantile } from "../../shared/quantile.ts";
import type { OpenRequest } from "../api/approvals.ts";
import type { ApprovalFigures, RequestFigures } from "../api/audit.ts";
import type { AuditRecord } from "../ports/audit.ts";

/** A decision that came so soon was hardly read; milliseconds. */
const RUBBER_STAMP_MS = 3000;

/** What is known of requests that were opened in a time. */
export interface RequestHistory {
  readonly opened: readonly AuditRecord[];
  /** Requests that were closed or expired, whenever they were opened. */
  readonly ended: readonly AuditRecord[];
  readonly open: readonly OpenRequest[];
}

interface Measured {
  readonly workflowId: string;
  readonly ageMs?: number;
  readonly decidedMs?: number;
  readonly expired?: true;
}

/** How requests fared, in all and by workflow. Pure. */
export function figuresOf(history: RequestHistory, days: number, now: number): ApprovalFigures {
  const measured = [...openOnes(history, now), ...endedOnes(history)];
  const byWorkflow = Map.groupBy(measured, ({ workflowId }) => workflowId);
  const workflows = [...byWorkflow]
    .map(([workflowId, own]) => ({ workflowId, ...measure(own) }))
    .toSorted((a, b) => (a.workflowId < b.workflowId ? -1 : 1));
  return { days, ...measure(measured), workflows };
}

function openOnes({ open }: RequestHistory, now: number): readonly Measured[] {
  return open.map(({ workflowId, request }) => ({
    workflowId,
    ageMs: Math.max(now - request.opened.openedAt, 0),
  }));
}

function endedOnes({ opened, ended }: RequestHistory): readonly Measured[] {
  const starts = new Map(opened.map(({ requestId, at }) => [requestId, at]));
  return ended.flatMap(({ requestId, at, workflowId = "", action, detail }): Measured[] => {
    const start = starts.get(requestId);
    if (start === undefined) return [];
    if (action === "request_expired") return [{ workflowId, expired: true }];
    if (detail?.["outcome"] === "cancelled") return [];
    return [{ workflowId, decidedMs: Math.max(at - start, 0) }];
  });
}

function measure(all: readonly Measured[]): RequestFigures {
  const ages = ascending(all.flatMap(({ ageMs }) => ageMs ?? []));
  const times = ascending(all.flatMap(({ decidedMs }) => decidedMs ?? []));
  return {
    open: ages.length,
    medianAgeMs: at(ages, 0.5),
    oldestAgeMs: ages.at(-1) ?? null,
    decided: times.length,
    medianMs: at(times, 0.5),
    p95Ms: at(times, 0.95),
    expired: all.filter(({ expired }) => expired).length,
    within3s: times.filter((time) => time <= RUBBER_STAMP_MS).length,
  };
}

function ascending(values: readonly number[]): readonly number[] {
  return values.toSorted((a, b) => a - b);
}

function at(ascendingTimes: readonly number[], share: number): number | null {
  return ascendingTimes.length === 0 ? null : quantile(ascendingTimes, share);
}
