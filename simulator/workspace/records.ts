import type { JsonObject } from "../json.ts";

/** A member of the workspace, in the simulator's own words; `api/wire-user.ts` says it in Slack's. */
export interface User {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly email: string;
  readonly title: string;
  readonly timeZone: string;
  readonly isAdmin: boolean;
  readonly isGuest: boolean;
  /** A person of another organization, in shared channels. */
  readonly isStranger?: boolean;
  /** The account is deactivated. */
  readonly isDeleted?: boolean;
  readonly isBot: boolean;
}

export interface Usergroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly isIm: boolean;
  /** Hidden from people who are not members. */
  readonly isPrivate?: boolean;
  readonly isArchived?: boolean;
  /** Shared with another organization, by Slack Connect. */
  readonly isShared?: boolean;
  /** Another organization was invited and has not accepted yet. */
  readonly isPendingShared?: boolean;
  /** Shared with another workspace of the same organization, on Enterprise Grid. */
  readonly isOrgShared?: boolean;
  /** The person of a direct message with the bot. */
  readonly user?: string;
  readonly members: readonly string[];
  readonly topic: string;
  /** Seconds since the epoch. */
  readonly created: number;
  /** Who made it. @default the first person of the workspace */
  readonly creator?: string;
}

export interface Reaction {
  readonly name: string;
  readonly users: readonly string[];
  readonly count: number;
}

/** A message with the names Slack uses on the wire: it goes to the API, to events and to the page as it is. */
export interface Message {
  readonly type: "message";
  readonly ts: string;
  readonly user: string;
  readonly team: string;
  /** The organization of the author, where it is another one. */
  readonly user_team?: string;
  readonly source_team?: string;
  readonly text: string;
  readonly blocks?: readonly JsonObject[];
  readonly attachments?: readonly JsonObject[];
  readonly files?: readonly JsonObject[];
  readonly bot_id?: string;
  readonly app_id?: string;
  readonly bot_profile?: JsonObject;
  readonly username?: string;
  readonly icons?: JsonObject;
  readonly client_msg_id?: string;
  /** What the author had open beside the agent. */
  readonly app_context?: JsonObject;
  readonly thread_ts?: string;
  readonly parent_user_id?: string;
  readonly subtype?: string;
  readonly edited?: { readonly user: string; readonly ts: string };
  readonly reactions?: readonly Reaction[];
  readonly metadata?: JsonObject;
  readonly reply_count?: number;
  readonly reply_users?: readonly string[];
  readonly latest_reply?: string;
}

/** A message that one person sees. It is never part of the history. */
export interface Ephemeral {
  readonly reader: string;
  readonly message: Message;
}

/** A modal or a Home view: its content as Slack describes it, and whose it is. */
export interface StoredView {
  readonly id: string;
  readonly user: string;
  readonly open: boolean;
  readonly view: JsonObject;
}
