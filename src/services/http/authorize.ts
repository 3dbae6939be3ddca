import { z } from "zod";
import { externalNames, paramTraits } from "../../engine/definition/param-traits.ts";
import type { Credential } from "../../engine/ports/credentials.ts";
import { CREDENTIAL_NAME, type CredentialValues } from "../../shared/credential-values.ts";
import { AppError } from "../../shared/errors.ts";

/** `{"credential": "github"}`: what a request proves itself with. */
export const AuthParam = z
  .strictObject({
    credential: z
      .string()
      .regex(CREDENTIAL_NAME, "a credential's name, such as github")
      .register(externalNames, { kind: "credential" }),
  })
  .register(paramTraits, {
    insteadOfTemplates:
      "Write the name of the credential in full, so that an admin sees at deployment which one is used.",
  });

/** What a credential adds to the first hop of a request; a redirect to another origin takes none of it along. */
export interface Proof {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** @throws {AppError} `params_invalid` for a kind of credential that no HTTP request can carry. */
export function proofOf({ name, values }: Credential): Proof {
  const headers = (authorization: string): Proof => ({ headers: { authorization }, query: {} });
  switch (values.kind) {
    case "bearer":
      return headers(`Bearer ${values.token}`);
    case "basic": {
      const pair = Buffer.from(`${values.username}:${values.password}`, "utf8");
      return headers(`Basic ${pair.toString("base64")}`);
    }
    case "apiKey":
      return keyProof(values);
    default:
      throw new AppError({
        code: "params_invalid",
        message: `The credential "${name}" is of the kind ${values.kind}, which this request cannot use. Use one of the kinds bearer, basic or apiKey.`,
      });
  }
}

function keyProof(values: Extract<CredentialValues, { readonly kind: "apiKey" }>): Proof {
  const { in: place, name, prefix, value } = values;
  const text = prefix === undefined ? value : `${prefix} ${value}`;
  return place === "query"
    ? { headers: {}, query: { [name]: text } }
    : { headers: { [name.toLowerCase()]: text }, query: {} };
}
