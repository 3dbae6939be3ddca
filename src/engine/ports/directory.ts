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

/**
 * How current an answer has to be. `now`: as rights are asked, at most two seconds old, and at most a
 * minute while the workspace limits such questions. `recent`: for what is only shown and for who types
 * a command, at most a minute old, ten while it limits them; a change that the workspace reports
 * counts at once.
 */
export type Freshness = "now" | "recent";

/** Who is who. Implemented by the Slack side; the engine keeps nothing of what it answers. */
export interface Directory {
  /**
   * @param freshness - @default "now"
   * @returns the person, or `null` if this workspace has no such id.
   */
  person(userId: string, freshness?: Freshness): Promise<Person | null>;
  /**
   * Members of a user group named by id (`S…`), handle (`finance`, `@finance`) or mention
   * (`<!subteam^S…>`).
   *
   * Read when the click comes, so that a decision is checked against the group as it is then.
   *
   * @param freshness - @default "now"
   * @returns user ids, or `null` if there is no such group.
   */
  groupMembers(group: string, freshness?: Freshness): Promise<readonly string[] | null>;
  /**
   * Members of a channel named by id (`C…`), name (`#expenses`) or mention, as old as those of groups.
   *
   * @param freshness - @default "now"
   * @returns user ids, or `null` if the bot sees no such channel.
   */
  channelMembers(channel: string, freshness?: Freshness): Promise<readonly string[] | null>;
}
