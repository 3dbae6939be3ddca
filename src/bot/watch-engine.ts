import type { Logger } from "pino";
import type { Engine } from "../engine/api/engine.ts";
import type { FindAdmins } from "../slack/admin-finder.ts";
import type { Slack } from "../slack/slack.ts";
import { watchAbsences } from "./absence-notes.ts";
import type { NotifyAdmins } from "./admin-notices.ts";
import { createChannelActivity } from "./channel-activity.ts";
import { watchFloods } from "./flood-notices.ts";
import { watchStalls } from "./stall-notices.ts";

interface WatchOptions {
  readonly engine: Engine;
  readonly slack: Slack;
  readonly admins: FindAdmins;
  readonly notifyAdmins: NotifyAdmins;
  /** The slash command: `/workflow`. */
  readonly command: string;
  readonly logger: Logger;
}

/** Notifies people of what the engine reports by itself. @returns a function that ends it. */
export function watchEngine(options: WatchOptions): () => void {
  const { engine, slack, notifyAdmins } = options;
  const { channels, sender } = slack;
  const wasActive = createChannelActivity(slack.lookup, slack);
  const ends = [
    watchFloods(engine, notifyAdmins),
    watchStalls(engine, notifyAdmins),
    watchAbsences({ ...options, channels, sender, wasActive }),
  ];
  return () => ends.forEach((end) => end());
}
