import { createHmac } from "node:crypto";
import { readOwn } from "../../../shared/json.ts";
import { type ChallengeKind, jsonReply } from "./challenge.ts";

/** https://developers.zoom.us/docs/api/webhooks/#validate-your-webhook-endpoint */
export const zoom: ChallengeKind = {
  byBody({ body, secret }) {
    const plainToken = readOwn(readOwn(body, "payload"), "plainToken");
    const isQuestion = readOwn(body, "event") === "endpoint.url_validation";
    if (!isQuestion || typeof plainToken !== "string" || secret === undefined) return null;
    const encryptedToken = createHmac("sha256", secret).update(plainToken).digest("hex");
    return jsonReply({ plainToken, encryptedToken });
  },
};
