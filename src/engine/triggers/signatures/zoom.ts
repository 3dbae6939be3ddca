import { hmacScheme } from "./hmac-scheme.ts";
import { versionZero } from "./version-zero.ts";

/** https://developers.zoom.us/docs/api/webhooks/#verify-with-zooms-header: Slack's form under other names. */
export const zoom = hmacScheme(versionZero("x-zm-signature", "x-zm-request-timestamp"));
