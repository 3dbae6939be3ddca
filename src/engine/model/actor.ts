/** Where somebody acted from; `engine`: nobody did, it followed by itself. */
export type Surface = "slack" | "api" | "cli" | "engine";

/** Who does something. */
export interface Actor {
  /** Slack user id, or `api`: the operator. */
  readonly by: string;
  readonly via: Surface;
}

/** Who acts when no person does: the holder of the API token, or a program on this machine. */
export const OPERATOR = "api";

/** @param via - absent: people act in Slack, the operator by the API. */
export function actor(by: string, via: Surface = by === OPERATOR ? "api" : "slack"): Actor {
  return { by, via };
}
