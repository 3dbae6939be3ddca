import { createHmac, timingSafeEqual } from "node:crypto";
import { sha256 } from "../../shared/hash.ts";
import type { WebhookRequest } from "../api/triggers.ts";
import type { WebhookConfig } from "./types/webhook.ts";

const SIGNATURE_HEADERS = ["x-hub-signature-256", "x-signature"] as const;

/** What a caller sends along to prove that it knows the secret. */
type Proof = Pick<WebhookRequest, "headers" | "body">;

/**
 * Does the caller know the secret? By an HMAC-SHA256 of the body in hexadecimal, with or without `sha256=` before it, or by the
 * secret as a bearer token. The comparison takes constant time.
 */
export function knowsSecret(
  proof: Proof,
  secret: string,
  accepts: WebhookConfig["signature"],
): boolean {
  if (accepts !== "hmac" && bearsSecret(proof, secret)) return true;
  if (accepts === "bearer") return false;
  const expected = createHmac("sha256", secret).update(proof.body).digest();
  return SIGNATURE_HEADERS.some((name) => {
    const hex = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(proof.headers[name]?.trim() ?? "")?.[1];
    return hex !== undefined && timingSafeEqual(Buffer.from(hex, "hex"), expected);
  });
}

function bearsSecret(proof: Proof, secret: string): boolean {
  const token = /^Bearer +(\S+) *$/i.exec(proof.headers["authorization"] ?? "")?.[1];
  // Comparing digests takes the same time for every token, whatever its length.
  return token !== undefined && timingSafeEqual(sha256(token), sha256(secret));
}
