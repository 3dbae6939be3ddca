/**
 * What definitions name outside: Slack conversations, people and user groups who decide,
 * people, groups and channels that may do something, databases, credentials.
 */
export type NameKind = "channel" | "approver" | "permission" | "connection" | "credential";

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

/**
 * Finds what a name stands for now, in a form that keeps standing for it when the outside renames it or
 * gives the name to something else. It can be written wherever the name can.
 *
 * @returns `null` when the name is such a form already, or it is not known what it stands for. May take
 *   long and may throw: then the name stays.
 */
export type NamePin = (name: string) => Promise<string | null>;

/** What pins which names; names of other kinds stay as they are. */
export type NamePins = Readonly<Partial<Record<NameKind, NamePin>>>;

/** What checks the values of inputs of these types, as people and programs give them: ids, or names of channels. */
export type InputChecks = Readonly<Partial<Record<"channel" | "user", NameCheck>>>;
