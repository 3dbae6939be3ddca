/** What a person may do with the bot. Guests, strangers, bots and unknown people have no role at all. */
export type Role = "admin" | "member";

/** A person with the role that was found for them. */
export interface Caller {
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
}

/** Who may do what. People are looked up at each call, so that a role that was taken away counts no more. */
export interface Access {
  /** User ids that are admins whatever their role in Slack. */
  readonly admins: readonly string[];
  /** @throws {AppError} `not_allowed` for people without a role; `slack_unavailable` if Slack does not answer. */
  caller(userId: string): Promise<Caller>;
  /**
   * Whether this is an admin: one of `admins`, or an owner or admin of the workspace. The operator (`api` without an owner of its token) counts as one; guests,
   * strangers and bots never do.
   *
   * @throws {AppError} `slack_unavailable` if Slack does not answer.
   */
  isAdmin(by: string): Promise<boolean>;
  /**
   * Who may do what with a workflow and why, as sentences in the second person for the reader, else in the third.
   *
   * @param userId - whom it is about. @throws {AppError} `workflow_not_found`, `slack_unavailable`.
   */
  explain(workflowId: string, userId: string, reader: string): Promise<readonly string[]>;
}
