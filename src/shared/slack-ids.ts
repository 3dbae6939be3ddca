/**
 * Whether a text is the id of a Slack user: `U…`, or `W…` in an Enterprise organization
 * (https://api.slack.com/types/user).
 */
export function isUserId(text: string): boolean {
  return /^[UW][A-Z0-9]+$/.test(text);
}

/** Whether a text is the id of a Slack channel: `C…`, or `G…` for a private one of earlier times (https://api.slack.com/types/channel). */
export function isChannelId(text: string): boolean {
  return /^[CG][A-Z0-9]+$/.test(text);
}
