import type { Json } from "../../shared/json.ts";

/** An event ended the wait of a step. */
export interface EventReceived {
  readonly type: "event_received";
  readonly path: string;
  readonly eventId: string;
  readonly name: string;
  /** Absent: it was found when the step looked back. */
  readonly signalId?: string;
  readonly at: number;
}

/** A step looked for events that had come before it began to wait. A note that needs no commit of its own. */
export interface EventsSearched {
  readonly type: "events_searched";
  readonly path: string;
}

/** An event as steps and their conditions see it. */
export interface NamedEvent {
  readonly id: string;
  readonly name: string;
  readonly at: number;
  readonly payload: { readonly [key: string]: Json };
}
