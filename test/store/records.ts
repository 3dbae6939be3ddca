import type { CallRecord } from "../../src/engine/ports/calls.ts";
import type { CardRecord } from "../../src/engine/ports/cards.ts";
import type { CredentialRecord } from "../../src/engine/ports/credentials.ts";
import type {
  ClaimRequest,
  Commit,
  ExecutionRecord,
  Signal,
} from "../../src/engine/ports/executions.ts";
import type {
  PromptRecord,
  PromptVersionRecord,
  SampleRecord,
} from "../../src/engine/ports/prompts.ts";
import type { Store } from "../../src/engine/ports/store.ts";
import type { TokenRecord } from "../../src/engine/ports/tokens.ts";
import type {
  DraftRecord,
  VersionRecord,
  WorkflowRecord,
} from "../../src/engine/ports/workflows.ts";
import type { JsonObject } from "../../src/shared/json.ts";

/** Gives a new, empty store to every test. */
export type OpenStore = () => Promise<Store>;

/** When everything in these tests begins: in the future, since the server of MongoDB removes by its own clock what expired. */
export const START = Date.UTC(2100, 0, 15);

export interface HeadFields extends Partial<ExecutionRecord> {
  readonly variables?: JsonObject;
  readonly startedBy?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

export function head(executionId: string, fields: HeadFields = {}): ExecutionRecord {
  const { variables = {}, startedBy = "U0ALICE", labels, ...rest } = fields;
  const { workflowId = "refund", version = 1, startedAt = START } = rest;
  return {
    executionId,
    workflowId,
    version,
    status: "queued",
    rev: 0,
    due: startedAt,
    owner: null,
    startedAt,
    endedAt: null,
    waitingOn: [],
    openRequests: [],
    costNano: 0,
    costUnknown: false,
    start: {
      type: "execution_started",
      executionId,
      workflowId,
      workflowName: "Refund",
      version,
      trigger: { type: "slash", userId: startedBy, channel: "C0GENERAL" },
      variables,
      ...(labels !== undefined && { labels }),
      deadline: startedAt + 3_600_000,
      at: startedAt,
    },
    ...rest,
  };
}

export function commit(executionId: string, rev: number, fields: Partial<Commit> = {}): Commit {
  return {
    executionId,
    rev,
    epoch: 1,
    commitId: `commit-${rev}`,
    at: START + rev,
    events: [{ type: "timer_fired", path: `wait#${rev}`, due: START, at: START + rev }],
    ...fields,
  };
}

export function signal(id: string, executionId: string, fields: Partial<Signal> = {}): Signal {
  return {
    id,
    executionId,
    kind: "decision",
    payload: { choice: "approve" },
    at: START,
    ...fields,
  };
}

export function version(
  workflowId: string,
  number: number,
  fields: Partial<VersionRecord> = {},
): VersionRecord {
  return {
    workflowId,
    version: number,
    definition: { id: workflowId, steps: [] },
    contentHash: `hash-${number}`,
    deployedBy: "U0ALICE",
    deployedAt: START + number,
    ...fields,
  };
}

export function workflow(workflowId: string, fields: Partial<WorkflowRecord> = {}): WorkflowRecord {
  return {
    workflowId,
    name: "Refund",
    activeVersion: 1,
    files: {},
    updatedAt: START,
    ...fields,
  };
}

export function call(
  id: string,
  executionId: string,
  fields: Partial<CallRecord> = {},
): CallRecord {
  return {
    id,
    executionId,
    workflowId: "refund",
    stepId: "judge",
    at: START,
    model: "gpt-4o-mini",
    messages: [{ role: "user", content: "Is it urgent?" }],
    response: { choices: [] },
    text: "yes",
    value: true,
    usage: { promptTokens: 12, completionTokens: 3 },
    costNano: 4_200,
    priceVersion: "2026-11",
    latencyMs: 420,
    ...fields,
  };
}

export function card(
  executionId: string,
  surface: string,
  fields: Partial<CardRecord> = {},
): CardRecord {
  return {
    id: `${executionId}:${surface}`,
    executionId,
    channel: "C0GENERAL",
    ts: null,
    shown: null,
    final: false,
    ...fields,
  };
}

export function claimBy(worker: string, now: number, limit = 10): ClaimRequest {
  return { worker, now, leaseUntil: now + 30_000, limit };
}

/**
 * Does what every new owner does, because head and signals may lag behind the log: writes again what follows from it.
 *
 * @returns the head as it is stored then.
 */
export async function rederive(
  store: Store,
  projection: ExecutionRecord,
  settled: readonly string[] = [],
): Promise<ExecutionRecord | null> {
  const log = await store.log.read(projection.executionId, 0);
  await store.executions.save({ ...projection, rev: log.at(-1)?.rev ?? 0 });
  await store.signals.settle(settled);
  return await store.executions.get(projection.executionId);
}

export function draft(id: string, fields: Partial<DraftRecord> = {}): DraftRecord {
  return {
    id,
    ownerId: "U0BOB",
    channel: "D0BOB",
    threadTs: "1800000000.000100",
    source: null,
    description: "post the lunch menu",
    round: 0,
    status: "open",
    messageTs: null,
    settledBy: null,
    version: null,
    createdAt: START,
    updatedAt: START,
    ...fields,
  };
}

export function promptVersion(
  name: string,
  number: number,
  fields: Partial<PromptVersionRecord> = {},
): PromptVersionRecord {
  return {
    name,
    version: number,
    text: "Is it urgent? {{variables.text}}",
    note: null,
    createdBy: "U0ALICE",
    createdAt: START + number,
    ...fields,
  };
}

export function prompt(name: string, fields: Partial<PromptRecord> = {}): PromptRecord {
  return {
    name,
    active: 1,
    previous: null,
    split: null,
    files: {},
    updatedBy: "U0ALICE",
    updatedAt: START,
    ...fields,
  };
}

export function sample(id: string, fields: Partial<SampleRecord> = {}): SampleRecord {
  return {
    id,
    workflowId: "refund",
    stepId: "judge",
    executionId: "exec_1",
    inputs: { text: "It burns." },
    actual: false,
    expected: true,
    note: null,
    by: "U0BOB",
    at: START,
    ...fields,
  };
}

export function token(id: string, parts: Partial<TokenRecord> = {}): TokenRecord {
  return {
    id,
    hash: "ab".repeat(32),
    name: "nightly report",
    owner: "U0ALICE",
    scopes: ["read"],
    createdBy: "U0ALICE",
    createdAt: START,
    expiresAt: START + 1000,
    revoked: null,
    ...parts,
  };
}

export function credential(id: string, parts: Partial<CredentialRecord> = {}): CredentialRecord {
  return {
    id,
    hosts: ["api.example.com"],
    workflows: ["refund"],
    testUrl: null,
    values: { kind: "bearer", token: `token-of-${id}` },
    ...{ setBy: "U0ALICE", setAt: START },
    ...parts,
  };
}
