/** Who allowed that runs are shown in a channel that other organizations read, and when. */
export interface SharingConsent {
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * In which channels that are shared with other organizations runs may be shown. Such a channel is one of many workflows, so admins
 * alone decide it. Which channels are shared is for the caller to know.
 */
export interface Sharing {
  /** @returns `null`: runs may not be shown in this channel if it is shared. */
  consentTo(channel: string): Promise<SharingConsent | null>;
  /** Recorded. @throws {AppError} `not_allowed` unless by an admin. */
  allow(channel: string, by: string): Promise<void>;
  /** Recorded. @returns whether it was allowed. @throws {AppError} `not_allowed` unless by an admin. */
  revoke(channel: string, by: string): Promise<boolean>;
}
