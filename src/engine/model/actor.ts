/** Where somebody acted from; `engine`: nobody did, it followed by itself. */
export type Surface = "slack" | "api" | "cli" | "engine";

/** Who acts by HTTP: the owner of the API token, or, if it has none, the operator, who may do all. */
export const OPERATOR = "api";

/** From where somebody acts: people in Slack, the operator by HTTP. @param by - Slack user id, or `api`. */
export function surfaceOf(by: string): Surface {
  return by === OPERATOR ? "api" : "slack";
}
