import { AppError } from "../../shared/errors.ts";
import { hashJson, type JsonObject, toJson } from "../../shared/json.ts";
import type {
  CredentialKeeping,
  CredentialRequest,
  CredentialTest,
  CredentialView,
} from "../api/credentials.ts";
import type { ExternalName } from "../definition/find-external-names.ts";
import type { Definition } from "../definition/schema.ts";
import type { Clock } from "../ports/clock.ts";
import {
  type CredentialRecord,
  type Credentials,
  type CredentialTester,
  credentialSettledKey,
  credentialStoreOff,
  credentialUseKey,
  EVERY_WORKFLOW,
  howToSet,
  type KnownCredential,
} from "../ports/credentials.ts";
import type { Store } from "../ports/store.ts";
import type { Workflows } from "../workflows/workflows.ts";
import { assertCredentialName, checkCredential, invalid } from "./credential-request.ts";
import type { Gate } from "./gate.ts";

export interface CredentialKeepingParts {
  readonly store: Pick<Store, "credentials" | "kv">;
  readonly clock: Clock;
  readonly credentials: Credentials;
  readonly testCredential: CredentialTester;
  readonly workflows: Pick<Workflows, "active" | "list">;
  /** Everything outside that a definition names. */
  readonly namesIn: (definition: Definition) => readonly ExternalName[];
}

/** How long the values before a rotation are tried where the new ones are refused. */
const PREVIOUS_MS = 7 * 86_400_000;

/** Keeps credentials for admins. The contract stands in {@link CredentialKeeping}. */
export class GuardedCredentials implements CredentialKeeping {
  readonly #gate: Gate;
  readonly #parts: CredentialKeepingParts;
  /** The last change of this process: the next one reads what it wrote. */
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(gate: Gate, parts: CredentialKeepingParts) {
    this.#gate = gate;
    this.#parts = parts;
  }

  async assertMaySet(name: string, by: string): Promise<void> {
    await this.#gate.permitAdmin(by, { what: "set credentials" });
    assertCredentialName(name);
    const known = await this.#parts.credentials.find(name);
    if (known?.from === "environment") throw ofEnvironment(name);
    if (this.#parts.store.credentials.isOff === true) throw credentialStoreOff();
  }

  async set(request: CredentialRequest, by: string): Promise<CredentialView> {
    const { name } = request;
    await this.assertMaySet(name, by);
    const checked = checkCredential(request);
    const record = await this.#inTurn(async () => {
      const { store, clock } = this.#parts;
      const before = await store.credentials.get(name);
      const now = clock.now();
      const next: CredentialRecord = {
        ...{ id: name, ...checked, workflows: before?.workflows ?? [], setBy: by },
        setAt: Math.max(now, (before?.setAt ?? 0) + 1),
        ...(before !== null && (await this.#previousFor(before, checked, now))),
      };
      await store.credentials.save(next);
      return { next, isNew: before === null };
    });
    await this.#record(by, {
      ...{ set: name, kind: checked.values.kind, hosts: [...checked.hosts] },
      ...(!record.isNew && { replaced: true }),
    });
    // Reading it hides its secrets from now on.
    return this.get(name, by);
  }

  async list(reader: string): Promise<readonly CredentialView[]> {
    await this.#gate.permitAdmin(reader, { what: "see credentials" });
    const needs = await this.#needs();
    const all = await this.#parts.credentials.list();
    return Promise.all(all.map((known) => this.#toView(known, needs)));
  }

  async get(name: string, reader: string): Promise<CredentialView> {
    await this.#gate.permitAdmin(reader, { what: "see credentials" });
    const known = await this.#parts.credentials.find(name);
    if (known === null) throw notFound(name);
    return this.#toView(known, await this.#needs());
  }

  async remove(
    name: string,
    by: string,
    { force = false }: { readonly force?: boolean } = {},
  ): Promise<void> {
    await this.#gate.permitAdmin(by, { what: "remove credentials" });
    const { store } = this.#parts;
    const neededBy = (await this.#needs()).get(name) ?? [];
    await this.#inTurn(async () => {
      await this.#stored(name);
      if (neededBy.length > 0 && !force) throw inUse(name, neededBy);
      await store.credentials.remove(name);
    });
    for (const { key } of await store.kv.list(credentialUseKey(name))) await store.kv.remove(key);
    await store.kv.remove(credentialSettledKey(name));
    await this.#record(by, { removed: name, ...(neededBy.length > 0 && { neededBy }) });
  }

  async allow(name: string, workflowId: string, by: string): Promise<boolean> {
    await this.#gate.permitAdmin(by, { what: "let workflows use a credential" });
    if (workflowId !== EVERY_WORKFLOW) await this.#parts.workflows.active(workflowId);
    return this.#changeWorkflows(name, by, workflowId, (workflows) =>
      workflows.includes(workflowId) ? workflows : [...workflows, workflowId].toSorted(),
    );
  }

  async disallow(name: string, workflowId: string, by: string): Promise<boolean> {
    await this.#gate.permitAdmin(by, { what: "change which workflows use a credential" });
    return this.#changeWorkflows(name, by, workflowId, (workflows) =>
      workflows.filter((one) => one !== workflowId),
    );
  }

  async test(name: string, by: string, place?: string): Promise<CredentialTest> {
    await this.#gate.permitAdmin(by, { what: "test credentials" });
    const known = await this.#parts.credentials.find(name);
    if (known === null) throw notFound(name);
    const url = addressOf(known, place);
    const { host } = url;
    const { status } = await this.#parts.testCredential(name, url);
    await this.#record(by, { tested: name, host, status });
    return { status, host };
  }

  async #changeWorkflows(
    name: string,
    by: string,
    workflowId: string,
    change: (workflows: readonly string[]) => readonly string[],
  ): Promise<boolean> {
    const changes = await this.#inTurn(async () => {
      const record = await this.#stored(name);
      const workflows = change(record.workflows);
      if (workflows.length === record.workflows.length) return null;
      await this.#parts.store.credentials.save({ ...record, workflows });
      return [{ of: "workflows", from: [...record.workflows], to: [...workflows] }];
    });
    if (changes === null) return false;
    await this.#gate.trail.write(by, {
      action: "credential",
      ...(workflowId !== EVERY_WORKFLOW && { workflowId }),
      ...{ result: "done", changes, detail: { name } },
    });
    return true;
  }

  /** @throws {AppError} `credential_not_found`, `credential_not_stored`. */
  async #stored(name: string): Promise<CredentialRecord> {
    const { credentials, store } = this.#parts;
    if ((await credentials.find(name))?.from === "environment") throw ofEnvironment(name);
    const record = await store.credentials.get(name);
    if (record === null) throw notFound(name);
    return record;
  }

  /** What is tried where the new values are refused: the last ones that the service may have taken. */
  async #previousFor(
    before: CredentialRecord,
    next: Pick<CredentialRecord, "values">,
    now: number,
  ): Promise<Pick<CredentialRecord, "previous">> {
    const { previous } = before;
    const isOpen = (await this.#previousUntil(before)) !== null;
    if (hashJson(toJson(before.values)) === hashJson(toJson(next.values)))
      return isOpen && previous !== undefined ? { previous } : {};
    // Values that were never taken are most likely mistyped, and those before them the ones that work.
    const last = isOpen && previous !== undefined ? previous : before;
    const { values, hosts = [] } = last;
    return { previous: { values, hosts, until: now + PREVIOUS_MS } };
  }

  async #previousUntil(record: CredentialRecord): Promise<number | null> {
    const { store, clock } = this.#parts;
    const { previous, id, setAt } = record;
    if (previous === undefined || previous.until <= clock.now()) return null;
    return (await store.kv.get(credentialSettledKey(id))) === setAt ? null : previous.until;
  }

  async #toView(
    known: KnownCredential,
    needs: ReadonlyMap<string, readonly string[]>,
  ): Promise<CredentialView> {
    const { name, from, values, hosts, workflows, testUrl } = known;
    const uses = Object.entries(await this.#parts.credentials.lastUses(name));
    const isStored = known.from === "store";
    return {
      ...{ name, from, kind: values.kind, hosts, workflows, testUrl },
      set: isStored ? { by: known.setBy, at: known.setAt } : null,
      previousUntil: isStored ? await this.#previousUntil(known) : null,
      uses: uses
        .map(([workflowId, at]) => ({ workflowId, at }))
        .toSorted((a, b) => b.at - a.at || (a.workflowId < b.workflowId ? -1 : 1)),
      neededBy: needs.get(name) ?? [],
    };
  }

  /** The workflows whose active versions need credentials, by the name of the credential. */
  async #needs(): Promise<ReadonlyMap<string, readonly string[]>> {
    const { workflows, namesIn } = this.#parts;
    const needs = new Map<string, readonly string[]>();
    for (const { id } of await workflows.list()) {
      const { definition } = (await workflows.active(id)).compiled;
      const named = namesIn(definition).filter(({ kind }) => kind === "credential");
      for (const name of new Set(named.map((one) => one.name)))
        needs.set(name, [...(needs.get(name) ?? []), id]);
    }
    return needs;
  }

  async #record(by: string, detail: JsonObject): Promise<void> {
    await this.#gate.trail.write(by, { action: "credential", result: "done", detail });
  }

  /** One change after the other, since each replaces the record whole. */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#lastChange.then(change);
    this.#lastChange = done.catch(() => undefined);
    return done;
  }
}

/** @throws {AppError} `input_invalid`. */
function addressOf({ name, hosts, testUrl }: KnownCredential, place: string | undefined): URL {
  const host = hosts.find((one) => !one.startsWith("*"));
  const text = place?.startsWith("/") && host !== undefined ? `https://${host}${place}` : place;
  const url = URL.parse(text ?? testUrl ?? "");
  if (url?.protocol === "https:" || url?.protocol === "http:") return url;
  throw invalid([
    {
      path: "place",
      message: `must say what "${name}" is tested with: a path such as /user, or an address at one of its hosts (${hosts.join(", ")})`,
    },
  ]);
}

function notFound(name: string): AppError {
  return new AppError({
    code: "credential_not_found",
    message: `There is no credential "${name.slice(0, 40)}". The list of credentials shows their names. ${howToSet(name.slice(0, 40))}`,
  });
}

function ofEnvironment(name: string): AppError {
  return new AppError({
    code: "credential_not_stored",
    message: `The credential "${name}" is CREDENTIAL_${name.toUpperCase()} of the bot's environment, where only its operator changes it. Nothing was changed.`,
  });
}

function inUse(name: string, workflows: readonly string[]): AppError {
  return new AppError({
    code: "credential_in_use",
    message: `The credential "${name}" was not removed: the active version of ${workflows.join(", ")} needs it and would fail. Deploy versions without it first, or remove it with “credential remove ${name} force”.`,
    details: { workflows: [...workflows] },
  });
}
