import { isUserId } from "../../shared/slack-ids.ts";

/** Where a person acted from; `engine`: no person did, it followed by itself. */
export type Surface = "slack" | "api" | "cli" | "console" | "engine";

/** Who acts by HTTP: the owner of the API token, or, if it has none, the operator, who may do all. */
export const OPERATOR = "api";

/** Who acts at the command line of the machine on which the data is: the operator, too. */
export const COMMAND_LINE = "cli";

/** Reads what {@link Surface} a stored value names; `null`: none. */
export function readSurface(value: unknown): Surface | null {
  return value === "api" || value === "cli" || value === "console" ? value : null;
}

/** From where an actor acts: people in Slack, the operator by HTTP, files and scripts by themselves. @param by - Slack user id, `api` or a name. */
export function surfaceOf(by: string): Surface {
  if (by === OPERATOR) return "api";
  if (by === COMMAND_LINE) return "cli";
  return isUserId(by) ? "slack" : "engine";
}
