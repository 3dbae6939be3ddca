import { isSubscribed } from "../delivery/subscriptions.ts";
import type { Ack } from "../delivery/transport.ts";
import { BOT_USER_ID, ENTERPRISE } from "../identity.ts";
import { type JsonObject, toText } from "../json.ts";
import type { Channel } from "./records.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Sends an event to the app, unless it is not installed, its manifest does not subscribe to it, or the bot is not in the channel.
 *
 * @returns the acknowledgement, or `undefined` when nothing was sent.
 */
export function emitEvent(
  workspace: Workspace,
  event: JsonObject,
  channel?: Channel,
): Promise<Ack> | undefined {
  if (channel !== undefined && !channel.members.includes(BOT_USER_ID)) return undefined;
  if (!workspace.installation.isInstalled) return undefined;
  const type = toText(event["type"]) ?? "";
  if (!isSubscribed(workspace.manifest, type, channel)) return undefined;
  return workspace.events.deliver(event, {
    isShared: channel?.isShared === true,
    ...(workspace.state.directory.grid ? { enterpriseId: ENTERPRISE.id } : {}),
  });
}
