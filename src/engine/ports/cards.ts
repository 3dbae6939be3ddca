/** What is shown in Slack of which execution, and whether it still has to change. */
export interface CardStore {
  /** @returns `false` if there is one with this id. */
  insert(card: CardRecord): Promise<boolean>;
  get(id: string): Promise<CardRecord | null>;
  /** By id. */
  list(executionId: string): Promise<readonly CardRecord[]>;
  /** Ids of executions with a card that is not final, each once. */
  listUnfinished(limit: number): Promise<readonly string[]>;
  /** Replaces the card with this id, or stores it. */
  save(card: CardRecord): Promise<void>;
  /**
   * Takes the cards of an execution for one holder until `until`, so that two processes do not post
   * the same; taken again by the same holder, it is prolonged. A help against doubles, not a fence:
   * the holder may be slow.
   *
   * @returns `false` while another holder has them.
   */
  claim(executionId: string, holder: string, now: number, until: number): Promise<boolean>;
  release(executionId: string, holder: string): Promise<void>;
}

/** One copy of something shown in Slack: the run's card, an approval card, a line in the thread. */
export interface CardRecord {
  /** `executionId:surface`, stable over restarts. */
  readonly id: string;
  readonly executionId: string;
  readonly channel: string;
  /** Slack's time stamp of the message; `null`: not posted yet, or the answer was lost. */
  readonly ts: string | null;
  /** Hash of what was shown last; `null`: nothing yet. */
  readonly shown: string | null;
  /** Will not change any more and was shown as it stays. */
  readonly final: boolean;
  /** Slack's error for which it is not, or could not be, where it should stand; absent: it is where it should. */
  readonly why?: string;
}
