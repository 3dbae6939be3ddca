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
  "github",
  "gitlab",
  "shopify",
  "slack",
  "standard",
  "stripe",
] as const;
export type SignatureScheme = (typeof SIGNATURE_SCHEMES)[number];

/** Those that sign the time with the body. */
const TIMED: ReadonlySet<SignatureScheme> = new Set(["slack", "standard", "stripe"]);

/** The name of a secret: `FORGE` for `SECRET_FORGE` of the environment. */
export const SecretName = z
  .string()
  .regex(
    /^[A-Z][A-Z0-9_]{0,63}$/,
    "must be a name of capital letters, digits and _: FORGE for SECRET_FORGE",
  );

const MAX_WINDOW_MS = 86_400_000;

const SignatureOptions = z.strictObject({
  scheme: z.enum(SIGNATURE_SCHEMES),
  /** In place of the trigger's own `secret`. */
  secret: SecretName.optional(),
  /** Of `hmac` and `header`: the header with the signature or the key. */
  header: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]{1,100}$/, "must be a header's name")
    .transform((name) => name.toLowerCase())
    .optional(),
  /** Of `hmac`. @default hex */
  encoding: z.enum(["hex", "base64"]).optional(),
  /** Of `hmac`. @default sha256 */
  hash: z.enum(["sha1", "sha256", "sha512"]).optional(),
  /** Of schemes that sign the time: how far it may be from now, in milliseconds. @default 5 minutes */
  window: TimeLimit.refine((ms) => ms <= MAX_WINDOW_MS, "must be at most 1d").optional(),
});
export type SignatureOptions = z.output<typeof SignatureOptions>;

/** A scheme by its name, or with its options. */
export const Signature = z.union([
  z.enum(SIGNATURE_SCHEMES).transform((scheme): SignatureOptions => ({ scheme })),
  SignatureOptions,
]);

/** Options that the scheme does not have. */
export function signatureProblems(signature: SignatureOptions): readonly ConfigProblem[] {
  const { scheme, header, encoding, hash, window } = signature;
  const problems: ConfigProblem[] = [];
  const refuse = (name: string, where: string): void => {
    problems.push({
      path: ["signature", name],
      message: `the scheme "${scheme}" has no "${name}"`,
      fix: `Remove "${name}": only ${where} has it.`,
    });
  };
  if (header !== undefined && scheme !== "hmac" && scheme !== "header")
    refuse("header", '"hmac" or "header"');
  if (encoding !== undefined && scheme !== "hmac") refuse("encoding", '"hmac"');
  if (hash !== undefined && scheme !== "hmac") refuse("hash", '"hmac"');
  if (window !== undefined && !TIMED.has(scheme)) refuse("window", [...TIMED].join(", "));
  return problems;
}
