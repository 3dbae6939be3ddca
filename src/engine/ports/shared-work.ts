/** What processes that share a store have to know of each other, besides the leases on executions. A part of {@link Store}. */
export interface SharedWork {
  /** Says that a process is alive. */
  writeProcess(process: ProcessRecord): Promise<void>;
  /**
   * Whether a newer version of the bot has brought the data into another form since the store was opened. Whoever writes on in the old
   * form may do damage.
   *
   * @returns what to do, for the operator; `null`: it has not.
   */
  readUpgrade(): Promise<string | null>;

  /** By id. */
  listProcesses(): Promise<readonly ProcessRecord[]>;
  /** Forgets a process unless it was seen again. @returns `true` to one of several callers at most. */
  removeProcess(process: ProcessRecord): Promise<boolean>;

  /**
   * Takes the cards of an execution for one holder until `until`, so that two processes do not post the same; taken again by the
   * same holder, it is prolonged. A help against doubles, not a fence: the holder may be slow.
   *
   * @returns `false` while somebody else has them.
   */
  claimCards(executionId: string, holder: string, now: number, until: number): Promise<boolean>;
  releaseCards(executionId: string, holder: string): Promise<void>;
}

/** A process of the bot that is at work, or was until it died. */
export interface ProcessRecord {
  /** Its worker's. */
  readonly id: string;
  /** For people: host and process id. */
  readonly name: string;
  readonly startedAt: number;
  /** When it last said that it is alive. */
  readonly seenAt: number;
}
