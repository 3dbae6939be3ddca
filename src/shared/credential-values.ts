import { z } from "zod";
import { isHostPattern, isTooWide } from "./host-pattern.ts";

/** Text that may stand in a header: no space at its ends, no line break, no control character. */
const Token = z
  .string("a text")
  .trim()
  .regex(/^[!-~]+(?: +[!-~]+)*$/, "one line of Latin letters, digits and signs");

const Text = z
  .string("a text")
  .min(1, "a text")
  .refine((text) => !/\p{Cc}/u.test(text), "one line");

/** As the name of a header: letters, digits and some signs (https://www.rfc-editor.org/rfc/rfc9110#name-tokens). */
const FieldName = z
  .string("a text")
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, "a name without spaces, such as X-Api-Key");

const TokenUrl = z
  .string("a URL")
  .trim()
  .refine((url) => !/\p{Cc}/u.test(url), "a URL without line breaks")
  .pipe(z.url({ protocol: /^https?$/, error: "a URL that begins with https://" }));

/** PEM keeps its line breaks; where they were written as `\n`, they become real ones. */
const Pem = z
  .string("a text")
  .transform((text) => text.replaceAll("\\n", "\n").trim())
  .pipe(z.string().regex(/^-----BEGIN [A-Z ]+-----[^]+-----END [A-Z ]+-----$/, "PEM text"));

/** Headers that a redirect takes to any host, and those that say where a request ends and where it leads. */
const FOR_ANY_HOST =
  /^(?:accept|accept-language|content-type|content-length|transfer-encoding|connection|host|idempotency-key|user-agent)$/i;

const SHAPES = {
  bearer: { token: Token },
  basic: {
    username: Text.refine((name) => !name.includes(":"), "a name without a colon"),
    password: Text,
  },
  apiKey: {
    in: z.enum(["header", "query"], "header or query").default("header"),
    name: FieldName.refine(
      (name) => !FOR_ANY_HOST.test(name),
      "a header or parameter for keys, such as X-Api-Key",
    ),
    prefix: Token.optional(),
    value: Token,
  },
  oauth2ClientCredentials: {
    tokenUrl: TokenUrl,
    clientId: Text,
    clientSecret: Text,
    scope: Text.optional(),
    audience: Text.optional(),
  },
  awsSigV4: {
    accessKeyId: Token,
    secretAccessKey: Token,
    sessionToken: Token.optional(),
    region: FieldName,
    service: FieldName,
  },
  mtls: { cert: Pem, key: Pem, passphrase: Text.optional(), ca: Pem.optional() },
} as const;

/** Ways to prove to a service who calls. Names are stored: they are only added. */
export const CREDENTIAL_KINDS = [
  "bearer",
  "basic",
  "apiKey",
  "oauth2ClientCredentials",
  "awsSigV4",
  "mtls",
] as const;

/**
 * What a credential consists of, by its kind; the members of {@link SECRET_FIELDS} cannot be read again.
 *
 * - `bearer`: `Authorization: Bearer <token>`.
 * - `basic`: user and password as in RFC 7617.
 * - `apiKey`: a header or a parameter of the query with this name; `prefix` stands before the value, with a space between.
 * - `oauth2ClientCredentials`: a token is fetched from `tokenUrl` (RFC 6749, 4.4) and sent as a bearer token.
 * - `awsSigV4`: each request is signed for this region and service.
 * - `mtls`: the client's certificate and key, in PEM; `ca`: what the server's certificate is checked against instead of the system's.
 */
export const CredentialValues = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({ kind: z.literal("bearer"), ...SHAPES.bearer }),
    z.strictObject({ kind: z.literal("basic"), ...SHAPES.basic }),
    z.strictObject({ kind: z.literal("apiKey"), ...SHAPES.apiKey }),
    z.strictObject({
      kind: z.literal("oauth2ClientCredentials"),
      ...SHAPES.oauth2ClientCredentials,
    }),
    z.strictObject({ kind: z.literal("awsSigV4"), ...SHAPES.awsSigV4 }),
    z.strictObject({ kind: z.literal("mtls"), ...SHAPES.mtls }),
  ],
  `"kind" must be one of ${CREDENTIAL_KINDS.join(", ")}`,
);
export type CredentialValues = z.output<typeof CredentialValues>;

/** Members that are secret once they are set. */
const SECRET_FIELDS: ReadonlySet<string> = new Set([
  "token",
  "password",
  "value",
  "clientSecret",
  "secretAccessKey",
  "sessionToken",
  "key",
  "passphrase",
]);

/** What of a credential must appear nowhere. */
export function secretsOfCredential(values: CredentialValues): readonly string[] {
  return Object.entries(values).flatMap(([name, value]) =>
    SECRET_FIELDS.has(name) && typeof value === "string" ? [value] : [],
  );
}

/** Where a credential may be used. */
export const CredentialBounds = z.object({
  hosts: z
    .array(
      z
        .string("a host such as api.example.com")
        .refine(isHostPattern, "a host such as api.example.com")
        .refine(
          (host) => !isTooWide(host),
          "a host of one owner: under what stands after *. everybody can register names",
        ),
      "a list of hosts",
    )
    .min(1, "at least one host"),
  workflows: z.array(z.string("a workflow's id").min(1, "a workflow's id")).default([]),
  testUrl: z
    .url({ protocol: /^https?$/, error: "a URL" })
    .nullable()
    .default(null),
});

/** Names of credentials: `github`, `status_page`. */
export const CREDENTIAL_NAME = /^[a-z][a-z0-9_]{0,39}$/;
