import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Engine } from "../engine/api/engine.ts";
import type { Clock } from "../engine/ports/clock.ts";
import type { GroupFinder } from "../slack/groups.ts";
import type { RecentKeys } from "../slack/recent.ts";
import type { HomePublisher } from "./home/publisher.ts";
import type { Rights } from "./permissions.ts";

/** What listeners work with. */
export interface BotServices {
  readonly engine: Engine;
  readonly rights: Rights;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The slash command as this workspace knows it. */
  readonly command: string;
  /** Events that were handled lately, by `event_id`. */
  readonly events: RecentKeys;
  readonly groups: GroupFinder;
  readonly home: HomePublisher;
  /** For what a listener sends by itself: short, never repeated. */
  readonly client: WebClient;
}
