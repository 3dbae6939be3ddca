import type { JsonObject } from "../../shared/json.ts";
import type { StartResult } from "./executions.ts";

/** What starts executions from outside: messages, reactions, shortcuts, webhooks and events. */
export interface Triggers {
  /**
   * Starts what a message in a channel asks for, each workflow once, however often the message is delivered.
   *
   * @returns the runs that it began, or had begun before.
   */
  receiveMessage(message: IncomingMessage): Promise<readonly StartResult[]>;
  /** Starts what an emoji on a message asks for, each workflow once, however often it is delivered. */
  receiveReaction(reaction: IncomingReaction): Promise<readonly StartResult[]>;
  /** Ids of the workflows that people can start by a shortcut. */
  listShortcuts(): Promise<readonly string[]>;
  /** @throws {AppError} `workflow_not_found`, `input_invalid`. */
  startFromShortcut(request: ShortcutRequest): Promise<StartResult>;
  /**
   * Starts what a request to a webhook asks for. Accepted when it resolves.
   *
   * @throws {AppError} `route_not_found`, `not_allowed`, `token_invalid`, `input_invalid`.
   */
  receiveWebhook(request: WebhookRequest): Promise<WebhookAnswer>;
  /**
   * Makes known that something happened: starts the workflows with a fitting `event` trigger, and wakes the runs that wait for it,
   * now or later. Durable when it resolves; with an `id`, a repeat changes nothing.
   *
   * @throws {AppError} `input_invalid` for the name of a run's end.
   */
  publish(event: PublishRequest): Promise<PublishResult>;
}

/** Something that happened outside, to be made known under a name. */
export interface PublishRequest {
  readonly name: string;
  readonly payload: JsonObject;
  /** Tells a repeat from another event of the same name. */
  readonly id?: string;
}

export interface PublishResult {
  readonly eventId: string;
  /** The same event was told before. */
  readonly existed: boolean;
}

/** A message that somebody else than this bot wrote in a channel. */
export interface IncomingMessage {
  /** Equal in every delivery of the message. */
  readonly eventId: string;
  readonly text: string;
  readonly user: string;
  readonly channel: string;
  readonly ts: string;
  /** The thread that it was written in; `null`: none. */
  readonly threadTs: string | null;
  readonly isFromBot: boolean;
  readonly mentionsBot: boolean;
  /** Does a definition that names this channel mean the one of the message? Asked only of messages that fit otherwise. */
  isIn(channel: string): Promise<boolean>;
  /** May the author start runs? Asked once, and only of messages that would start one. */
  mayStart(): Promise<boolean>;
}

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

/** An emoji that somebody added to a message. */
export interface IncomingReaction {
  /** Equal in every delivery. */
  readonly eventId: string;
  readonly emoji: string;
  readonly user: string;
  /** Asked only of reactions that fit. */
  message(): Promise<PointedMessage>;
  /** Does a definition that names this channel mean the one of the message? */
  isIn(channel: string): Promise<boolean>;
  /** May whoever added it start runs? */
  mayStart(): Promise<boolean>;
}

/** What a person chose in Slack's shortcuts. */
export interface ShortcutRequest {
  /** Equal in every delivery of the choice. */
  readonly id: string;
  readonly workflowId: string;
  readonly user: string;
  /** The message in whose menu it was; `null`: it was in no message's. */
  readonly message: PointedMessage | null;
}

/** What a caller sends along to prove that it knows the secret. */
export interface WebhookProof {
  readonly body: Uint8Array;
  /** A header by its lower-case name; `undefined`: there is none. */
  header(name: string): string | undefined;
}

/** A request to the path of a webhook. */
export interface WebhookRequest extends WebhookProof {
  readonly path: string;
  /** A program of this machine, on behalf of nobody else. */
  readonly isLocal: boolean;
  /** The body as variables; asked only of callers that may start the workflow. @throws {AppError} when it cannot be read. */
  variables(): JsonObject;
}

export interface WebhookAnswer {
  readonly executionId: string;
  /** The same delivery came before, and this is what it began. */
  readonly duplicate: boolean;
}
