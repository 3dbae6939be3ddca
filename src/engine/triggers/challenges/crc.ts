import { createHmac } from "node:crypto";
import { type ChallengeKind, jsonReply } from "./challenge.ts";

/** The challenge-response check of X: https://docs.x.com/x-api/webhooks/introduction */
export const crc: ChallengeKind = {
  byHead({ head, query, secrets: [secret] }) {
    const token = query.get("crc_token");
    if (head.method !== "GET" || token === null || secret === undefined) return null;
    const hash = createHmac("sha256", secret).update(token).digest("base64");
    return jsonReply({ response_token: `sha256=${hash}` });
  },
};
