import type { JsonObject } from "../../shared/json.ts";
import type { Answerable } from "../model/answerable.ts";

/** Something that happened, under a name: published from outside or by a step, or the end of an execution. */
export interface EventRecord {
  /** Unique over all events: a repeat is recognized by it. */
  readonly id: string;
  /** `invoice.paid`, `workflow.completed`, `ticket-triage.failed`. */
  readonly name: string;
  readonly at: number;
  /** Variables of an execution that it starts. */
  readonly payload: JsonObject;
  /** The execution whose end it is, or whose step published it. */
  readonly source?: EventSource;
  /** Who answers for what it starts: people of that execution, the owner of a token. Absent in old records. */
  readonly answerable?: readonly Answerable[];
  /** The worker of the process by whose clock it has its time. Absent in old records. */
  readonly process?: string;
}

export interface EventSource {
  readonly executionId: string;
  readonly workflowId: string;
  /** How many executions have started each other up to that one. */
  readonly depth: number;
  /** The execution that the chain began with. Absent: that one, or an old record. */
  readonly root?: string;
  /** The step that published it, with a payload of its choice; absent: no step did. */
  readonly stepId?: string;
}

/** Events, and which executions wait for which. */
export interface EventStore {
  /**
   * Durable when it resolves. @returns `false` if an event with this id was ever stored: its first
   * content stands.
   */
  insert(event: EventRecord): Promise<boolean>;
  /** @returns `null`: there is none with this id. */
  get(id: string): Promise<EventRecord | null>;
  /** Events of a name from a time on, or after one of them; oldest first, of one moment by id. */
  list(query: EventQuery): Promise<readonly EventRecord[]>;
  /** Events not yet settled, oldest first, of one moment by id. */
  pending(limit: number): Promise<readonly EventRecord[]>;
  /** Marks events as delivered to all that wait; their ids stay taken. */
  settle(ids: readonly string[]): Promise<void>;

  /**
   * Notes that an execution waits for events of a name. Durable when it resolves; a repeat changes
   * nothing.
   */
  subscribe(executionId: string, name: string): Promise<void>;
  /** A repeat changes nothing. */
  unsubscribe(executionId: string, name: string): Promise<void>;
  /** Ids of the executions that wait for a name, in order of id, after `after`. */
  listSubscribers(
    name: string,
    query: { readonly after?: string; readonly limit: number },
  ): Promise<readonly string[]>;
}

export interface EventQuery {
  readonly name: string;
  readonly from: number;
  /** The last one of the page before. */
  readonly after?: Pick<EventRecord, "at" | "id">;
  readonly limit: number;
}
