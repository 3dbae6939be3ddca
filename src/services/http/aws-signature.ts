import { createHash } from "node:crypto";
import type { CredentialValues } from "../../shared/credential-values.ts";
import { omitUndefined } from "../../shared/omit-undefined.ts";
import type { Hop } from "./hop.ts";

export type AwsValues = Extract<CredentialValues, { readonly kind: "awsSigV4" }>;

/**
 * Signs a request for AWS (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 *
 * @param hop - with a body of text or bytes.
 * @param now - milliseconds since 1970.
 */
export async function signForAws(hop: Hop, values: AwsValues, now: number): Promise<Hop> {
  const { AwsV4Signer } = await import("aws4fetch");
  const { accessKeyId, secretAccessKey, sessionToken, region, service } = values;
  const body = typeof hop.body === "string" || Buffer.isBuffer(hop.body) ? hop.body : "";
  const payload = createHash("sha256").update(body).digest("hex");
  const signer = new AwsV4Signer({
    method: hop.method,
    url: hop.url.href,
    headers: { ...hop.headers, ...(service === "s3" && { "x-amz-content-sha256": payload }) },
    body: typeof body === "string" ? body : new Uint8Array(body),
    ...{ accessKeyId, secretAccessKey, region, service },
    ...omitUndefined({ sessionToken }),
    datetime: new Date(now).toISOString().replaceAll(/[:-]|\.\d{3}/g, ""),
  });
  const { headers } = await signer.sign();
  return { ...hop, headers: Object.fromEntries(headers) };
}
