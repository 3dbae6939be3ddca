/** What a token may be used for; `admin`: for all that its owner may. Names are stored: they are only added. */
export const TOKEN_SCOPES = ["read", "run", "deploy", "admin"] as const;

export type TokenScope = (typeof TOKEN_SCOPES)[number];

/**
 * A token of the API. Of the token itself only a hash is kept. It is plain SHA-256: a password needs a slow hash since it can be
 * guessed; 256 random bits cannot, however fast the hash is.
 */
export interface TokenRecord {
  /** Of the hash, so that a token is found without a search. */
  readonly id: string;
  /** SHA-256 of the token, in hexadecimal. */
  readonly hash: string;
  /** What it is for, in the words of its creator. */
  readonly name: string;
  /** Slack user id of the person in whose name it acts. */
  readonly owner: string;
  readonly scopes: readonly TokenScope[];
  /** Slack user id, or `cli`. */
  readonly createdBy: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revoked: { readonly by: string; readonly at: number } | null;
}

/** Whether a token can be used at a moment, in milliseconds since 1970: it was not revoked and has not expired. */
export function isAlive({ revoked, expiresAt }: TokenRecord, now: number): boolean {
  return revoked === null && expiresAt > now;
}

/** The tokens of the API. There are few for each person. */
export interface TokenStore {
  /** @returns `false` if the id is taken; nothing is changed then. */
  insert(token: TokenRecord): Promise<boolean>;
  get(id: string): Promise<TokenRecord | null>;
  /** Those of one person, or of all; the newest first. */
  list(query: { readonly owner?: string; readonly limit: number }): Promise<readonly TokenRecord[]>;
  /** Replaces the token with this id. */
  save(token: TokenRecord): Promise<void>;
}
