/** Who may go on among executions of which only so many may, and who waits for that. A line is named by workflow and key. */
export interface SlotStore {
  /** Who has a slot of a line, by number. */
  readSlots(
    line: string,
  ): Promise<readonly { readonly slot: number; readonly executionId: string }[]>;
  /** An insert: of several at once exactly one gets it. @returns whether the execution has the slot now, or had it before. */
  takeSlot(line: string, slot: number, executionId: string): Promise<boolean>;
  /** Gives a slot back if this execution has it. */
  freeSlot(line: string, slot: number, executionId: string): Promise<void>;
  /** Puts an execution in line; whoever is there keeps its place. */
  joinLine(place: {
    readonly line: string;
    readonly executionId: string;
    readonly at: number;
  }): Promise<void>;
  leaveLine(line: string, executionId: string): Promise<void>;
  /** Who is in line, by `at`, of one moment by id. */
  nextInLine(line: string, limit: number): Promise<readonly string[]>;
}
