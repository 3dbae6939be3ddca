/**
 * Whether a text is the id of a Slack user: `U…`, or `W…` in an Enterprise organization
 * (https://api.slack.com/types/user).
 */
export function isUserId(text: string): boolean {
  return /^[UW][A-Z0-9]+$/.test(text);
}
