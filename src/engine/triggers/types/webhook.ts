import { z } from "zod";
import { asAppError } from "../../../shared/errors.ts";
import type { ConfigProblem } from "../../definition/step-type.ts";
import { defineTriggerType } from "../../definition/trigger-type.ts";
import { compileExpression } from "../../language/expression.ts";
import { Challenge, challengeProblems } from "./webhook-challenge.ts";
import { pathProblem } from "./webhook-path.ts";
import { Respond } from "./webhook-respond.ts";
import { SecretNames, Signature, signatureProblems } from "./webhook-signature.ts";

/** Kinds of bodies. */
const BODIES = ["json", "form", "text", "xml", "file"] as const;
export type BodyKind = (typeof BODIES)[number];

export const WebhookConfig = z.strictObject({
  path: z
    .string()
    .max(200)
    .describe(
      "where the other side sends to, below `/webhooks/`; a part with a colon, `/webhooks/shop/:store`, stands for any text",
    ),
  secret: SecretNames.optional().describe(
    "name, or names, of secrets of which callers prove to know one: `SECRET_<NAME>` of the environment",
  ),
  signature: Signature.default({ scheme: "any" }).describe(
    "how callers prove it: a scheme by its name, or with its options",
  ),
  public: z.boolean().default(false).describe("serves callers from anywhere without a secret"),
  dedupe: z
    .union([z.boolean(), z.string().min(1).max(1000)])
    .default(true)
    .describe(
      "recognizes a delivery that comes again, for as long as its run is kept: by all that it says, or by what a CEL expression gives",
    ),
  challenge: Challenge.optional().describe(
    "answers the sender's question whether it is right here: by the name of the sender, or with options",
  ),
  accepts: z
    .array(z.enum(BODIES))
    .min(1)
    .max(BODIES.length)
    .optional()
    .describe(
      "the kinds of bodies that are taken; with `xml`, XML is read as data; absent: all, and XML is text",
    ),
  rateLimit: z
    .strictObject({
      perMinute: z
        .int()
        .min(1)
        .max(1_000_000)
        .describe("so many requests at once, and then evenly so many a minute"),
    })
    .optional()
    .describe("bound of the workflow; absent: there is none besides the bot's own"),
  respond: Respond.optional().describe(
    "the sender is answered when the run is over; absent: at once",
  ),
});
export type WebhookConfig = z.output<typeof WebhookConfig>;

/** A request of another system starts the workflow. Variables: the members of its body. */
export const webhook = defineTriggerType({
  kind: "webhook",
  summary: "Started by an HTTP request of another system; its body becomes the variables.",
  config: WebhookConfig,
  givesMore: true,
  secrets: ({ secret = [], signature, challenge }) => [
    ...secret.map((name) => ({ name, path: ["secret"] })),
    ...(signature.secret ?? []).map((name) => ({ name, path: ["signature", "secret"] })),
    ...(challenge?.token ?? []).map((name) => ({ name, path: ["challenge", "token"] })),
  ],
  check: checkWebhook,
});

/** The names of the secrets of which a caller proves to know one; none: no proof is asked. */
export function secretsOf({
  secret,
  signature,
}: Pick<WebhookConfig, "secret" | "signature">): readonly string[] {
  return secret ?? signature.secret ?? [];
}

function checkWebhook(config: WebhookConfig): readonly ConfigProblem[] {
  const hasSecret = secretsOf(config).length > 0;
  return [
    ...pathProblem(config.path),
    ...secretProblems(config, hasSecret),
    ...signatureProblems(config.signature),
    ...challengeProblems(config.challenge, hasSecret),
    ...dedupeProblems(config.dedupe),
  ];
}

function secretProblems(config: WebhookConfig, hasSecret: boolean): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { secret, signature } = config;
  if (config.public && hasSecret) {
    problems.push({
      path: ["public"],
      message: '"public" and "secret" are both given',
      fix: 'Keep "secret": callers from anywhere are served if they know it.',
    });
  }
  if (secret !== undefined && signature.secret !== undefined) {
    problems.push({
      path: ["signature", "secret"],
      message: "the secret is named twice",
      fix: 'Keep "secret" of the trigger alone.',
    });
  }
  if (signature.scheme !== "any" && !hasSecret) {
    problems.push({
      path: ["signature"],
      message: 'a "signature" needs a "secret"',
      fix: 'Name the "secret", or remove "signature".',
    });
  }
  return problems;
}

function dedupeProblems(dedupe: WebhookConfig["dedupe"]): readonly ConfigProblem[] {
  if (typeof dedupe === "boolean") return [];
  const fix = 'Write an expression of what the delivery says, such as "variables.event_id".';
  const refuse = (message: string): readonly ConfigProblem[] => [
    { path: ["dedupe"], message, fix },
  ];
  try {
    const { paths } = compileExpression(dedupe);
    const unknown = paths.find(([root]) => root !== "variables" && root !== "trigger");
    if (unknown !== undefined) return refuse(`"${unknown[0] ?? ""}" is not known here`);
    return paths.length === 0 ? refuse("it is the same for every delivery") : [];
  } catch (error) {
    return refuse(asAppError(error).message);
  }
}
