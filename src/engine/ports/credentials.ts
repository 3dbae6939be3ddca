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
  /**
   * The values before the last rotation, which the service may still ask for: until then they are tried where the new ones are
   * refused, at their own hosts alone, since who sets new ones need not know these.
   */
  readonly previous?: {
    readonly values: CredentialValues;
    readonly until: number;
    /** Absent: they are tried nowhere. */
    readonly hosts?: readonly string[];
  };
  /** Slack user id of the person who set these values, or `cli`, `api`. */
  readonly setBy: string;
  /** Milliseconds since 1970; later than that of the values before. */
  readonly setAt: number;
}

/** The credentials that people set. There are few, and they are sealed whole: a store without a key of encryption takes none. */
export interface CredentialStore {
  /** Whether it takes none, for want of a key of encryption. @default false */
  readonly isOff?: boolean;
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
  /** Present with `previous`: the service took `values`, so that what was valid before is not tried again. Never rejects. */
  readonly settle?: () => Promise<void>;
}

/** Sends one GET, without following a redirect, to find out whether a credential is taken. */
export type CredentialTester = (
  name: string,
  url: URL,
) => Promise<{
  /** Of the answer. */
  readonly status: number;
}>;

/** The credentials by name, for what calls services. */
export interface Credentials {
  /**
   * The credential for one request. Its secrets are hidden from then on in all that is logged, kept and shown.
   *
   * @throws {AppError} `credential_missing`; `credential_not_allowed` for a workflow that may not use it; `credential_wrong_host`
   * for an address that it may not be sent to. Nothing was sent.
   */
  use(name: string, use: CredentialUse): Promise<Credential>;
  /**
   * Hides what a service gave in exchange for a credential, such as a token, as if it were one of its secrets.
   *
   * @param until - from when on it is worthless; milliseconds since 1970.
   */
  hide(secrets: readonly string[], until: number): void;
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
    message: `There is no credential "${name}", and nothing was sent. ${howToSet(name)}`,
  });
}

/** Where none can be set. */
export const NO_CREDENTIALS: Credentials = {
  use: (name) => Promise.reject(missingCredential(name)),
  hide: () => undefined,
  find: async () => null,
  list: async () => [],
  lastUses: async () => ({}),
};

/** Who sets a credential, and how. */
export function howToSet(name: string): string {
  return `An admin sets it with “credential set ${name}”, or the operator as CREDENTIAL_${name.toUpperCase()} in the bot's environment.`;
}

/** Who lets a workflow use a credential, and how. */
export function howToAllow({ name, from }: KnownCredential, workflowId: string): string {
  return from === "store"
    ? `An admin allows it with “credential allow ${name} ${workflowId}”.`
    : `The operator adds it to "workflows" of CREDENTIAL_${name.toUpperCase()}.`;
}

/** Whether a workflow may use a credential. */
export function mayUse({ workflows }: CredentialBounds, workflowId: string): boolean {
  return workflows.includes(EVERY_WORKFLOW) || workflows.includes(workflowId);
}

/** Among the workflows of a credential it stands for all. */
export const EVERY_WORKFLOW = "*";

/** Why a store without a key of encryption takes no credential. */
export function credentialStoreOff(): AppError {
  return new AppError({
    code: "credential_store_off",
    message:
      "Credentials are kept encrypted or not at all, and the bot has no key to encrypt with. The operator sets ENCRYPTION_KEY (docs/store.md), or gives the credential in the environment as CREDENTIAL_<NAME>. Nothing was stored.",
  });
}

/** Keys under which it is kept when a credential was last used: its name and the workflow follow. */
export function credentialUseKey(name: string, workflowId = ""): string {
  return `credential-used:${name}:${workflowId}`;
}

/** The key under which it is kept that the values that were set at a moment have been taken by the service. */
export function credentialSettledKey(name: string): string {
  return `credential-settled:${name}`;
}
