import { credentialStoreOff } from "../../engine/ports/credentials.ts";
import type { ExecutionStore, LeaseStore, LogStore } from "../../engine/ports/executions.ts";
import type { FileStore } from "../../engine/ports/files.ts";
import type { KeyValueStore, Store } from "../../engine/ports/store.ts";
import type { DraftStore } from "../../engine/ports/workflows.ts";
import { AppError } from "../../shared/errors.ts";
import { createSealer, missingKey } from "./envelope.ts";
import type { KeyRing } from "./keys.ts";
import { createRecordSeals, type RecordSeals, type Seal } from "./record-seals.ts";

/** Keys of the store under which it says which keys were used. */
const KEY_MARKS = "encryption-key:";

/**
 * A store that keeps what people, services and models said encrypted: logs, starts, signals, events, calls of models, drafts,
 * samples, the audit and the bytes of files. What was stored before in plain is read as it is.
 *
 * What it is found by stays plain: ids, names, times, people, prices. Definitions, prompts, cards, budgets and totals do too.
 *
 * @param ring - `null`: nothing is encrypted, and nothing may be.
 * @throws {AppError} `config_invalid` if a key is missing by which something was encrypted; nothing is changed then.
 */
export async function encryptStore(store: Store, ring: KeyRing | null): Promise<Store> {
  const seals = await prepareSeals(store.kv, ring);
  return seals === null ? withoutCredentials(store) : sealing(store, seals);
}

/**
 * Checks the keys and notes the first one as used.
 *
 * @param marks - where the store keeps which keys were used.
 * @returns `null` without keys. @throws {AppError} as {@link encryptStore}.
 */
export async function prepareSeals(
  marks: KeyValueStore,
  ring: KeyRing | null,
): Promise<RecordSeals | null> {
  const used = await usedKeys(marks);
  const missing = used.find((id) => ring?.byId.has(id) !== true);
  if (missing !== undefined) throw noKey(missing, ring === null);
  if (ring === null) return null;
  // Before anything is written with it, so that no process can miss it.
  if (!used.includes(ring.first.id)) await marks.set(`${KEY_MARKS}${ring.first.id}`, true);
  return createRecordSeals(createSealer(ring), async (id) => (await usedKeys(marks)).includes(id));
}

/** Notes that nothing is encrypted by other keys than the first any more. */
export async function forgetOtherKeys(marks: KeyValueStore, { first }: KeyRing): Promise<void> {
  const others = (await usedKeys(marks)).filter((id) => id !== first.id);
  for (const id of others) await marks.set(`${KEY_MARKS}${id}`, false);
}

async function usedKeys(kv: KeyValueStore): Promise<readonly string[]> {
  const marks = await kv.list(KEY_MARKS);
  return marks.flatMap(({ key, value }) => (value === true ? [key.slice(KEY_MARKS.length)] : []));
}

function noKey(id: string, isNone: boolean): AppError {
  const what = isNone
    ? `ENCRYPTION_KEY is missing: what is stored is encrypted with the key ${id}. Set the variable to that key.`
    : missingKey(id).message;
  return new AppError({
    code: "config_invalid",
    message: `${what} How keys are changed: docs/store.md.`,
    details: { keyId: id },
  });
}

function sealing(store: Store, seals: RecordSeals): Store {
  return {
    ...store,
    executions: sealExecutions(store.executions, seals),
    leases: sealLeases(store.leases, seals),
    log: sealLog(store.log, seals),
    signals: {
      ...store.signals,
      insert: (signal) => store.signals.insert(seals.signals.seal(signal)),
      pending: async (query) => openAll(seals.signals, await store.signals.pending(query)),
    },
    events: {
      ...store.events,
      insert: (event) => store.events.insert(seals.events.seal(event)),
      get: async (id) => openOne(seals.events, await store.events.get(id)),
      list: async (query) => openAll(seals.events, await store.events.list(query)),
      pending: async (limit) => openAll(seals.events, await store.events.pending(limit)),
    },
    calls: {
      ...store.calls,
      insert: (call) => store.calls.insert(seals.calls.seal(call)),
      get: async (id) => openOne(seals.calls, await store.calls.get(id)),
      list: async (executionId) => openAll(seals.calls, await store.calls.list(executionId)),
      listNewest: async (executionId, limit) =>
        openAll(seals.calls, await store.calls.listNewest(executionId, limit)),
    },
    answers: {
      ...store.answers,
      claim: async (record, now) =>
        seals.answers.open(await store.answers.claim(seals.answers.seal(record), now)),
      save: (record) => store.answers.save(seals.answers.seal(record)),
    },
    credentials: {
      ...store.credentials,
      get: async (id) => openOne(seals.credentials, await store.credentials.get(id)),
      list: async () => openAll(seals.credentials, await store.credentials.list()),
      save: (record) => store.credentials.save(seals.credentials.seal(record)),
    },
    drafts: sealDrafts(store.drafts, seals),
    files: sealFiles(store.files, seals),
    samples: {
      save: (sample) => store.samples.save(seals.samples.seal(sample)),
      list: async (of) => openAll(seals.samples, await store.samples.list(of)),
    },
    audit: {
      append: (records) => store.audit.append(records.map((one) => seals.audit.seal(one))),
      list: async (query) => openAll(seals.audit, await store.audit.list(query)),
    },
  };
}

/** What would be readable in the file is not kept at all. */
function withoutCredentials(store: Store): Store {
  return {
    ...store,
    credentials: {
      ...store.credentials,
      isOff: true,
      save: () => Promise.reject(credentialStoreOff()),
    },
  };
}

function sealExecutions(executions: ExecutionStore, seals: RecordSeals): ExecutionStore {
  return {
    // The start is written once: saving a projection leaves it as it is.
    ...executions,
    insert: (record) => executions.insert(seals.executions.seal(record)),
    get: async (executionId) => openOne(seals.executions, await executions.get(executionId)),
    list: async (query) => {
      const { records, nextCursor } = await executions.list(query);
      return { records: await openAll(seals.executions, records), nextCursor };
    },
    listEnded: async (startedBy, limit) =>
      openAll(seals.executions, await executions.listEnded(startedBy, limit)),
  };
}

function sealLeases(leases: LeaseStore, { executions }: RecordSeals): LeaseStore {
  return {
    ...leases,
    claimDue: async (claim) => openAll(executions, await leases.claimDue(claim)),
    claim: async (id, claim) => openOne(executions, await leases.claim(id, claim)),
    ownedBy: async (worker) => openAll(executions, await leases.ownedBy(worker)),
  };
}

function sealLog(log: LogStore, seals: RecordSeals): LogStore {
  return {
    read: async (executionId, afterRev, limit) =>
      openAll(seals.commits, await log.read(executionId, afterRev, limit)),
    commit: (commit, record, settled, totals, audit) =>
      log.commit(
        seals.commits.seal(commit),
        record,
        settled,
        totals,
        audit?.map((one) => seals.audit.seal(one)),
      ),
  };
}

function sealDrafts(drafts: DraftStore, { drafts: seal }: RecordSeals): DraftStore {
  return {
    insert: (draft) => drafts.insert(seal.seal(draft)),
    get: async (id) => openOne(seal, await drafts.get(id)),
    findInThread: async (channel, threadTs) =>
      openOne(seal, await drafts.findInThread(channel, threadTs)),
    listIn: async (channel, limit) => openAll(seal, await drafts.listIn(channel, limit)),
    listNewest: async (since, limit) => openAll(seal, await drafts.listNewest(since, limit)),
    listBefore: async (before, limit) => openAll(seal, await drafts.listBefore(before, limit)),
    remove: (id) => drafts.remove(id),
    save: (draft) => drafts.save(seal.seal(draft)),
  };
}

function sealFiles(files: FileStore, { files: seal }: RecordSeals): FileStore {
  return {
    ...files,
    save: (file, bytes, now) => files.save(file, seal.seal(file.ref, bytes), now),
    async read(ref) {
      const bytes = await files.read(ref);
      return bytes === null ? null : seal.open(ref, bytes);
    },
  };
}

async function openOne<Needed, R extends Needed>(
  seal: Seal<Needed>,
  record: R | null,
): Promise<R | null> {
  return record === null ? null : seal.open(record);
}

function openAll<Needed, R extends Needed>(
  seal: Seal<Needed>,
  records: readonly R[],
): Promise<readonly R[]> {
  return Promise.all(records.map((record) => seal.open(record)));
}
