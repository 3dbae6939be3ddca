import type { JsonObject } from "../json.ts";
import { toWire } from "../payloads/to-wire.ts";
import type { Message } from "../workspace/records.ts";

/** A message as methods return it. Metadata only where it was asked for. */
export function wireMessage(message: Message, includeMetadata: boolean): JsonObject {
  const { metadata, reply_users: replyUsers, ...rest } = message;
  const hasReplies = (message.reply_count ?? 0) > 0;
  const { reply_count: _count, ...withoutCount } = rest;
  return toWire({
    ...(hasReplies ? rest : withoutCount),
    ...(hasReplies
      ? {
          reply_users_count: replyUsers?.length ?? 0,
          reply_users: replyUsers ?? [],
          is_locked: false,
          subscribed: false,
        }
      : {}),
    ...(includeMetadata && metadata !== undefined && Object.keys(metadata).length > 0
      ? { metadata }
      : {}),
  });
}
