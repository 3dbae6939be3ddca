import type { TokenRecord, TokenScope } from "../ports/tokens.ts";

/** Tokens by which programs use the API in the name of a person. */
export interface Tokens {
  /**
   * Creates a token. What it may do is what its scopes say and its owner may at that moment.
   *
   * @returns the token, which cannot be read again.
   * @throws {AppError} `input_invalid`; `not_allowed` for guests and strangers, and for another owner unless `by` is an admin or the
   * operator.
   */
  create(request: TokenRequest, by: string): Promise<NewToken>;
  /** Those that are not revoked, the newest first: a person's own; all for admins and the operator. */
  list(reader: string): Promise<readonly TokenView[]>;
  /**
   * Ends a token at once; one that is revoked stays as it is.
   *
   * @param id - or its beginning, if no other token of the reader begins so.
   * @throws {AppError} `token_not_found`, also for a token of another person unless `by` is an admin.
   */
  revoke(id: string, by: string): Promise<TokenView>;
  /**
   * Finds out who uses a token. Each use is noted, at most once a minute.
   *
   * @param isChange - the owner's standing is read now, not as it was a moment ago.
   * @throws {AppError} `token_invalid`: unknown, revoked, expired; `not_allowed`: its owner is no member of the workspace any more;
   * `rate_limited`; `slack_unavailable`.
   */
  identify(token: string, isChange: boolean): Promise<TokenHolder>;
  /**
   * Whether a token that was identified is still good, without counting it as a use: for what lasts longer than a request.
   *
   * @throws {AppError} `token_invalid`, `not_allowed` as `identify`.
   */
  assertGood(holder: TokenHolder): Promise<void>;
  /** Records in the audit what a token changed. Durable when it resolves. */
  record(holder: TokenHolder, use: TokenUse): Promise<void>;
}

export interface TokenRequest {
  readonly name: string;
  /** Slack user id. */
  readonly owner: string;
  readonly scopes: readonly TokenScope[];
  /** Until it expires: 1 to 365. @default 90 */
  readonly days?: number;
}

export interface NewToken {
  readonly token: string;
  readonly view: TokenView;
}

/** A token without what could be used. */
export interface TokenView extends Omit<TokenRecord, "hash"> {
  /** Milliseconds since 1970, to the minute; `null`: never. */
  readonly lastUsedAt: number | null;
}

/** Who uses a token. */
export interface TokenHolder {
  readonly tokenId: string;
  readonly name: string;
  /** Slack user id. */
  readonly owner: string;
  readonly scopes: readonly TokenScope[];
}

/** What a token changed. */
export interface TokenUse {
  /** Method and path of the request. */
  readonly request: string;
  readonly workflowId?: string;
  readonly executionId?: string;
}
