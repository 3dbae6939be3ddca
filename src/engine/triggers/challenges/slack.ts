import { readOwn } from "../../../shared/json.ts";
import { type ChallengeKind, echo } from "./challenge.ts";

/** https://docs.slack.dev/reference/events/url_verification */
export const slack: ChallengeKind = {
  byBody({ body }) {
    const challenge = readOwn(body, "challenge");
    if (readOwn(body, "type") !== "url_verification" || typeof challenge !== "string") return null;
    return echo(challenge);
  },
};
