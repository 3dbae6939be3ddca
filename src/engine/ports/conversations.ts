/** A message of a channel, as a run begins with it. */
export interface PointedMessage {
  readonly channel: string;
  readonly ts: string;
  /** The thread that it was written in; its own if it is in none. */
  readonly threadTs: string;
  readonly text: string;
  /** Who wrote it; `null`: a bot. */
  readonly messageUser: string | null;
}

/** The same with the emoji on it. */
export interface ReactedMessage extends PointedMessage {
  /** Absent: they are not known. */
  readonly reactions?: readonly {
    /** Without colons: `wave`, `wave::skin-tone-3`. */
    readonly name: string;
    /** Who added it; of one that many added, perhaps not all. */
    readonly users: readonly string[];
    readonly count: number;
  }[];
}

/**
 * What message, reaction and shortcut triggers look up in the workspace, and only for events that
 * fit otherwise.
 */
export interface Conversations {
  /** Does a name, id or mention, as a definition has it, mean the channel with this id? */
  means(name: string, channel: string): Promise<boolean>;
  /**
   * Reads the message at a place, also where it is a reply.
   *
   * @throws {AppError} for a message that cannot be read, or not now.
   */
  readMessage(channel: string, ts: string): Promise<ReactedMessage>;
}
