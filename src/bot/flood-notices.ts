import type { Engine } from "../engine/api/engine.ts";
import type { Flood } from "../engine/api/triggers.ts";
import { isUserId } from "../shared/slack-ids.ts";
import { escapeText } from "../slack/text.ts";
import type { NotifyAdmins } from "./admin-notices.ts";

/** What sets a workflow off too often, by kind of trigger. */
const EVENTS: Readonly<Record<string, string>> = {
  reaction: "reactions",
  "file-shared": "shared files",
  "member-joined": "people who join channels",
  "channel-created": "new channels",
};

/**
 * Notifies admins, and who deployed the workflow, that it is not started for all events.
 *
 * @returns a function that ends it.
 */
export function watchFloods(
  { triggers }: Pick<Engine, "triggers">,
  notifyAdmins: NotifyAdmins,
): () => void {
  return triggers.onFlood((flood) => {
    const { deployedBy } = flood;
    void notifyAdmins(describe(flood), isUserId(deployedBy) ? deployedBy : undefined);
  });
}

function describe({ workflowId, kind, why, detail = "" }: Flood): string {
  if (why === "schema")
    return `"${workflowId}" was not started for an event: its payload does not follow the "schema" of the trigger (${escapeText(detail)}). The event is kept: when the trigger takes it, POST /api/events/:id/replay starts the workflow by it.`;
  if (why === "chain")
    return `"${workflowId}" was not started for an event: the run that published it was the tenth in a row that an event or a workflow started. Workflows that start each other in a circle have to end it, for example by "match" in the trigger.`;
  if (kind === "event")
    return `"${workflowId}" is not started for all events at the moment: there are more than its trigger's "maxPerMinute" allows. The others start nothing, now or later. If workflows publish events in a circle, end it, for example by "match" in the trigger; if there are so many, raise "maxPerMinute".`;
  if (kind === "message" || kind === "mention")
    return `"${workflowId}" is not started for all messages of a bot at the moment: there are more than it is started for, which is 100 at once and then one in ten seconds. The others start nothing, now or later. If the bot answers what the workflow posts, end the circle: narrow its trigger by "keywords", "channels" or "thread", or leave out "bots".`;
  const what = EVENTS[kind] ?? "events";
  return `"${workflowId}" is not started for all ${what} at the moment: there are more than it is started for, which is 100 at once and then one a second. The others start nothing, now or later. Narrow its trigger by "channels" or "users", so that fewer of them fit.`;
}
