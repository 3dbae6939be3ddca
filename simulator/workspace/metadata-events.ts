import { APP_ID, BOT_ID, TEAM } from "../identity.ts";
import { type JsonObject, toText } from "../json.ts";
import { emitEvent } from "./emit-event.ts";
import type { Channel, Message } from "./records.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Emits the change of a message's metadata, if the app's manifest subscribes to its type.
 *
 * @param previous - absent for a new message.
 * @param next - absent for one that is deleted.
 */
export function tellMetadata(
  workspace: Workspace,
  channel: Channel,
  previous: Message | undefined,
  next: Message | undefined,
): void {
  const message = next ?? previous;
  const before = previous?.metadata;
  const after = next?.metadata;
  if (message === undefined || JSON.stringify(before) === JSON.stringify(after)) return;
  const type = toText((after ?? before)?.["event_type"]) ?? "";
  if (!workspace.manifest.metadataTypes.has(type)) return;
  const eventTs = workspace.state.timestamps.next();
  const facts = {
    app_id: APP_ID,
    ...(message.bot_id === undefined ? {} : { bot_id: BOT_ID }),
    user_id: message.user,
    team_id: TEAM.id,
    channel_id: channel.id,
    message_ts: message.ts,
    event_ts: eventTs,
  };
  void emitEvent(workspace, { ...kind(before, after, eventTs), ...facts }, channel);
}

function kind(
  before: JsonObject | undefined,
  after: JsonObject | undefined,
  eventTs: string,
): JsonObject {
  if (after === undefined) {
    return { type: "message_metadata_deleted", previous_metadata: before, deleted_ts: eventTs };
  }
  return before === undefined
    ? { type: "message_metadata_posted", metadata: after }
    : { type: "message_metadata_updated", metadata: after, previous_metadata: before };
}
