/** Sign-in with Slack, as the pages need it. */
export interface SignInWithSlack {
  /**
   * Where a browser is sent to, so that Slack asks its person and sends them back with a code.
   *
   * @throws {AppError} `slack_unavailable`, `slack_rejected`.
   */
  addressFor(attempt: SignInAttempt): Promise<string>;
  /**
   * Who came back with a code.
   *
   * @returns Slack user id. @throws {AppError} `token_invalid` for what Slack does not vouch for; `not_allowed` for people of other
   * workspaces; `slack_unavailable`.
   */
  identify(code: string, attempt: Omit<SignInAttempt, "state">): Promise<string>;
}

/** One sign-in under way. */
export interface SignInAttempt {
  /** Comes back with the code. */
  readonly state: string;
  /** Stands in what Slack signs. */
  readonly nonce: string;
  readonly redirectUri: string;
}
