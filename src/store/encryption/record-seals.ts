import type { AnswerRecord } from "../../engine/ports/answers.ts";
import type { AuditRecord } from "../../engine/ports/audit.ts";
import type { CallRecord } from "../../engine/ports/calls.ts";
import type { CredentialRecord } from "../../engine/ports/credentials.ts";
import type { EventRecord } from "../../engine/ports/events.ts";
import type { Commit, ExecutionRecord, Signal } from "../../engine/ports/executions.ts";
import type { SampleRecord } from "../../engine/ports/prompts.ts";
import type { DraftRecord } from "../../engine/ports/workflows.ts";
import { readOwn } from "../../shared/json.ts";
import { type Identity, keyIdOf, keyIdOfBytes, missingKey, type Sealer } from "./envelope.ts";

/** The member of a sealed value that holds its envelope. */
const SEALED = "$sealed";

/** Seals and opens the records that hold what people, services and models said. */
export interface RecordSeals {
  readonly calls: Seal<CallRecord>;
  readonly drafts: Seal<DraftRecord>;
  readonly events: Seal<EventRecord>;
  readonly samples: Seal<SampleRecord>;
  readonly audit: Seal<AuditRecord>;
  readonly answers: Seal<AnswerRecord>;
  readonly credentials: Seal<CredentialRecord>;
  readonly signals: Seal<Pick<Signal, "id" | "payload">>;
  readonly commits: Seal<Pick<Commit, "executionId" | "rev" | "events">>;
  readonly executions: Seal<Pick<ExecutionRecord, "executionId" | "start">>;
  readonly files: FileSeal;
}

/** A record with all sealed but what it is found by, and back. */
export interface Seal<Needed> {
  seal<R extends Needed>(record: R): R;
  /**
   * The record as it was sealed; one that is not sealed as it is.
   *
   * @throws {AppError} `store_unavailable`.
   */
  open<R extends Needed>(record: R): Promise<R>;
}

/** Seals and opens the bytes of files, by their references. */
export interface FileSeal {
  seal(ref: string, bytes: Uint8Array): Buffer;
  /** As they were sealed; bytes that are not sealed as they are. @throws {AppError} `store_unavailable`. */
  open(ref: string, bytes: Buffer): Promise<Buffer>;
}

/** The record sealed with the first key, whatever it is sealed with. @throws {AppError} as {@link Seal.open}. */
export async function reseal<Needed, R extends Needed>(seal: Seal<Needed>, record: R): Promise<R> {
  return seal.seal(await seal.open(record));
}

/** @param isInUse - asks whether a key that is not there was ever used; what only looks sealed is no envelope of ours. */
export function createRecordSeals(
  sealer: Sealer,
  isInUse: (keyId: string) => Promise<boolean>,
): RecordSeals {
  const values = createValueSealer(sealer, isInUse);
  const whole = <Needed extends { readonly id: string }>(
    kind: string,
    kept: (record: Needed) => object,
  ): Seal<Needed> => ({
    seal: (record) => values.seal({ kind, id: record.id }, record, kept(record)),
    open: (record) => values.open({ kind, id: record.id }, record),
  });
  return {
    calls: whole("call", keptOfCall),
    drafts: whole("draft", ({ id, channel, threadTs, createdAt }) => ({
      ...{ id, channel, threadTs, createdAt },
    })),
    events: whole("event", ({ id, name, at }) => ({ id, name, at })),
    samples: whole("sample", ({ id, workflowId, prompt, at }) => ({ id, workflowId, prompt, at })),
    audit: whole("audit", ({ id, at, actor, action, workflowId, executionId }) => ({
      ...{ id, at, actor, action, workflowId, executionId },
    })),
    answers: whole("answer", ({ id, askedHash, holder, expiresAt }) => ({
      ...{ id, askedHash, holder, expiresAt },
    })),
    credentials: whole("credential", ({ id }) => ({ id })),
    ...sealsOfExecutions(values),
    files: {
      seal: (ref, bytes) => sealer.sealBytes({ kind: "file", id: ref }, bytes),
      async open(ref, bytes) {
        const keyId = keyIdOfBytes(bytes);
        if (keyId === null) return bytes;
        if (sealer.has(keyId)) return sealer.openBytes({ kind: "file", id: ref }, bytes);
        if (await isInUse(keyId)) throw missingKey(keyId);
        return bytes;
      },
    },
  };
}

/** Those of which a part alone is sealed. */
function sealsOfExecutions(
  values: ValueSealer,
): Pick<RecordSeals, "signals" | "commits" | "executions"> {
  return {
    signals: {
      seal: (one) => ({ ...one, payload: values.seal(signalIdentity(one), one.payload, {}) }),
      open: async (one) => ({
        ...one,
        payload: await values.open(signalIdentity(one), one.payload),
      }),
    },
    commits: {
      seal: (commit) => ({
        ...commit,
        events: [values.seal(commitIdentity(commit), commit.events, {})].flat(),
      }),
      async open(commit) {
        const opened: unknown = await values.open(commitIdentity(commit), commit.events[0]);
        const events: Commit["events"] = Array.isArray(opened) ? opened : commit.events;
        return { ...commit, events };
      },
    },
    executions: {
      seal: (record) => {
        const { trigger, labels } = record.start;
        const { userId } = trigger;
        // What runs are found by.
        const kept = {
          trigger: userId === undefined ? {} : { userId },
          ...(labels !== undefined && { labels }),
        };
        return { ...record, start: values.seal(startIdentity(record), record.start, kept) };
      },
      open: async (record) => ({
        ...record,
        start: await values.open(startIdentity(record), record.start),
      }),
    },
  };
}

/** Values as they are kept in the place of others. */
interface ValueSealer {
  /** @param kept - stands beside the envelope in plain. */
  seal<T>(identity: Identity, value: T, kept: object): T;
  /** @throws {AppError} `store_unavailable`. */
  open<T>(identity: Identity, value: T): Promise<T>;
}

function createValueSealer(
  sealer: Sealer,
  isInUse: (keyId: string) => Promise<boolean>,
): ValueSealer {
  return {
    seal<T>(identity: Identity, value: T, kept: object): T {
      const envelope = sealer.seal(identity, JSON.stringify(value));
      // It stands where the value does for the store alone, which keeps it as JSON text.
      const sealed: T = JSON.parse(JSON.stringify({ ...kept, [SEALED]: envelope }));
      return sealed;
    },
    async open<T>(identity: Identity, value: T): Promise<T> {
      const envelope = readOwn(value, SEALED);
      const keyId = typeof envelope === "string" ? keyIdOf(envelope) : null;
      if (typeof envelope !== "string" || keyId === null) return value;
      if (!sealer.has(keyId)) {
        if (await isInUse(keyId)) throw missingKey(keyId);
        return value;
      }
      const opened: T = JSON.parse(sealer.open(identity, envelope));
      return opened;
    },
  };
}

/** What the costs of calls and the figures of prompts are made of; of the value only that there is one. */
function keptOfCall(call: CallRecord): object {
  const { id, executionId, workflowId, at, model, by, usage, costNano, priceVersion } = call;
  const { latencyMs, prompt, value } = call;
  return {
    ...{ id, executionId, workflowId, at, model, by, usage, costNano, priceVersion },
    ...{ latencyMs, prompt },
    ...(value !== undefined && { value: true }),
  };
}

function signalIdentity({ id }: Pick<Signal, "id">): Identity {
  return { kind: "signal", id };
}

function commitIdentity({ executionId, rev }: Pick<Commit, "executionId" | "rev">): Identity {
  return { kind: "log", id: `${executionId}:${rev}` };
}

function startIdentity({ executionId }: Pick<ExecutionRecord, "executionId">): Identity {
  return { kind: "start", id: executionId };
}
