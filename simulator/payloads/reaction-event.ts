import type { JsonObject } from "../json.ts";
import type { Channel, Message } from "../workspace/records.ts";

/** What the app is told when somebody adds or takes away a reaction. */
export function reactionEvent(
  channel: Channel,
  message: Message,
  change: {
    readonly user: string;
    readonly name: string;
    readonly add: boolean;
    readonly eventTs: string;
  },
): JsonObject {
  return {
    type: change.add ? "reaction_added" : "reaction_removed",
    user: change.user,
    reaction: change.name,
    item: { type: "message", channel: channel.id, ts: message.ts },
    item_user: message.user,
    event_ts: change.eventTs,
  };
}
