import type { Json } from "../../../shared/json.ts";
import type { WebhookHead } from "../../api/triggers.ts";
import type { SignatureOptions } from "../types/webhook-signature.ts";

/** What of a request's head proves something. */
export type ProofHead = Pick<WebhookHead, "path" | "query" | "headers">;

/** A request whose proof is compared. */
export interface ProofRequest extends ProofHead {
  /** As it was signed: before it was compressed. */
  readonly body: Uint8Array;
}

/** One way in which senders prove that they know a secret. */
export interface Scheme {
  /**
   * Checks the head alone, before the body is read.
   *
   * @param now - milliseconds since 1970.
   * @returns why it can hold no proof, for the caller; `null`: the rest is to be compared.
   */
  missing(head: ProofHead, options: SignatureOptions, now: number): string | null;
  /** Whether the request proves that its sender knows the secret. Takes constant time for every comparison. */
  proves(request: ProofRequest, secret: string, options: SignatureOptions): boolean;
  /**
   * The sender's own id of what it delivers, if that is signed: it alone recognizes a delivery, whatever else of it differs when it
   * comes again. Called for requests with a proof alone.
   *
   * @param body - what the body holds, as far as it is JSON or a form.
   */
  readonly signedId?: (headers: ProofHead["headers"], body: Json | undefined) => string | undefined;
}

/** `x-signature` as it is usually written: `X-Signature`. */
export function headerName(header: string): string {
  return header.replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase());
}

/** Strict, unlike `Buffer.from`: what is cut short or has more behind it is no signature. */
export function decodeStrictly(text: string, encoding: "hex" | "base64"): Buffer | null {
  const isWhole =
    encoding === "hex"
      ? /^(?:[\da-f]{2})+$/i.test(text)
      : text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return isWhole ? Buffer.from(text, encoding) : null;
}
