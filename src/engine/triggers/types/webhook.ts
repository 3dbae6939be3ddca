import { z } from "zod";
import type { ConfigProblem } from "../../definition/step-type.ts";
import { defineTriggerType } from "../../definition/trigger-type.ts";

export const WebhookConfig = z.strictObject({
  /** Where the other side sends to, below `/webhooks/`. */
  path: z.string().max(200),
  /** Name of the secret that callers prove to know: `SECRET_<NAME>` of the environment. */
  secret: z
    .string()
    .regex(/^[A-Z][A-Z0-9_]{0,63}$/, "must be a name of capital letters, digits and _")
    .optional(),
  /** How they prove it: an HMAC-SHA256 of the body, the secret itself as a bearer token, or either. */
  signature: z.enum(["any", "hmac", "bearer"]).default("any"),
  /** Serves callers from anywhere without a secret. */
  public: z.boolean().default(false),
  /** Recognizes the same delivery within ten minutes. */
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
  if (
    !/^\/webhooks(?:\/[A-Za-z0-9_~.-]+)+$/.test(config.path) ||
    /\/\.{1,2}(?:\/|$)/.test(config.path)
  ) {
    problems.push({
      path: ["path"],
      message: `${JSON.stringify(config.path)} is no path of a webhook`,
      fix: "Begin with /webhooks/ and use letters, digits, -, _, . and ~, such as /webhooks/support-ticket.",
    });
  }
  if (config.public && config.secret !== undefined) {
    problems.push({
      path: ["public"],
      message: '"public" and "secret" are both given',
      fix: 'Keep "secret": callers from anywhere are served if they know it.',
    });
  }
  if (config.signature !== "any" && config.secret === undefined) {
    problems.push({
      path: ["signature"],
      message: 'a "signature" needs a "secret"',
      fix: 'Name the "secret", or remove "signature".',
    });
  }
  return problems;
}
