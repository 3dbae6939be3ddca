import type { Json } from "../../shared/json.ts";

/**
 * Credentials as admins keep them. No method gives a value back: what is set can be used, replaced and removed, never read.
 *
 * All but the operator's own, which stand in the bot's environment and are listed and tested alone, are kept in the store, encrypted.
 * Every method throws {@link AppError} `not_allowed` for who is no admin.
 */
export interface CredentialKeeping {
  /** Whether one may be set, before a form asks for it. @throws {AppError} `credential_not_stored`, `input_invalid` for the name, `credential_store_off`. */
  assertMaySet(name: string, by: string): Promise<void>;
  /**
   * Sets a credential, or replaces it whole: an admin who names other hosts has to know the values. The values before are tried at their
   * own hosts where the service refuses the new ones with 401, until it has taken the new ones once, for seven days at most. Recorded
   * without values.
   *
   * @throws {AppError} `input_invalid` with `details.problems`, each with the member as its path; as `assertMaySet`.
   */
  set(request: CredentialRequest, by: string): Promise<CredentialView>;
  /** All of them, by name. */
  list(reader: string): Promise<readonly CredentialView[]>;
  /** @throws {AppError} `credential_not_found`. */
  get(name: string, reader: string): Promise<CredentialView>;
  /**
   * Removes a credential from the store, with what was noted of it. Recorded.
   *
   * @param options - `force`: although the active version of a workflow needs it.
   * @throws {AppError} `credential_in_use` without `force`; `credential_not_found`, `credential_not_stored`.
   */
  remove(name: string, by: string, options?: { readonly force?: boolean }): Promise<void>;
  /**
   * Lets a workflow use a credential; `*`: all workflows. Recorded.
   *
   * @returns whether it was not allowed before. @throws {AppError} `workflow_not_found`, `credential_not_found`, `credential_not_stored`.
   */
  allow(name: string, workflowId: string, by: string): Promise<boolean>;
  /**
   * Takes it back. Recorded. @returns whether it was allowed by this name. @throws {AppError} `credential_not_found`,
   * `credential_not_stored`.
   */
  disallow(name: string, workflowId: string, by: string): Promise<boolean>;
  /**
   * Sends one GET with the values that are set now, and follows no redirect. Recorded.
   *
   * @param place - a path at the credential's first host, or an address at one of its hosts. @default the address that it was set with
   * @throws {AppError} `input_invalid` without a place; `credential_not_found`, `credential_wrong_host`; what sending throws.
   */
  test(name: string, by: string, place?: string): Promise<CredentialTest>;
}

/** What a person sets. */
export interface CredentialRequest {
  readonly name: string;
  /** `kind` and its members, as `CredentialValues` reads them. */
  readonly values: Json;
  readonly hosts: readonly string[];
  /** `null`: none. It may hold nothing secret. */
  readonly testUrl: string | null;
}

/** A credential without anything that could be used. */
export interface CredentialView {
  readonly name: string;
  readonly from: "environment" | "store";
  /** `bearer`, `basic`, … */
  readonly kind: string;
  readonly hosts: readonly string[];
  /** Ids of the workflows that may use it; `*`: all. */
  readonly workflows: readonly string[];
  readonly testUrl: string | null;
  /** Who set these values, and when; milliseconds since 1970. `null`: the operator, in the environment. */
  readonly set: { readonly by: string; readonly at: number } | null;
  /** How long the values before are tried where these are refused, in milliseconds since 1970; `null`: they are not. */
  readonly previousUntil: number | null;
  /** When workflows last used it, to the minute, in milliseconds since 1970; the latest first. */
  readonly uses: readonly { readonly workflowId: string; readonly at: number }[];
  /** Workflows that are not archived and whose active version needs it, by id. */
  readonly neededBy: readonly string[];
}

/** What came of a test. */
export interface CredentialTest {
  /** Of the answer. */
  readonly status: number;
  /** Host and port that were asked. */
  readonly host: string;
}
