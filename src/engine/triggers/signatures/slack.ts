import { readOwn } from "../../../shared/json.ts";
import { hmacScheme } from "./hmac-scheme.ts";
import { textOf, versionZero } from "./version-zero.ts";

/** https://docs.slack.dev/authentication/verifying-requests-from-slack */
export const slack = {
  ...hmacScheme(versionZero("x-slack-signature", "x-slack-request-timestamp")),
  // https://docs.slack.dev/apis/events-api/#callback-field: unique in the workspace, and equal in each retry.
  signedId: (_headers: unknown, body: unknown) => textOf(readOwn(body, "event_id")),
};
