import type { CredentialValues } from "../../shared/credential-values.ts";
import { AppError } from "../../shared/errors.ts";

/** Where a credential may be used. */
export interface CredentialBounds {
  /** Hosts that it may be sent to, as `matchesHost` reads them; at least one. */
  readonly hosts: readonly string[];
  /** Ids of the workflows that may use it; `*` stands for all. Empty: none may yet. */
  readonly workflows: readonly string[];
  /** What a test asks for; `null`: it cannot be tested. */
  readonly testUrl: string | null;
}

/** A credential as the store keeps it. */
export interface CredentialRecord extends CredentialBounds {
  /** Its name: `github`. */
  readonly id: string;
  readonly values: CredentialValues;
  /** The values before the last rotation, which the service may still ask for; until then they are tried where the new ones are refused. */
  readonly previous?: { readonly values: CredentialValues; readonly until: number };
  /** Slack user id of the person who set these values, or `cli`, `api`. */
  readonly setBy: string;
  /** Milliseconds since 1970. */
  readonly setAt: number;
}

/** The credentials that people set. There are few, and they are sealed whole: a store without a key of encryption takes none. */
export interface CredentialStore {
  get(id: string): Promise<CredentialRecord | null>;
  /** All of them, by name. */
  list(): Promise<readonly CredentialRecord[]>;
  /** Stores or replaces the one with this name. @throws {AppError} `credential_store_off` without a key of encryption. */
  save(record: CredentialRecord): Promise<void>;
  remove(id: string): Promise<void>;
}

/** A credential of the operator's environment, which no one changes while the bot runs. */
export interface GivenCredential extends CredentialBounds {
  readonly values: CredentialValues;
}

/** What is known of a credential, from wherever it comes. */
export type KnownCredential =
  | ({ readonly name: string; readonly from: "environment" } & GivenCredential)
  | ({ readonly name: string; readonly from: "store" } & CredentialRecord);

/** Who wants to use a credential, and for what. */
export interface CredentialUse {
  /** `null`: an admin tests it. */
  readonly workflowId: string | null;
  /** The request's own address, before any redirect: another host that it leads to gets nothing of the credential. */
  readonly url: URL;
}

/** What an attempt proves itself with. It is read once for an attempt, which keeps it when it is rotated meanwhile. */
export interface Credential {
  readonly name: string;
  readonly values: CredentialValues;
  /** What was valid until the last rotation: to be tried once more where the service refuses `values` with 401. Absent: nothing. */
  readonly previous?: CredentialValues;
}

/** The credentials by name, for what calls services. */
export interface Credentials {
  /**
   * The credential for one request. Its secrets are hidden from then on in all that is logged, kept and shown.
   *
   * @throws {AppError} `credential_missing`; `credential_not_allowed` for a workflow that may not use it; `credential_wrong_host`
   * for an address that it may not be sent to. Nothing was sent.
   */
  use(name: string, use: CredentialUse): Promise<Credential>;
  /** Hides what a service gave in exchange for a credential, such as a token, as if it were one of its secrets. */
  hide(secrets: readonly string[]): void;
  /** Looks it up without using it; `null`: there is none. */
  find(name: string): Promise<KnownCredential | null>;
  /** All of them, by name. */
  list(): Promise<readonly KnownCredential[]>;
  /** When a credential was last used, by the workflows that did; to the minute, in milliseconds since 1970. */
  lastUses(name: string): Promise<Readonly<Record<string, number>>>;
}

/** What {@link Credentials.use} throws for a name that no credential has. */
export function missingCredential(name: string): AppError {
  return new AppError({
    code: "credential_missing",
    message: `There is no credential "${name}", and nothing was sent. The operator sets it as CREDENTIAL_${name.toUpperCase()} in the bot's environment.`,
  });
}
