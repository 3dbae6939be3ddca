/** A person of the Slack workspace, as far as rights are concerned. */
export interface Person {
  readonly id: string;
  readonly name: string;
  /** Owner or admin of the workspace. */
  readonly isAdmin: boolean;
  /** Single- or multi-channel guest. */
  readonly isGuest: boolean;
  /** From another organization (Slack Connect), or unknown to this workspace. */
  readonly isStranger: boolean;
  readonly isBot: boolean;
}

/** Who is who. Implemented by the Slack side; the engine keeps nothing of what it answers. */
export interface Directory {
  /** @returns the person, or `null` if this workspace has no such id. */
  person(userId: string): Promise<Person | null>;
  /**
   * Members of a user group named by id (`S…`), handle (`finance`, `@finance`) or mention
   * (`<!subteam^S…>`).
   *
   * Read when the click comes, so that a decision is checked against the group as it is then: at
   * most two seconds old, and at most a minute while the workspace limits such questions.
   *
   * @returns user ids, or `null` if there is no such group.
   */
  groupMembers(group: string): Promise<readonly string[] | null>;
  /**
   * Members of a channel named by id (`C…`), name (`#expenses`) or mention, as old as those of groups.
   *
   * @returns user ids, or `null` if the bot sees no such channel.
   */
  channelMembers(channel: string): Promise<readonly string[] | null>;
}
