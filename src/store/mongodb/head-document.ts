import type { ExecutionRecord } from "../../engine/ports/executions.ts";
import { type HeadDocument, SCHEMA_VERSION } from "./collections.ts";
import { readJson, time, timeOrNull, toDate } from "./values.ts";

/** A new execution as it is inserted. */
export function toHeadDocument(head: ExecutionRecord, insertId: string): HeadDocument {
  const { trigger, labels } = head.start;
  const { userId } = trigger;
  return {
    _id: head.executionId,
    schemaVersion: SCHEMA_VERSION,
    insertId,
    workflow: head.workflowId,
    startedAt: toDate(head.startedAt),
    ...(userId !== undefined && { startedBy: userId }),
    ...(labels !== undefined && { labels: toLabelTexts(labels) }),
    start: JSON.stringify(head.start),
    ...projectionOf(head),
    ...(head.due !== null && { due: toDate(head.due) }),
    ...(head.owner !== null && { owner: head.owner }),
    ...(head.endedAt !== null && { endedAt: toDate(head.endedAt) }),
  };
}

/** Labels as they are looked for: a name has no `=`. */
export function toLabelTexts(labels: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(labels).map(([name, value]) => `${name}=${value}`);
}

/** What brings a stored head up to a given one. Takes the values now. */
export function toHeadUpdate(head: ExecutionRecord): {
  readonly $set: Partial<HeadDocument>;
  readonly $unset: Partial<Record<keyof HeadDocument, "">>;
} {
  const { due, owner, endedAt } = head;
  return {
    $set: {
      ...projectionOf(head),
      totalsPending: true,
      ...(due !== null && { due: toDate(due) }),
      ...(owner !== null && { owner }),
      ...(endedAt !== null && { endedAt: toDate(endedAt) }),
    },
    $unset: {
      claim: "",
      ...(due === null && { due: "" }),
      ...(owner === null && { owner: "" }),
      ...(endedAt === null && { endedAt: "" }),
    },
  };
}

function projectionOf(head: ExecutionRecord) {
  return {
    version: head.version,
    status: head.status,
    rev: head.rev,
    waitingOn: [...head.waitingOn],
    openRequests: [...head.openRequests],
    costNano: head.costNano,
    costUnknown: head.costUnknown,
  };
}

export function toHead(document: HeadDocument): ExecutionRecord {
  return {
    executionId: document._id,
    workflowId: document.workflow,
    version: document.version,
    status: document.status,
    rev: document.rev,
    due: timeOrNull(document.due),
    owner: document.owner ?? null,
    startedAt: time(document.startedAt),
    endedAt: timeOrNull(document.endedAt),
    waitingOn: document.waitingOn,
    openRequests: document.openRequests,
    costNano: document.costNano,
    costUnknown: document.costUnknown,
    start: readJson(document.start),
  };
}
