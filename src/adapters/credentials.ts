import type { Clock } from "../engine/ports/clock.ts";
import {
  type Credential,
  type CredentialRecord,
  type Credentials,
  type CredentialUse,
  credentialSettledKey,
  credentialUseKey,
  type GivenCredential,
  howToAllow,
  type KnownCredential,
  mayUse,
  missingCredential,
} from "../engine/ports/credentials.ts";
import type { Store } from "../engine/ports/store.ts";
import { type CredentialValues, secretsOfCredential } from "../shared/credential-values.ts";
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
    for (const { values } of Object.values(options.given))
      options.secrets.add(secretsOfCredential(values));
  }

  async use(name: string, use: CredentialUse): Promise<Credential> {
    const found = await this.find(name);
    if (found === null) throw missingCredential(name);
    assertAllowed(found, use);
    if (use.workflowId !== null) await this.#note(name, use.workflowId);
    const { values } = found;
    const previous = await this.#previousOf(found, use.url);
    if (found.from === "environment" || previous === null) return { name, values };
    return { name, values, previous, settle: () => this.#settle(found) };
  }

  hide(secrets: readonly string[], until: number): void {
    this.#options.secrets.add(secrets, until);
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
    const prefix = credentialUseKey(name);
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
    const { secrets } = this.#options;
    secrets.add(secretsOfCredential(record.values));
    if (record.previous !== undefined) secrets.add(secretsOfCredential(record.previous.values));
    return { ...record, name: record.id, from: "store" };
  }

  /** What was valid before the last rotation, as long as the service has not taken the new values. */
  async #previousOf(found: KnownCredential, url: URL): Promise<CredentialValues | null> {
    const { clock, store } = this.#options;
    if (found.from === "environment" || found.previous === undefined) return null;
    const { values, until, hosts = [] } = found.previous;
    if (until <= clock.now() || !matchesHost(url, hosts)) return null;
    const settled = await store.kv.get(credentialSettledKey(found.name));
    return settled === found.setAt ? null : values;
  }

  /** Beside the record, as a use is noted. What is not kept is found out anew. */
  async #settle({ name, setAt }: CredentialRecord & { readonly name: string }): Promise<void> {
    await this.#options.store.kv.set(credentialSettledKey(name), setAt).catch(() => undefined);
  }

  /** Beside the record, so that noting a use cannot undo a change. */
  async #note(name: string, workflowId: string): Promise<void> {
    const { clock, store } = this.#options;
    const key = credentialUseKey(name, workflowId);
    const now = clock.now();
    if (now - (this.#noted.get(key) ?? -Infinity) < USED_EACH_MS) return;
    this.#noted.set(key, now);
    await store.kv.set(key, now);
  }
}

/** @throws {AppError} `credential_not_allowed`, `credential_wrong_host`. */
function assertAllowed(found: KnownCredential, { workflowId, url }: CredentialUse): void {
  const { name, hosts } = found;
  if (workflowId !== null && !mayUse(found, workflowId))
    throw new AppError({
      code: "credential_not_allowed",
      message: `The workflow "${workflowId}" may not use the credential "${name}", and nothing was sent. ${howToAllow(found, workflowId)}`,
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

function hasPort(pattern: string): boolean {
  return /:\d+$/.test(pattern);
}
