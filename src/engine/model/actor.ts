import { isUserId } from "../../shared/slack-ids.ts";

/** Where a person acted from; `engine`: no person did, it followed by itself. */
export type Surface = "slack" | "api" | "cli" | "engine";

/** Who acts by HTTP: the owner of the API token, or, if it has none, the operator, who may do all. */
export const OPERATOR = "api";

/** From where an actor acts: people in Slack, the operator by HTTP, files and scripts by themselves. @param by - Slack user id, `api` or a name. */
export function surfaceOf(by: string): Surface {
  if (by === OPERATOR) return "api";
  return isUserId(by) ? "slack" : "engine";
}
