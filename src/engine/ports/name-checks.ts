/**
 * What definitions name outside: Slack conversations, people and user groups who decide,
 * people, groups and channels that may do something, databases.
 */
export type NameKind = "channel" | "approver" | "permission" | "connection";

/** Why something that a definition names does not seem to be there. */
export interface NameWarning {
  /** What is wrong: `the bot is in no channel "#ops"`. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
}

/**
 * Checks whether what definitions name exists.
 *
 * @returns `null` when it does. May take long and may throw: then no warning is given.
 */
export type NameCheck = (name: string) => Promise<NameWarning | null>;

/** What checks which names; kinds that are missing are not checked. */
export type NameChecks = Readonly<Partial<Record<NameKind, NameCheck>>>;
