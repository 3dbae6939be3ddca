import { omitUndefined } from "../../shared/omit-undefined.ts";
import { eachPage } from "../../shared/pages.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import type { Missed } from "../api/absences.ts";
import type { Executions } from "../executions/executions.ts";
import type { ExecutionRecord } from "../ports/executions.ts";
import type { Store } from "../ports/store.ts";
import type { Triggers } from "../triggers/triggers.ts";

export interface FindMissedOptions {
  readonly store: Pick<Store, "executions" | "workflows">;
  readonly executions: Pick<Executions, "read">;
  readonly triggers: Pick<Triggers, "missedSchedules" | "heardIn">;
}

interface Span {
  readonly from: number;
  readonly to: number;
  /** When this process began: what started later was not interrupted. */
  readonly begun: number;
}

/** Runs that are named; there may be more. */
const MAX_RUNS = 200;
const PAGE_SIZE = 200;
/** Pages that are read for them: a start must not wait for a store of millions. */
const MAX_PAGES = 25;
/** A run that continues later by less is not late. */
const LATE_MS = 60_000;
/** Slack delivers an event again up to five minutes later (https://docs.slack.dev/apis/events-api#retries). */
const REPEATED_MS = 5 * 60_000;

/**
 * What was missed while no process was there. To be called before runs are executed again: what passed shows in them as they were left.
 *
 * @throws {AppError} `store_unavailable`.
 */
export async function findMissed(
  options: FindMissedOptions,
  span: Span,
): Promise<readonly Missed[]> {
  const owners = new WorkflowOwners(options.store);
  return [
    ...(await missedSchedules(options, span, owners)),
    ...(await missedEvents(options, span, owners)),
    ...(await interruptedRuns(options, span, owners)),
    ...(await lateRuns(options, span, owners)),
  ];
}

async function missedSchedules(
  { triggers }: FindMissedOptions,
  { from, to }: Span,
  owners: WorkflowOwners,
): Promise<readonly Missed[]> {
  const missed: Missed[] = [];
  for (const { workflowId, times } of triggers.missedSchedules(from, to)) {
    const about = await owners.of(workflowId);
    missed.push({ kind: "schedule", ...about, times: times.slice(-3), count: times.length });
  }
  return missed;
}

async function missedEvents(
  { triggers }: FindMissedOptions,
  { from, to }: Span,
  owners: WorkflowOwners,
): Promise<readonly Missed[]> {
  const until = to - REPEATED_MS;
  if (until <= from) return [];
  const missed: Missed[] = [];
  for (const [workflowId, channels] of triggers.heardIn())
    missed.push({ kind: "events", ...(await owners.of(workflowId)), channels, until });
  return missed;
}

/** Runs that a step was executed of. */
async function interruptedRuns(
  { store }: FindMissedOptions,
  { begun }: Span,
  owners: WorkflowOwners,
): Promise<readonly Missed[]> {
  const records = await findRecords(store, "running", ({ startedAt }) => startedAt < begun);
  return Promise.all(
    records.map(async (record) => ({
      ...{ kind: "interrupted" as const, executionId: record.executionId },
      ...(await owners.ofRun(record)),
    })),
  );
}

/** Runs that wait, and were to continue or to end meanwhile. */
async function lateRuns(
  { store, executions }: FindMissedOptions,
  { from, to }: Span,
  owners: WorkflowOwners,
): Promise<readonly Missed[]> {
  const passed = (at: number | null | undefined): at is number =>
    typeof at === "number" && at > from && at <= to;
  const records = await findRecords(store, "waiting", ({ due }) => passed(due));
  const missed: Missed[] = [];
  for (const record of records) {
    const { executionId, due } = record;
    const about = { executionId, ...(await owners.ofRun(record)) };
    const { state } = await executions.read(executionId);
    const expired = [...state.requests.values()].filter(
      ({ opened, outcome }) => outcome === null && passed(opened.expiresAt),
    );
    for (const { opened } of expired)
      missed.push({ kind: "expired", ...about, at: opened.expiresAt ?? to });
    // Reminders are sent by themselves, and miss nothing.
    const isAsking = record.openRequests.length > 0;
    if (expired.length === 0 && !isAsking && due !== null && due <= to - LATE_MS)
      missed.push({ kind: "late", ...about, at: due });
  }
  return missed;
}

/** Of the newest runs with a status, {@link MAX_PAGES} pages of them, those that fit: {@link MAX_RUNS} at most. */
async function findRecords(
  { executions }: Pick<Store, "executions">,
  status: "running" | "waiting",
  fits: (record: ExecutionRecord) => boolean,
): Promise<readonly ExecutionRecord[]> {
  const pages = eachPage((cursor) =>
    executions.list(omitUndefined({ status, limit: PAGE_SIZE, cursor })),
  );
  const found: ExecutionRecord[] = [];
  let left = MAX_PAGES;
  for await (const { records } of pages) {
    found.push(...records.filter(fits));
    left -= 1;
    if (left === 0 || found.length >= MAX_RUNS) break;
  }
  return found.slice(0, MAX_RUNS);
}

type About = Pick<Missed, "workflowId" | "workflowName" | "owner">;

/** Whom things concern, each workflow read once. */
class WorkflowOwners {
  readonly #store: Pick<Store, "workflows">;
  readonly #known = new Map<string, Promise<About>>();

  constructor(store: Pick<Store, "workflows">) {
    this.#store = store;
  }

  of(workflowId: string): Promise<About> {
    const known = this.#known.get(workflowId) ?? this.#read(workflowId);
    this.#known.set(workflowId, known);
    return known;
  }

  /** A run concerns who started it. */
  async ofRun({ workflowId, start }: ExecutionRecord): Promise<About> {
    const about = await this.of(workflowId);
    const { userId, isBot } = start.trigger;
    return userId === undefined || isBot || !isUserId(userId) ? about : { ...about, owner: userId };
  }

  async #read(workflowId: string): Promise<About> {
    const { workflows } = this.#store;
    const record = await workflows.get(workflowId);
    const version = record && (await workflows.getVersion(workflowId, record.activeVersion));
    const by = version?.deployedBy ?? "";
    return {
      workflowId,
      workflowName: record?.name ?? workflowId,
      owner: isUserId(by) ? by : null,
    };
  }
}
