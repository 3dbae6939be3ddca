import { type ChallengeKind, echo } from "./challenge.ts";

/** Microsoft Graph: https://learn.microsoft.com/en-us/graph/change-notifications-delivery-webhooks#notificationurl-validation */
export const microsoft: ChallengeKind = {
  byHead: ({ query }) => echo(query.get("validationToken")),
};
