import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Access } from "../engine/api/access.ts";
import type { Engine } from "../engine/api/engine.ts";
import type { ExecutionView, RequestView } from "../engine/api/executions.ts";
import type { Clock } from "../engine/ports/clock.ts";
import { LruMap } from "../shared/lru-map.ts";
import type { FileReader } from "../slack/files.ts";
import type { GroupFinder } from "../slack/groups.ts";
import type { Sender } from "../slack/outgoing/sender.ts";
import type { Slack } from "../slack/slack.ts";
import type { NotifyAdmins } from "./admin-notices.ts";
import type { Unanswered } from "./conversation/unanswered.ts";
import type { HomePublisher } from "./home/publisher.ts";
import type { CardLinks } from "./reconciler/card-links.ts";
import type { SharedChannels } from "./shared-channels.ts";
import type { SharedKeys } from "./shared-keys.ts";

/** What listeners work with. */
export interface BotContext {
  readonly engine: Engine;
  readonly permissions: Access;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The slash command of this workspace: `/workflow`. */
  readonly command: string;
  /** The name by which people address the bot in a conversation: `@heddle`. Never rejects. */
  readonly botName: () => Promise<string>;
  readonly files: FileReader;
  /** Keys that all processes of the bot know. */
  readonly keys: SharedKeys;
  /** Messages that are being answered. */
  readonly unanswered: Unanswered;
  readonly groups: GroupFinder;
  /** What is known of channels, people and user groups. */
  readonly workspace: Pick<Slack, "channels" | "directory" | "uploads">;
  /** Channels that other organizations read. */
  readonly shared: SharedChannels;
  readonly home: HomePublisher;
  readonly notifyAdmins: NotifyAdmins;
  /** Something says that Slack takes the bot token no more. Never rejects. */
  readonly doubtToken: (why: string) => Promise<void>;
  /** The cards of runs, and the ways to them. */
  readonly cards: BotCards;
  /** Who was led from words to the buttons of which request. */
  readonly spoken: RecentKeys;
  /** For what a listener sends by itself. */
  readonly sender: Sender;
  /** The lookup client, for what a listener reads. */
  readonly client: WebClient;
}

export interface BotCards extends CardLinks {
  /** The id of a request's card within its execution. */
  idOf(view: ExecutionView, request: RequestView): string;
  /** A message was deleted: if it is a card that still asks, it is posted anew. */
  deleted(executionId: string, channel: string, ts: string): void;
  /** What Slack refused with this code is tried again at once. @returns of how many executions. */
  resendRefused(code: string): number;
  /** A conversation may have closed: open requests whose cards stand there are asked elsewhere. */
  placeClosed(channel: string): void;
  /** A person pressed Slack's button that stops the agent in a thread: what it shows of its runs is brought up to date. */
  stopped(channel: string, threadTs: string): void;
}

/** Remembers the last keys. */
export class RecentKeys {
  readonly #keys: LruMap<string, true>;

  /** @param capacity - how many keys are remembered. */
  constructor(capacity: number) {
    this.#keys = new LruMap(capacity);
  }

  /** @returns `true` the first time, `false` for a key that is still remembered. */
  add(key: string): boolean {
    if (this.#keys.get(key)) return false;
    this.#keys.set(key, true);
    return true;
  }
}
