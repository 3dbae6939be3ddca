import type { IncomingFile } from "../../shared/file-value.ts";
import type { JsonObject } from "../../shared/json.ts";
import type { Definition } from "../definition/schema.ts";
import type { PointedMessage } from "../ports/conversations.ts";
import type { StartResult } from "./executions.ts";

/** What starts executions from outside: what happens in Slack, shortcuts, webhooks and events. */
export interface Triggers {
  /**
   * Starts what a message in a channel asks for, each workflow once, however often the message is delivered.
   *
   * @returns the runs that it began, or had begun before.
   * @throws {AppError} `slack_unavailable`, `store_unavailable`: it has to be delivered again.
   */
  receiveMessage(message: IncomingMessage): Promise<readonly StartResult[]>;
  /**
   * Starts what an emoji on a message asks for, each workflow once, however often it is delivered.
   *
   * @throws {AppError} `slack_rejected`, `slack_unavailable` if the message cannot be read: nothing is started then; `store_unavailable`.
   */
  receiveReaction(reaction: IncomingReaction): Promise<readonly StartResult[]>;
  /**
   * Starts what the files of a message ask for: each workflow once for each file, however often the message is delivered.
   *
   * @throws {AppError} `slack_unavailable`, `store_unavailable`: it has to be delivered again.
   */
  receiveFiles(message: IncomingMessage): Promise<ReceivedFiles>;
  /**
   * Starts what the coming of a person to a channel asks for, each workflow once, however often it is delivered.
   *
   * @throws {AppError} `slack_unavailable`, `store_unavailable`: it has to be delivered again.
   */
  receiveMember(member: IncomingMember): Promise<readonly StartResult[]>;
  /**
   * Starts what a new channel asks for, each workflow once, however often it is delivered.
   *
   * @throws {AppError} `slack_unavailable`, `store_unavailable`: it has to be delivered again.
   */
  receiveChannel(channel: IncomingChannel): Promise<readonly StartResult[]>;
  /**
   * Starts a workflow once more by an event that was published before, as if it had come now: its active version, if it has a trigger
   * that the event fits.
   *
   * @throws {AppError} `event_not_found`, `workflow_not_found`, `input_invalid` if no trigger fits, `trigger_paused`, `limit_exceeded`;
   * `not_allowed` unless they may deploy the workflow.
   */
  replay(request: ReplayRequest): Promise<StartResult>;
  /** Events of a name from a time on, the oldest first. */
  listEvents(query: EventListQuery): Promise<readonly PublishedEvent[]>;
  /**
   * Calls back when events would start more runs of a workflow than is allowed: once in ten minutes for each workflow, in one of the
   * processes. What is above that starts nothing.
   *
   * @returns a function that removes the listener.
   */
  onFlood(listener: (flood: Flood) => void): () => void;
  /**
   * Calls back when a trigger finds no rows in its database: at once where that does not pass by itself, after ten minutes where the
   * database is away; once in an hour for each trigger, in one of the processes.
   *
   * @returns a function that removes the listener.
   */
  onStall(listener: (stalled: StalledTrigger) => void): () => void;
  /**
   * When schedules start a workflow next, soonest first, in milliseconds since 1970.
   *
   * @param count - of times at most; those that are more than eight years away are left out.
   */
  upcoming(workflowId: string, count: number): Promise<readonly number[]>;
  /** The same for a definition that may not be deployed yet, so that its times are seen before. */
  upcomingOf(definition: Definition, count: number): readonly number[];
  /** Ids of the workflows that people can start by a shortcut. */
  listShortcuts(): Promise<readonly string[]>;
  /** @throws {AppError} `workflow_not_found`, `input_invalid`, `slack_rejected`, `slack_unavailable`. */
  startFromShortcut(request: ShortcutRequest): Promise<StartResult>;
  /**
   * Checks what of a request to a webhook can be checked before its body is read: who listens there, and whether the proof that it asks
   * for is there at all.
   *
   * @returns `isOpen`: no proof is asked of this caller. `path`: that of the webhook, as its definition has it. `reply`: the head alone
   * asks a question, and this is the whole answer.
   * @throws {AppError} `route_not_found`, `method_not_allowed`, `not_allowed`, `token_invalid`.
   */
  checkWebhook(
    head: WebhookHead,
  ): Promise<{ readonly isOpen: boolean; readonly path: string; readonly reply?: WebhookReply }>;
  /**
   * Starts what a request to a webhook asks for. Accepted when it resolves.
   *
   * @throws {AppError} `route_not_found`, `not_allowed`, `token_invalid`, `media_type_refused`, `json_malformed`, `body_too_large`,
   * `input_invalid`; `rate_limited` with the time to wait.
   */
  receiveWebhook(request: WebhookRequest): Promise<WebhookAnswer>;
  /**
   * Publishes an event: starts the workflows with a fitting `event` trigger, and wakes the runs that wait for it,
   * now or later. Durable when it resolves; with an `id`, a repeat changes nothing.
   *
   * @throws {AppError} `input_invalid` for the name of a run's end.
   */
  publish(event: PublishRequest): Promise<PublishResult>;
}

/** An event that is to start a workflow again. */
export interface ReplayRequest {
  readonly eventId: string;
  readonly workflowId: string;
  /** Slack user id or `api`. */
  readonly by: string;
}

export interface EventListQuery {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly limit: number;
}

/** An event as it is kept. */
export interface PublishedEvent {
  readonly eventId: string;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly payload: JsonObject;
  /** The run whose end it is, or whose step published it; absent: it came from outside. */
  readonly executionId?: string;
}

/** Something that happened outside, to be published under a name. */
export interface PublishRequest {
  readonly name: string;
  readonly payload: JsonObject;
  /** Distinguishes a repeat from another event of the same name. */
  readonly id?: string;
}

export interface PublishResult {
  readonly eventId: string;
  /** The same event was published before. */
  readonly existed: boolean;
}

/** A message in a channel that this bot did not write. */
export interface IncomingMessage {
  /** Equal in every delivery of the message. */
  readonly eventId: string;
  readonly text: string;
  /** What people read of it: links by their labels, emoji as signs. Keywords are searched there. @default the text alone */
  readonly readings?: readonly string[];
  readonly user: string;
  readonly channel: string;
  readonly ts: string;
  /** The thread that it was written in; `null`: none. */
  readonly threadTs: string | null;
  readonly isFromBot: boolean;
  readonly mentionsBot: boolean;
  /** Files that it came with; absent: none. */
  readonly files?: readonly FileOfMessage[];
}

/** A file that a message came with. Its bytes are read when a workflow starts. */
export interface FileOfMessage {
  readonly id: string;
  readonly name: string;
  /** Bytes, as far as it is known. */
  readonly size: number;
  /** Its media type; absent or empty: it is not known before it is read. */
  readonly type?: string;
  /**
   * Its bytes, or why they cannot be read, as the end of a sentence. Never rejects.
   *
   * @param maxBytes - the largest that is taken.
   */
  read(maxBytes: number): Promise<IncomingFile | UnreadFile>;
}

export interface UnreadFile {
  readonly problem: string;
  /** It may be read some time later. @default false */
  readonly isPassing?: boolean;
}

/** What came of the files of a message. */
export interface ReceivedFiles {
  readonly started: readonly StartResult[];
  /** Files that would have started a workflow and cannot be read, with the reason as the end of a sentence. */
  readonly unread: readonly { readonly name: string; readonly problem: string }[];
}

/** Where a message is in Slack. */
export interface MessagePlace {
  readonly channel: string;
  readonly ts: string;
}

/** An emoji that a person or a bot added to a message, or took away. */
export interface IncomingReaction {
  /** Equal in every delivery. */
  readonly eventId: string;
  readonly emoji: string;
  readonly user: string;
  /** The message that it was added to. */
  readonly place: MessagePlace;
  /** It was taken away. @default it was added */
  readonly isRemoval?: boolean;
}

/** A person, or another bot, who joined a channel. */
export interface IncomingMember {
  /** Equal in every delivery. */
  readonly eventId: string;
  readonly user: string;
  readonly channel: string;
  /** Who brought them in; `null`: they came by themselves. */
  readonly inviter: string | null;
}

/** A public channel that was created. */
export interface IncomingChannel {
  /** Equal in every delivery. */
  readonly eventId: string;
  /** Who created it. */
  readonly user: string;
  readonly channel: string;
  readonly name: string;
}

/** A workflow is not started for all events. */
export interface Flood {
  readonly workflowId: string;
  /** The kind of trigger: `reaction`. */
  readonly kind: string;
  /** More events than it is started for, too many runs that have led to each other, or payloads that do not follow its schema. */
  readonly why: "rate" | "chain" | "schema";
  /** What of a payload does not fit. */
  readonly detail?: string;
  /** Who deployed the active version. */
  readonly deployedBy: string;
}

/** A trigger that finds no rows in its database. */
export interface StalledTrigger {
  readonly workflowId: string;
  readonly triggerId: string;
  /** `notifications`: its rows are still looked for, but the database does not say when there are any. */
  readonly lacks: "rows" | "notifications";
  /** Why, and what to do: whole sentences. */
  readonly reason: string;
  /** Who deployed the active version. */
  readonly deployedBy: string;
}

/** What a person chose in Slack's shortcuts. */
export interface ShortcutRequest {
  /** Equal in every delivery of the choice. */
  readonly id: string;
  readonly workflowId: string;
  readonly user: string;
  /** The message from whose menu it was chosen; `null`: it was no message's menu. */
  readonly place: MessagePlace | null;
  /** That message as Slack handed it over; absent: it is read. */
  readonly message?: PointedMessage;
  /** What the person filled in for the inputs, converted by their types. It goes before what the message gives. @default nothing */
  readonly values?: JsonObject;
  /** The bytes of files among the values. @default none */
  readonly files?: readonly IncomingFile[];
}

/** A request to the path of a webhook, without its body. */
export interface WebhookHead {
  /** `GET` asks a question alone and starts nothing. @default POST */
  readonly method?: "GET" | "POST";
  readonly path: string;
  /** Behind the question mark, as it was sent; empty without one. */
  readonly query: string;
  /** It comes from a program of this machine, on behalf of no other. */
  readonly isLocal: boolean;
  /** Headers by lower-case name; of one that is given more than once, the first. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A whole request to the path of a webhook. */
export interface WebhookRequest extends WebhookHead {
  /** The body as it was sent, unpacked if it was compressed. */
  readonly body: Uint8Array;
  /** Called when the caller has given the proof that is asked for, before anything is started; what it throws ends the request. */
  readonly onProven?: () => void;
}

/** What came of a request to a webhook. */
export interface WebhookAnswer {
  /** `null`: it asked a question and began nothing. */
  readonly executionId: string | null;
  /** The same delivery came before, and this is what it began. */
  readonly duplicate: boolean;
  /** The answer to a question, or what the definition answers when the run is over; absent: the usual answer. */
  readonly reply?: WebhookReply;
}

/** An answer of another form than the API's. */
export interface WebhookReply {
  readonly status: number;
  /** By lower-case name, `content-type` among them. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}
