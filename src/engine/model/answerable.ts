/** What makes a person answerable for a run. */
export type Involvement =
  | "started"
  | "retried"
  | "edited"
  | "migrated"
  /** The token with which a program started, retried or migrated it belongs to them. */
  | "token"
  /** They deployed the version, and no person asked for the run. */
  | "deployed";

/** A person who may not decide in a run, because of what they did to it or to a run that led to it. */
export interface Answerable {
  /** Slack user id. */
  readonly person: string;
  readonly why: Involvement;
  /** The run that led to this one, in which it was; absent: this run. */
  readonly of?: string;
}

/** Who may not decide a request, and why. */
export interface Exclusion {
  /** Slack user id; of those whom the definition names also a user group. */
  readonly person: string;
  /** `named`: by the approval's `exclude`; `decided`: in a step of its `distinctFrom`. */
  readonly why: Involvement | "named" | "decided";
  /** As in {@link Answerable}. */
  readonly of?: string;
  /** `decided`: the approval step in which they did. */
  readonly step?: string;
}
