/** A time in which no process of the bot was there, and what was missed in it. Times are in milliseconds since 1970. */
export interface Absence {
  /** When a process last said that it was there. */
  readonly from: number;
  /** When the first one was there again. */
  readonly to: number;
  /** Never empty. */
  readonly missed: readonly Missed[];
}

/** Something that was missed. */
export type Missed = MissedSchedule | ExpiredRequest | LateRun | InterruptedRun | MissedEvents;

interface OfWorkflow {
  readonly workflowId: string;
  readonly workflowName: string;
  /** Slack user id of the person whom it concerns: who started the run, or deployed the workflow; `null`: a program did. */
  readonly owner: string | null;
}

interface OfRun extends OfWorkflow {
  readonly executionId: string;
}

/** Times of a schedule at which no run began, and will not. */
export interface MissedSchedule extends OfWorkflow {
  readonly kind: "schedule";
  /** The latest of them, oldest first: a few. */
  readonly times: readonly number[];
  /** Of all of them; a hundred stands for that many or more. */
  readonly count: number;
}

/** A decision whose time ran out. */
export interface ExpiredRequest extends OfRun {
  readonly kind: "expired";
  readonly at: number;
}

/** A run that should have continued, or ended, at a time that passed. */
export interface LateRun extends OfRun {
  readonly kind: "late";
  readonly at: number;
}

/** A run that was under way when the bot went away, and is resumed. */
export interface InterruptedRun extends OfRun {
  readonly kind: "interrupted";
}

/** What may have happened in Slack and starts nothing any more: Slack has given up delivering it. */
export interface MissedEvents extends OfWorkflow {
  readonly kind: "events";
  /** Where the workflow would have been started, by name or id; `null`: in all channels that the bot is in. */
  readonly channels: readonly string[] | null;
  /** Until when; what happened later is still delivered. */
  readonly until: number;
}

/** Which of the people to be notified were so already. */
export interface AbsenceProgress {
  isDone(person: string): boolean;
  /** Durable when it resolves. */
  done(person: string): Promise<void>;
}

/** @returns whether all people have been notified; else it is called again after a minute, for a day at most. */
type AbsenceListener = (absence: Absence, progress: AbsenceProgress) => Promise<boolean>;

/** Times in which no process of the bot was there. */
export interface Absences {
  /**
   * Calls `listener` after a start for each absence in which something was missed: in one process, and not again after another start
   * once all people were notified.
   *
   * @returns a function that removes the listener.
   */
  onAbsence(listener: AbsenceListener): () => void;
}
