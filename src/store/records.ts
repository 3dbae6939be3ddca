import {
  type AuditQuery,
  type AuditRecord,
  type AuditStore,
  auditPlace,
} from "../engine/ports/audit.ts";
import type {
  BudgetRecord,
  BudgetStore,
  CallCost,
  CallRecord,
  CallStore,
  PromptCall,
} from "../engine/ports/calls.ts";
import type { CardRecord, CardStore } from "../engine/ports/cards.ts";
import type { CredentialRecord, CredentialStore } from "../engine/ports/credentials.ts";
import type { FileLink, FileStore } from "../engine/ports/files.ts";
import type {
  PromptRecord,
  PromptStore,
  PromptVersionId,
  PromptVersionRecord,
  SampleRecord,
  SampleStore,
} from "../engine/ports/prompts.ts";
import type { Removal } from "../engine/ports/removals.ts";
import type { TokenRecord, TokenStore } from "../engine/ports/tokens.ts";
import type {
  DraftRecord,
  DraftStore,
  WorkflowRecord,
  WorkflowStore,
} from "../engine/ports/workflows.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { AFTER_ANY } from "./executions.ts";
import { describeRecord, RECORD_TEXT, type RecordKind, type RecordStorage } from "./record-kind.ts";

/** The storage of a kind. */
type StorageOf<Kind> =
  Kind extends RecordKind<infer R, infer Key, infer Index, infer Text>
    ? RecordStorage<R, Key, Index, Text>
    : never;

const BY_ID = {
  key: { id: ({ id }: { readonly id: string }) => id },
  id: ({ id }: { readonly id: string }) => id,
};

const EXECUTION = {
  column: "execution_id",
  field: "execution",
  value: ({ executionId }: { readonly executionId: string }) => executionId,
};

const WORKFLOW = {
  column: "workflow_id",
  field: "workflow",
  value: ({ workflowId }: { readonly workflowId: string }) => workflowId,
};

const PROMPT = {
  column: "prompt",
  field: "prompt",
  isOptional: true,
  value: ({ prompt }: { readonly prompt?: PromptVersionId }) => (prompt ? promptKey(prompt) : null),
} as const;

const AT = {
  column: "at",
  field: "at",
  isTime: true,
  value: ({ at }: { readonly at: number }) => at,
} as const;

/** Past the last moment that a date can hold would be no date. */
const END_OF_TIME = 8_640_000_000_000_000;

export const DRAFTS = describeRecord<DraftRecord, Pick<DraftRecord, "id">>()({
  table: "drafts",
  collection: "drafts",
  ...BY_ID,
  isInserted: true,
  index: {
    channel: { column: "channel", field: "channel", value: ({ channel }) => channel },
    threadTs: { column: "thread_ts", field: "threadTs", value: ({ threadTs }) => threadTs },
    createdAt: {
      column: "created_at",
      field: "createdAt",
      isTime: true,
      value: ({ createdAt }) => createdAt,
    },
  },
  texts: { record: RECORD_TEXT },
});

export function createDrafts(drafts: StorageOf<typeof DRAFTS>): DraftStore {
  return {
    insert: (draft) => drafts.insert(draft),
    get: (id) => drafts.get({ id }),
    async findInThread(channel, threadTs) {
      const [newest] = await drafts.list({
        where: { channel, threadTs },
        order: ["-createdAt", "-key"],
        limit: 1,
      });
      return newest ?? null;
    },
    listIn: (channel, limit) =>
      drafts.list({ where: { channel }, order: ["-threadTs", "createdAt", "key"], limit }),
    listNewest: (since, limit) =>
      drafts.list({
        where: { createdAt: { from: since, before: END_OF_TIME } },
        order: ["-createdAt", "-key"],
        limit,
      }),
    listBefore: (before, limit) =>
      drafts.list({
        where: { createdAt: { from: 0, before } },
        order: ["-createdAt", "-key"],
        limit,
      }),
    remove: (id) => drafts.remove({ id }),
    save: (draft) => drafts.save(draft),
  };
}

export const PROMPTS = describeRecord<PromptRecord, Pick<PromptRecord, "name">>()({
  table: "prompts",
  collection: "prompts",
  key: { name: ({ name }) => name },
  id: ({ name }) => name,
  index: {},
  texts: { record: RECORD_TEXT },
});

export const PROMPT_VERSIONS = describeRecord<PromptVersionRecord, PromptVersionId>()({
  table: "prompt_versions",
  collection: "promptVersions",
  key: { name: ({ name }) => name, version: ({ version }) => version },
  id: promptKey,
  isInserted: true,
  index: {
    name: { column: "name", field: "prompt", value: ({ name }) => name },
    version: { column: "version", field: "version", value: ({ version }) => version },
  },
  texts: { record: RECORD_TEXT },
});

/** How a version of a named prompt is found: names hold no `@`. */
function promptKey({ name, version }: PromptVersionId): string {
  return `${name}@${version}`;
}

export function createPrompts(
  prompts: StorageOf<typeof PROMPTS>,
  versions: StorageOf<typeof PROMPT_VERSIONS>,
): PromptStore {
  return {
    get: (name) => prompts.get({ name }),
    list: () => prompts.list({ order: ["key"] }),
    save: (prompt) => prompts.save(prompt),
    insertVersion: (version) => versions.insert(version),
    getVersion: (name, version) => versions.get({ name, version }),
    listVersions: (name) => versions.list({ where: { name }, order: ["name", "-version"] }),
  };
}

export const SAMPLES = describeRecord<SampleRecord, Pick<SampleRecord, "id">>()({
  table: "samples",
  collection: "samples",
  ...BY_ID,
  index: {
    workflow: WORKFLOW,
    prompt: PROMPT,
    at: AT,
  },
  texts: { record: RECORD_TEXT },
});

export function createSamples(samples: StorageOf<typeof SAMPLES>): SampleStore {
  return {
    save: (sample) => samples.save(sample),
    list: (of) =>
      samples.list({
        where: "prompt" in of ? { prompt: promptKey(of.prompt) } : { workflow: of.workflowId },
        order: ["at", "key"],
      }),
  };
}

export const CALLS = describeRecord<CallRecord, Pick<CallRecord, "id">>()({
  table: "calls",
  collection: "calls",
  ...BY_ID,
  isInserted: true,
  index: {
    execution: EXECUTION,
    workflow: WORKFLOW,
    at: AT,
    prompt: PROMPT,
  },
  texts: {
    record: RECORD_TEXT,
    /** What is read where only the cost matters: the record is large. */
    cost: {
      column: "cost",
      field: "cost",
      value: (call) => JSON.stringify(toCallCost(call)),
    },
    figures: {
      field: "figures",
      select: `json_object('id', id, 'at', at, 'model', record -> '$.model',
        'costNano', record -> '$.costNano', 'latencyMs', record -> '$.latencyMs',
        'valid', json(iif(json_type(record, '$.value') IS NULL, 'false', 'true')))`,
      value: (call) => (call.prompt ? JSON.stringify(toPromptCall(call)) : null),
    },
  },
});

function toCallCost({ id, at, model, by, usage, costNano, priceVersion }: CallRecord): CallCost {
  return omitUndefined({ id, at, model, by, usage, costNano, priceVersion });
}

function toPromptCall({ id, at, model, costNano, latencyMs, value }: CallRecord): PromptCall {
  return { id, at, model, costNano, latencyMs, valid: value !== undefined };
}

/** What a call cost, and how long it took. An encrypted one keeps its costs in plain. */
function withoutContents(call: CallRecord): CallRecord {
  const { id, executionId, workflowId, stepId, at, model, by, prompt } = call;
  const { usage, costNano, priceVersion, latencyMs } = call;
  return omitUndefined({
    ...{ id, executionId, workflowId, stepId, at, model, by, prompt },
    ...{ usage, costNano, priceVersion, latencyMs, messages: [], response: null, text: "" },
  });
}

export function createCalls(calls: StorageOf<typeof CALLS>): CallStore {
  return {
    async insert(call) {
      await calls.insert(call);
    },
    get: (id) => calls.get({ id }),
    list: (execution) => calls.list({ where: { execution }, order: ["at", "key"] }),
    listNewest: (execution, limit) =>
      calls.list({ where: { execution }, order: ["-at", "-key"], limit }),
    listOfPrompt: (prompt, limit) =>
      calls.listTexts<PromptCall>("figures", {
        where: { prompt: promptKey(prompt) },
        order: ["-at", "-key"],
        limit,
      }),
    async redact(id) {
      const call = await calls.get({ id });
      if (call !== null) await calls.save(withoutContents(call));
    },
    listCosts: ({ workflowId, from, to }) =>
      calls.listTexts<CallCost>("cost", {
        where: { workflow: workflowId, at: { from, before: to } },
        order: ["at", "key"],
      }),
  };
}

/** There are few budgets, and they are read together. */
export const BUDGETS = describeRecord<BudgetRecord, Pick<BudgetRecord, "scope" | "subject">>()({
  table: "budgets",
  collection: "budgets",
  key: { scope: ({ scope }) => scope, subject: ({ subject }) => subject },
  id: ({ scope, subject }) => `${scope}:${subject}`,
  index: {},
  texts: { record: RECORD_TEXT },
});

export function createBudgets(budgets: StorageOf<typeof BUDGETS>): BudgetStore {
  return {
    list: () => budgets.list({ order: ["key"] }),
    save: (budget) => budgets.save(budget),
  };
}

/** Found by who did something, and to what; in the order of their ids, which begin with the time. */
export const AUDIT = describeRecord<AuditRecord, Pick<AuditRecord, "id">>()({
  table: "audit",
  collection: "audit",
  ...BY_ID,
  isInserted: true,
  index: {
    id: { column: "id", field: "_id", value: ({ id }) => id },
    actor: { column: "actor", field: "actor", value: ({ actor }) => actor },
    action: { column: "action", field: "action", value: ({ action }) => action },
    workflow: {
      column: "workflow_id",
      field: "workflow",
      isOptional: true,
      value: ({ workflowId = null }) => workflowId,
    },
    execution: {
      column: "execution_id",
      field: "execution",
      isOptional: true,
      value: ({ executionId = null }) => executionId,
    },
  },
  texts: { record: RECORD_TEXT },
});

/** Before and after every id. */
const FIRST = auditPlace(0);
const LAST = ":";

/** What differs between the databases is given. @param upToDate - brings in what was committed before. */
export function createAudit(
  audit: StorageOf<typeof AUDIT>,
  upToDate: () => Promise<void>,
  append: AuditStore["append"],
): AuditStore {
  return {
    append,
    async list({ since, until, after, workflowId, executionId, actor, action, limit }: AuditQuery) {
      await upToDate();
      const from = since === undefined ? FIRST : auditPlace(since);
      return audit.list({
        where: omitUndefined({
          // Before every id that is greater: ids hold no space.
          id: {
            from: after !== undefined && after >= from ? `${after} ` : from,
            before: until === undefined ? LAST : auditPlace(until),
          },
          workflow: workflowId,
          execution: executionId,
          actor,
          action,
        }),
        order: ["key"],
        limit,
      });
    },
  };
}

/** Found by the file, and by its holder. */
export const FILE_LINKS = describeRecord<FileLink, Pick<FileLink, "ref" | "holder">>()({
  table: "file_links",
  collection: "fileLinks",
  key: { ref: ({ ref }) => ref, holder: ({ holder }) => holder },
  id: ({ ref, holder }) => `${ref} ${holder}`,
  isInserted: true,
  index: {
    ref: { column: "ref", field: "ref", value: ({ ref }) => ref },
    holder: { column: "holder", field: "holder", value: ({ holder }) => holder },
    at: AT,
  },
  texts: { record: RECORD_TEXT },
});

/** What differs between the databases is given: the bytes. */
export function createFiles(
  links: StorageOf<typeof FILE_LINKS>,
  bytes: Omit<FileStore, "link" | "unlink" | "isLinked" | "listOf" | "listHolders">,
): FileStore {
  return {
    ...bytes,
    async link(link) {
      await links.insert(link);
    },
    async unlink(ref, holder) {
      await links.remove({ ref, holder });
    },
    isLinked: async (ref, holder) => (await links.get({ ref, holder })) !== null,
    listOf: (holder, limit) => links.list({ where: { holder }, order: ["at", "ref"], limit }),
    listHolders: (ref, { limit, after }) =>
      links.list({
        // After every id that is smaller: ids hold no space.
        where: { ref, holder: { from: after === undefined ? "" : `${after} `, before: AFTER_ANY } },
        order: ["ref", "holder"],
        limit,
      }),
  };
}

/** How long the bytes of an upload are kept that no execution uses any more, in milliseconds. */
export const UPLOAD_KEPT_MS = 86_400_000;

/** Bytes of one part of a file: a document of MongoDB takes 16 MB. */
const PART_BYTES = 1024 * 1024;

/** Bytes in parts of {@link PART_BYTES}, none of no bytes. */
export function splitBytes(bytes: Uint8Array): readonly Uint8Array[] {
  const count = Math.ceil(bytes.length / PART_BYTES);
  return Array.from({ length: count }, (_, n) =>
    bytes.subarray(n * PART_BYTES, (n + 1) * PART_BYTES),
  );
}

/** Found by the beginning of their hash, which is their id. */
export const TOKENS = describeRecord<TokenRecord, Pick<TokenRecord, "id">>()({
  table: "tokens",
  collection: "tokens",
  ...BY_ID,
  isInserted: true,
  index: {
    owner: { column: "owner", field: "owner", value: ({ owner }) => owner },
    createdAt: {
      column: "created_at",
      field: "createdAt",
      isTime: true,
      value: ({ createdAt }) => createdAt,
    },
  },
  texts: { record: RECORD_TEXT },
});

export function createTokens(tokens: StorageOf<typeof TOKENS>): TokenStore {
  return {
    insert: (token) => tokens.insert(token),
    get: (id) => tokens.get({ id }),
    list: ({ owner, limit }) =>
      tokens.list({
        // A bound where none is needed: some compatible servers do not use an index for the order alone.
        where: owner === undefined ? { createdAt: { from: 0, before: END_OF_TIME } } : { owner },
        order: ["-createdAt", "-key"],
        limit,
      }),
    save: (token) => tokens.save(token),
  };
}

/** There are few, and they are read one by one or all together. */
export const CREDENTIALS = describeRecord<CredentialRecord, Pick<CredentialRecord, "id">>()({
  table: "credentials",
  collection: "credentials",
  ...BY_ID,
  index: {},
  texts: { record: RECORD_TEXT },
});

export function createCredentialStore(credentials: StorageOf<typeof CREDENTIALS>): CredentialStore {
  return {
    get: (id) => credentials.get({ id }),
    list: () => credentials.list({ order: ["key"] }),
    save: (record) => credentials.save(record),
    async remove(id) {
      await credentials.remove({ id });
    },
  };
}

/** What stays of executions that were removed. */
export const REMOVALS = describeRecord<Removal, Pick<Removal, "executionId">>()({
  table: "removals",
  collection: "removals",
  key: { execution_id: ({ executionId }) => executionId },
  id: ({ executionId }) => executionId,
  index: {},
  texts: { record: RECORD_TEXT },
});

/** In SQLite all of a card stands in columns. */
export const CARDS = describeRecord<CardRecord, Pick<CardRecord, "id">>()({
  table: "cards",
  collection: "cards",
  ...BY_ID,
  isInserted: true,
  index: {
    execution: EXECUTION,
    channel: { column: "channel", value: ({ channel }) => channel },
    ts: { column: "ts", value: ({ ts }) => ts },
    shown: { column: "shown", value: ({ shown }) => shown },
    final: { column: "final", field: "final", value: ({ final }) => final },
    why: { column: "why", value: ({ why = null }) => why },
  },
  texts: { record: { field: "record", value: RECORD_TEXT.value } },
});

/**
 * What differs between the databases is given: the claims, and one entry for each execution of many
 * cards.
 */
export function createCards(
  cards: StorageOf<typeof CARDS>,
  rest: Pick<CardStore, "listUnfinished" | "claim" | "release">,
): CardStore {
  return {
    insert: (card) => cards.insert(card),
    get: (id) => cards.get({ id }),
    list: (execution) => cards.list({ where: { execution }, order: ["execution", "key"] }),
    save: (card) => cards.save(card),
    ...rest,
  };
}

/** In SQLite all of a workflow stands in columns. */
export const WORKFLOWS = describeRecord<WorkflowRecord, Pick<WorkflowRecord, "workflowId">>()({
  table: "workflows",
  collection: "workflows",
  key: { workflow_id: ({ workflowId }) => workflowId },
  id: ({ workflowId }) => workflowId,
  index: {
    name: { column: "name", value: ({ name }) => name },
    activeVersion: { column: "active_version", value: ({ activeVersion }) => activeVersion },
    files: { column: "files", value: ({ files }) => JSON.stringify(files) },
    updatedAt: { column: "updated_at", value: ({ updatedAt }) => updatedAt },
    archived: {
      column: "archived",
      value: ({ archived }) => (archived ? JSON.stringify(archived) : null),
    },
  },
  texts: { record: { field: "record", value: RECORD_TEXT.value } },
});

export function createWorkflows(
  workflows: StorageOf<typeof WORKFLOWS>,
  versions: Pick<WorkflowStore, "insertVersion" | "getVersion" | "listVersions">,
): WorkflowStore {
  return {
    get: (workflowId) => workflows.get({ workflowId }),
    list: () => workflows.list({ order: ["key"] }),
    save: (workflow) => workflows.save(workflow),
    ...versions,
  };
}

/** Collections of the kinds above. */
export type RecordCollection = (
  | typeof DRAFTS
  | typeof PROMPTS
  | typeof PROMPT_VERSIONS
  | typeof SAMPLES
  | typeof CALLS
  | typeof BUDGETS
  | typeof AUDIT
  | typeof TOKENS
  | typeof CREDENTIALS
  | typeof FILE_LINKS
  | typeof CARDS
  | typeof REMOVALS
  | typeof WORKFLOWS
)["collection"];
