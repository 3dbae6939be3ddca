import { createHmac, hash, timingSafeEqual } from "node:crypto";
import type { WebhookProof } from "../api/triggers.ts";
import type { WebhookConfig } from "./types/webhook.ts";

const SIGNATURE_HEADERS = ["x-hub-signature-256", "x-signature"] as const;

/**
 * Does the caller know the secret? By an HMAC-SHA256 of the body in hexadecimal, with or without `sha256=` before it, or by the
 * secret as a bearer token. How long the comparison takes tells nothing.
 */
export function knowsSecret(
  proof: WebhookProof,
  secret: string,
  accepts: WebhookConfig["signature"],
): boolean {
  if (accepts !== "hmac" && bearsSecret(proof, secret)) return true;
  if (accepts === "bearer") return false;
  const expected = createHmac("sha256", secret).update(proof.body).digest();
  return SIGNATURE_HEADERS.some((name) => {
    const hex = /^(?:sha256=)?([0-9a-f]{64})$/i.exec(proof.header(name)?.trim() ?? "")?.[1];
    return hex !== undefined && timingSafeEqual(Buffer.from(hex, "hex"), expected);
  });
}

function bearsSecret(proof: WebhookProof, secret: string): boolean {
  const token = /^Bearer +(\S+) *$/i.exec(proof.header("authorization") ?? "")?.[1];
  // Comparing digests takes the same time for every token, whatever its length.
  return token !== undefined && timingSafeEqual(sha256(token), sha256(secret));
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
