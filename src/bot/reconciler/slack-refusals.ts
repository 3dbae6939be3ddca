/** Slack's reasons why the bot cannot post in a conversation, now or for good: the card goes somewhere else. */
const CLOSED_CHANNEL = new Set([
  "app_access_restricted",
  "cannot_dm_bot",
  "cannot_reply_to_message",
  "channel_not_found",
  "ekm_access_denied",
  "is_archived",
  "is_inactive",
  "messages_tab_disabled",
  "no_permission",
  "not_in_channel",
  "posting_to_general_channel_denied",
  "restricted_action",
  "restricted_action_non_threadable_channel",
  "restricted_action_read_only_channel",
  "restricted_action_thread_locked",
  "restricted_action_thread_only_channel",
  "team_access_not_granted",
  "thread_not_found",
  "user_disabled",
  "user_not_found",
]);

/** Slack does not take the message as it is; sending it again would not help. */
const BAD_MESSAGE = new Set([
  "attachment_payload_limit_exceeded",
  "invalid_arguments",
  "invalid_blocks",
  "invalid_blocks_format",
  "invalid_metadata_format",
  "invalid_metadata_schema",
  "metadata_too_large",
  "msg_blocks_too_long",
  "msg_too_long",
  "no_text",
]);

/** The card is lost: its message was deleted or can no longer be edited, or the bot left the channel. */
const LOST_MESSAGE = new Set(["cant_update_message", "edit_window_closed", "message_not_found"]);

export type RefusalKind = "closed-channel" | "bad-message" | "lost-message" | "other";

/** What a refusal means for a card; `other` (a revoked token, a missing scope) may be mended and is tried again. */
export function toRefusalKind(code: string): RefusalKind {
  if (CLOSED_CHANNEL.has(code)) return "closed-channel";
  if (BAD_MESSAGE.has(code)) return "bad-message";
  if (LOST_MESSAGE.has(code)) return "lost-message";
  return "other";
}
