import { isUserId } from "../../shared/slack-ids.ts";

/** Where somebody acted from; `engine`: nobody did, it followed by itself. */
export type Surface = "slack" | "api" | "cli" | "engine";

/** Who acts by HTTP: the owner of the API token, or, if it has none, the operator, who may do all. */
export const OPERATOR = "api";

/** From where somebody acts: people in Slack, the operator by HTTP, files and scripts by themselves. @param by - Slack user id, `api` or a name. */
export function surfaceOf(by: string): Surface {
  if (by === OPERATOR) return "api";
  return isUserId(by) ? "slack" : "engine";
}
