import { readOwn } from "../../../shared/json.ts";
import { type ChallengeKind, jsonReply } from "./challenge.ts";

const EVENT = "Microsoft.EventGrid.SubscriptionValidationEvent";

/** Azure Event Grid: https://learn.microsoft.com/en-us/azure/event-grid/end-point-validation-event-grid-events-schema */
export const eventGrid: ChallengeKind = {
  byBody({ body }) {
    const [event] = Array.isArray(body) ? body : [];
    const code = readOwn(readOwn(event, "data"), "validationCode");
    if (readOwn(event, "eventType") !== EVENT || typeof code !== "string") return null;
    return jsonReply({ validationResponse: code });
  },
};
