import type { JsonObject } from "../json.ts";

/** An answer `ok: false` with one of Slack's documented codes. */
export class SlackError extends Error {
  override readonly name = "SlackError";
  readonly code: string;
  /** Further members of the answer. */
  readonly extra: JsonObject;

  constructor(code: string, extra: JsonObject = {}) {
    super(code);
    this.code = code;
    this.extra = extra;
  }
}

/** Arguments that are missing or of the wrong kind, each named as Slack does. */
export function invalidArguments(...messages: readonly string[]): SlackError {
  return new SlackError("invalid_arguments", {
    response_metadata: { messages: messages.map((message) => `[ERROR] ${message}`) },
  });
}
