import type { Clock } from "../engine/ports/clock.ts";
import {
  type Credential,
  type CredentialRecord,
  type Credentials,
  type CredentialUse,
  type GivenCredential,
  type KnownCredential,
  missingCredential,
} from "../engine/ports/credentials.ts";
import type { NameCheck } from "../engine/ports/name-checks.ts";
import type { Store } from "../engine/ports/store.ts";
import { secretsOfCredential } from "../shared/credential-values.ts";
import { AppError } from "../shared/errors.ts";
import { matchesHost } from "../shared/host-pattern.ts";
import type { KnownSecrets } from "../shared/known-secrets.ts";

export interface CredentialsOptions {
  readonly store: Pick<Store, "credentials" | "kv">;
  readonly clock: Pick<Clock, "now">;
  /** Those of the environment, by name. They stand before those of the store. */
  readonly given: Readonly<Record<string, GivenCredential>>;
  /** Gets every secret before it is used. */
  readonly secrets: KnownSecrets;
}

/** Keys under which it is kept when a credential was last used: its name and the workflow follow. */
const USED = "credential-used:";
const USED_EACH_MS = 60_000;

/** Credentials of the environment and of the store. The contract stands in {@link Credentials}. */
export function createCredentials(options: CredentialsOptions): Credentials {
  return new NamedCredentials(options);
}

class NamedCredentials implements Credentials {
  readonly #options: CredentialsOptions;
  /** When this process last noted a use, by the key of its note. */
  readonly #noted = new Map<string, number>();

  constructor(options: CredentialsOptions) {
    this.#options = options;
    for (const { values } of Object.values(options.given)) this.hide(secretsOfCredential(values));
  }

  async use(name: string, use: CredentialUse): Promise<Credential> {
    const found = await this.find(name);
    if (found === null) throw missingCredential(name);
    assertAllowed(found, use);
    if (use.workflowId !== null) await this.#note(name, use.workflowId);
    const { values } = found;
    const previous = found.from === "store" ? found.previous : undefined;
    if (previous === undefined || previous.until <= this.#options.clock.now())
      return { name, values };
    return { name, values, previous: previous.values };
  }

  hide(secrets: readonly string[]): void {
    this.#options.secrets.add(secrets);
  }

  async find(name: string): Promise<KnownCredential | null> {
    const own = this.#ofEnvironment(name);
    if (own !== null) return own;
    const record = await this.#options.store.credentials.get(name);
    return record === null ? null : this.#known(record);
  }

  async list(): Promise<readonly KnownCredential[]> {
    const { given, store } = this.#options;
    const own = Object.keys(given).flatMap((name) => this.#ofEnvironment(name) ?? []);
    const shadowed = new Set(own.map(({ name }) => name));
    const stored = (await store.credentials.list()).map((record) => this.#known(record));
    const all = [...own, ...stored.filter(({ name }) => !shadowed.has(name))];
    return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  async lastUses(name: string): Promise<Readonly<Record<string, number>>> {
    const prefix = `${USED}${name}:`;
    const marks = await this.#options.store.kv.list(prefix);
    return Object.fromEntries(
      marks.flatMap(({ key, value }) =>
        typeof value === "number" ? [[key.slice(prefix.length), value]] : [],
      ),
    );
  }

  #ofEnvironment(name: string): KnownCredential | null {
    const { given } = this.#options;
    const found = Object.hasOwn(given, name) ? given[name] : undefined;
    return found === undefined ? null : { ...found, name, from: "environment" };
  }

  #known(record: CredentialRecord): KnownCredential {
    this.hide(secretsOfCredential(record.values));
    if (record.previous !== undefined) this.hide(secretsOfCredential(record.previous.values));
    return { ...record, name: record.id, from: "store" };
  }

  /** Beside the record, so that noting a use cannot undo a change. */
  async #note(name: string, workflowId: string): Promise<void> {
    const { clock, store } = this.#options;
    const key = `${USED}${name}:${workflowId}`;
    const now = clock.now();
    if (now - (this.#noted.get(key) ?? -Infinity) < USED_EACH_MS) return;
    this.#noted.set(key, now);
    await store.kv.set(key, now);
  }
}

/** @throws {AppError} `credential_not_allowed`, `credential_wrong_host`. */
function assertAllowed(found: KnownCredential, { workflowId, url }: CredentialUse): void {
  const { name, workflows, hosts } = found;
  if (workflowId !== null && !workflows.includes("*") && !workflows.includes(workflowId))
    throw new AppError({
      code: "credential_not_allowed",
      message: `The workflow "${workflowId}" may not use the credential "${name}", and nothing was sent. ${remedyFor(found)}`,
    });
  if (!matchesHost(url, hosts))
    throw new AppError({
      code: "credential_wrong_host",
      message: `The credential "${name}" may not be sent to ${url.host}, and nothing was sent. It is for ${hosts.join(", ")}.`,
    });
  if (url.protocol === "https:" || matchesHost(url, hosts.filter(hasPort))) return;
  throw new AppError({
    code: "credential_wrong_host",
    message: `The credential "${name}" is sent over https:// alone, and nothing was sent. Where the network in between can be trusted, its hosts name the port: "${url.hostname}:${url.port || "80"}".`,
  });
}

function remedyFor({ name, from }: KnownCredential): string {
  return from === "store"
    ? "Its workflows do not name this one."
    : `The operator adds it to "workflows" of CREDENTIAL_${name.toUpperCase()}.`;
}

function hasPort(pattern: string): boolean {
  return /:\d+$/.test(pattern);
}

/** Whether there is a credential of this name, for the warnings at deployment. */
export function checkCredential(credentials: Pick<Credentials, "find">): NameCheck {
  return async (name) => {
    if ((await credentials.find(name)) !== null) return null;
    return {
      message: `there is no credential "${name}"; a step that uses it fails`,
      fix: `Let the operator set it as CREDENTIAL_${name.toUpperCase()} in the bot's environment.`,
    };
  };
}
