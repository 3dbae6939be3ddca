import type { SecureContextOptions } from "node:tls";
import { z } from "zod";
import { externalNames, inPlace, paramTraits } from "../../engine/definition/param-traits.ts";
import type { Credential } from "../../engine/ports/credentials.ts";
import { CREDENTIAL_NAME, type CredentialValues } from "../../shared/credential-values.ts";
import { AppError, isAppError } from "../../shared/errors.ts";
import { plain } from "../../shared/places/place.ts";
import { signForAws } from "./aws-signature.ts";
import { type Hop, withBytes } from "./hop.ts";
import type { OAuthTokens } from "./oauth-tokens.ts";

/** `{"credential": "github"}`: what a request proves itself with. */
export const AuthParam = z
  .strictObject({
    credential: inPlace(
      z.string().regex(CREDENTIAL_NAME, "a credential's name, such as github"),
      plain,
    ).register(externalNames, { kind: "credential" }),
  })
  .optional()
  .describe("the credential that the request proves itself with")
  .register(paramTraits, {
    insteadOfTemplates:
      "Write the name of the credential in full, so that an admin sees at deployment which one is used.",
  });

/** How the hops of one request prove themselves, as long as they stay at its origin. */
export interface Authorization {
  /** @throws {AppError} as {@link OAuthTokens.get}; `params_invalid` for a certificate without encryption. */
  prove(hop: Hop): Promise<Hop>;
  /** The client's certificate, and what the server's is checked against. */
  readonly tls: SecureContextOptions | undefined;
  /** After a refusal (401): whether there is something else to try, which is then used. True once for each. */
  renew(): boolean;
  /** After an answer that is no refusal: what was valid before a rotation is not needed any more, if it was not what was taken. */
  settle(): Promise<void>;
}

/** @param credential - `null`: nothing is proved. */
export function authorizationOf(credential: Credential | null, tokens: OAuthTokens): Authorization {
  if (credential === null) return UNPROVEN;
  const { name, previous } = credential;
  let { values } = credential;
  let mayFetchAnew = values.kind === "oauth2ClientCredentials";
  let mayFallBack = previous !== undefined;
  const fallBack = (): boolean => {
    if (!mayFallBack || previous === undefined) return false;
    mayFallBack = false;
    values = previous;
    return true;
  };
  return {
    async prove(hop) {
      try {
        return await prove(hop, name, values, tokens);
      } catch (error) {
        // Where tokens are given out, these values are refused before the service sees any.
        if (!isAppError(error, "service_rejected") || !fallBack()) throw error;
        return prove(hop, name, values, tokens);
      }
    },
    get tls() {
      return values.kind === "mtls" ? certificateOf(values) : undefined;
    },
    renew() {
      if (values.kind === "oauth2ClientCredentials") tokens.forget(values);
      if (mayFetchAnew) {
        mayFetchAnew = false;
        return true;
      }
      return fallBack();
    },
    async settle() {
      if (values === credential.values) await credential.settle?.();
    },
  };
}

const UNPROVEN: Authorization = {
  prove: async (hop) => hop,
  tls: undefined,
  renew: () => false,
  settle: async () => undefined,
};

async function prove(
  hop: Hop,
  name: string,
  values: CredentialValues,
  tokens: OAuthTokens,
): Promise<Hop> {
  const withHeader = (header: string, text: string): Hop => ({
    ...hop,
    headers: { ...hop.headers, [header]: text },
  });
  switch (values.kind) {
    case "bearer":
      return withHeader("authorization", `Bearer ${values.token}`);
    case "basic": {
      const pair = Buffer.from(`${values.username}:${values.password}`, "utf8");
      return withHeader("authorization", `Basic ${pair.toString("base64")}`);
    }
    case "apiKey": {
      const text = values.prefix === undefined ? values.value : `${values.prefix} ${values.value}`;
      if (values.in === "header") return withHeader(values.name.toLowerCase(), text);
      const url = new URL(hop.url);
      url.searchParams.set(values.name, text);
      return { ...hop, url };
    }
    case "oauth2ClientCredentials":
      return withHeader("authorization", `Bearer ${await tokens.get(name, values)}`);
    case "awsSigV4":
      return signForAws(await withBytes(hop), values, Date.now());
    case "mtls":
      if (hop.url.protocol === "https:") return hop;
      throw new AppError({
        code: "params_invalid",
        message: `The credential "${name}" is a certificate, and ${hop.url.host} is not asked over an encrypted connection. Nothing was sent. Write https:// in the URL.`,
      });
  }
}

function certificateOf(
  values: Extract<CredentialValues, { readonly kind: "mtls" }>,
): SecureContextOptions {
  const { cert, key, passphrase, ca } = values;
  return {
    cert,
    key,
    ...(passphrase !== undefined && { passphrase }),
    ...(ca !== undefined && { ca }),
  };
}
