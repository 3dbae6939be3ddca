import { timingSafeEqual } from "node:crypto";
import { AppError } from "../../../shared/errors.ts";
import { sha256 } from "../../../shared/hash.ts";
import { type ChallengeKind, echo, type HeadQuestion } from "./challenge.ts";

/**
 * The verification of intent of WebSub (https://www.w3.org/TR/websub/#hub-verifies-intent), which Meta uses with a token
 * (https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests). Only subscriptions are confirmed:
 * anyone may ask a hub to end one.
 */
export const hub: ChallengeKind = {
  byHead(question) {
    const { head, query } = question;
    const mode = query.get("hub.mode");
    if (head.method !== "GET" || mode === null) return null;
    const reply =
      mode === "subscribe" && isMeant(question) ? echo(query.get("hub.challenge")) : null;
    if (reply !== null) return reply;
    throw new AppError({
      code: "not_allowed",
      message:
        "This webhook confirms subscriptions alone, with the right hub.verify_token and hub.topic and a hub.challenge.",
    });
  },
};

function isMeant({ query, options, tokens }: HeadQuestion): boolean {
  if (options.topic !== undefined && query.get("hub.topic") !== options.topic) return false;
  if (options.token === undefined) return true;
  const shown = sha256(query.get("hub.verify_token") ?? "");
  return tokens.some((token) => timingSafeEqual(shown, sha256(token)));
}
