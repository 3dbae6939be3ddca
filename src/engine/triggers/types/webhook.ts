import { z } from "zod";
import type { ConfigProblem } from "../../definition/step-type.ts";
import { defineTriggerType } from "../../definition/trigger-type.ts";
import { SecretName, Signature, signatureProblems } from "./webhook-signature.ts";

export const WebhookConfig = z.strictObject({
  /** Where the other side sends to, below `/webhooks/`. */
  path: z.string().max(200),
  /** Name of the secret that callers prove to know: `SECRET_<NAME>` of the environment. */
  secret: SecretName.optional(),
  /** How they prove it. */
  signature: Signature.default({ scheme: "any" }),
  /** Serves callers from anywhere without a secret. */
  public: z.boolean().default(false),
  /** Recognizes a delivery that comes again, for as long as its run is kept. */
  dedupe: z.boolean().default(true),
});
export type WebhookConfig = z.output<typeof WebhookConfig>;

/** A request of another system starts the workflow. Variables: the members of its body. */
export const webhook = defineTriggerType({
  kind: "webhook",
  summary: "Started by an HTTP request of another system; its body becomes the variables.",
  config: WebhookConfig,
  check: checkWebhook,
});

function checkWebhook(config: WebhookConfig): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const { path, secret, signature } = config;
  if (!/^\/webhooks(?:\/[A-Za-z0-9_~.-]+)+$/.test(path) || /\/\.{1,2}(?:\/|$)/.test(path)) {
    problems.push({
      path: ["path"],
      message: `${JSON.stringify(path)} is not a path of a webhook`,
      fix: "Begin with /webhooks/ and use letters, digits, -, _, . and ~, such as /webhooks/support-ticket.",
    });
  }
  const hasSecret = secret !== undefined || signature.secret !== undefined;
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
  return [...problems, ...signatureProblems(signature)];
}
