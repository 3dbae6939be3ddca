import { z } from "zod";
import { TimeLimit } from "../../../shared/duration.ts";
import type { ConfigProblem } from "../../definition/step-type.ts";

/** How callers can prove that they know the secret: the schemes of senders by name, and forms that many of them share. */
const SIGNATURE_SCHEMES = [
  "any",
  "hmac",
  "bearer",
  "basic",
  "header",
  "query",
  "github",
  "gitlab",
  "shopify",
  "slack",
  "standard",
  "stripe",
  "twilio",
  "zoom",
] as const;
export type SignatureScheme = (typeof SIGNATURE_SCHEMES)[number];

/** The name of a secret: `FORGE` for `SECRET_FORGE` of the environment. */
const SecretName = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9_]{0,63}$/,
    "must be a name of capital letters, digits and _: FORGE for SECRET_FORGE",
  );

/** Most secrets that are valid at a time: while one takes the place of another, there are two. */
const MAX_SECRETS = 5;

/** One secret, or several of which each is valid. */
export const SecretNames = z
  .union([SecretName.transform((name) => [name]), z.array(SecretName).min(1).max(MAX_SECRETS)])
  .readonly();

const MAX_WINDOW_MS = 86_400_000;

/** Name of a header, in lower case. */
export const HeaderName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, "must be a header's name")
  .transform((name) => name.toLowerCase());

const SignatureOptions = z.strictObject({
  scheme: z.enum(SIGNATURE_SCHEMES).describe("the sender, or the form that it uses"),
  secret: SecretNames.optional().describe("in place of the trigger's own secret"),
  header: HeaderName.optional().describe(
    "of hmac and header: the header with the signature or the key",
  ),
  parameter: z
    .string()
    .regex(/^[\w.~-]{1,100}$/, "must be a name of letters, digits, _, -, . and ~")
    .optional()
    .describe("of query: the parameter with the key; absent: key"),
  address: z
    .string()
    .max(500)
    .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ""), {
      error: "must be an address such as https://bot.example.com",
    })
    .optional()
    .describe("of twilio: what stands before /webhooks/ in the address that the sender was given"),
  encoding: z.enum(["hex", "base64"]).optional().describe("of hmac; absent: hex"),
  hash: z.enum(["sha1", "sha256", "sha512"]).optional().describe("of hmac; absent: sha256"),
  window: TimeLimit.refine((ms) => ms <= MAX_WINDOW_MS, "must be at most 1d")
    .optional()
    .describe("of schemes that sign the time: how far it may be from now; absent: 5m; 1d at most"),
});
export type SignatureOptions = z.output<typeof SignatureOptions>;

/** A scheme by its name, or with its options. */
export const Signature = z.union([
  z.enum(SIGNATURE_SCHEMES).transform((scheme): SignatureOptions => ({ scheme })),
  SignatureOptions,
]);

/** Which schemes have an option. */
const SCHEMES_WITH = {
  header: ["hmac", "header"],
  parameter: ["query"],
  address: ["twilio"],
  encoding: ["hmac"],
  hash: ["hmac"],
  window: ["slack", "standard", "stripe", "gitlab", "zoom"],
} as const satisfies Partial<Record<keyof SignatureOptions, readonly SignatureScheme[]>>;

/** Options that the scheme does not have, and one that it needs. */
export function signatureProblems(signature: SignatureOptions): readonly ConfigProblem[] {
  const { scheme } = signature;
  const problems: ConfigProblem[] = [];
  for (const [name, schemes] of Object.entries(SCHEMES_WITH)) {
    const isGiven = Object.entries(signature).some(
      ([key, value]) => key === name && value !== undefined,
    );
    if (!isGiven || schemes.some((one) => one === scheme)) continue;
    problems.push({
      path: ["signature", name],
      message: `the scheme "${scheme}" has no "${name}"`,
      fix: `Remove "${name}": only ${schemes.join(", ")} has it.`,
    });
  }
  if (scheme === "twilio" && signature.address === undefined) {
    problems.push({
      path: ["signature"],
      message:
        'Twilio signs the address that it sends to, and the "address" of this bot is missing',
      fix: 'Write {"scheme": "twilio", "address": "https://bot.example.com"}: what stands before /webhooks/ at Twilio.',
    });
  }
  return problems;
}
