import type { TokenHolder } from "./tokens.ts";

/** Sessions of people who are signed in to the console. Of the secret in their cookie only a hash is stored. */
export interface Sessions {
  /**
   * Signs a person in, or the operator.
   *
   * @returns the secret, which cannot be read again.
   * @throws {AppError} `not_allowed` for guests and strangers; `slack_unavailable`.
   */
  begin(request: SessionRequest): Promise<NewSession>;
  /**
   * Finds out who is signed in. What they may is asked anew each time; a session by a token ends with the token.
   *
   * @param isChange - the person's standing is read now, not as it was a moment ago.
   * @returns `null`: there is no such session, or it has ended.
   * @throws {AppError} `not_allowed`: the person is no member of the workspace any more; `slack_unavailable`.
   */
  identify(secret: string, isChange: boolean): Promise<Session | null>;
  /** Signs out. Ended already, or unknown, nothing changes. Durable when it resolves. */
  end(secret: string): Promise<void>;
  /** Records in the audit what was changed in a session. Durable when it resolves. */
  record(session: Session, use: SessionUse): Promise<void>;
}

/** Who signs in, and by what. */
export interface SessionRequest {
  /** Slack user id; `api`: who has `API_TOKEN`. */
  readonly by: string;
  /** `slack`: Slack says who they are; `token`: the token of a person; `api_token`: `API_TOKEN`. */
  readonly via: "slack" | "token" | "api_token";
  /** With `token`: its holder, whose scopes the session has. */
  readonly token?: TokenHolder;
  /** With `api_token`: stands for the value of `API_TOKEN`; who identifies the session compares it with the current one. */
  readonly proof?: string;
}

export interface NewSession {
  readonly secret: string;
  readonly session: Session;
}

export interface Session extends Omit<SessionRequest, "token"> {
  /** Not the secret: it may be shown. */
  readonly id: string;
  /** `null`: the session may do all that the person may. */
  readonly token: TokenHolder | null;
  /** Milliseconds since 1970, as the other. */
  readonly createdAt: number;
  readonly expiresAt: number;
}

/** What was changed in a session. */
export interface SessionUse {
  /** Method and path of the request. */
  readonly request: string;
  readonly workflowId?: string;
  readonly executionId?: string;
}
