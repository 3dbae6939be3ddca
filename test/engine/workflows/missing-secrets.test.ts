import { expect, test } from "vitest";
import { createCron } from "../../../src/adapters/node-cron.ts";
import { createSecretRevealer } from "../../../src/adapters/secrets.ts";
import { Definition } from "../../../src/engine/definition/schema.ts";
import { createTriggerTypes } from "../../../src/engine/triggers/types/index.ts";
import { warnOfMissingSecrets } from "../../../src/engine/workflows/missing-secrets.ts";
import { startWeb } from "../../web/start-web.ts";

const definition = {
  id: "invoices",
  name: "Invoices",
  triggers: [
    { type: "webhook", path: "/webhooks/a", secret: ["SET", "NEXT"], signature: "github" },
    {
      ...{ type: "webhook", path: "/webhooks/b" },
      signature: { scheme: "hmac", secret: "SIGNING" },
      challenge: { type: "hub", token: "VERIFY" },
    },
  ],
  steps: [
    {
      id: "each",
      type: "foreach",
      config: {
        items: "[1]",
        steps: [
          {
            id: "post",
            type: "service",
            config: {
              service: "http",
              url: "https://books.example.com/",
              headers: {
                Authorization: "Bearer {{secrets.BOOKS}}",
                "X-Key": "{{secrets.SET}}",
                "X-Text": "{{'{{'}}secrets.NO_SECRET}}",
              },
            },
          },
        ],
      },
    },
  ],
};

const revealSecrets = createSecretRevealer({ SET: "a-secret-that-is-set" });

test("there is a warning at each place of each secret that is not set, with what to set", () => {
  const triggerTypes = createTriggerTypes({ cron: createCron() });

  const warnings = warnOfMissingSecrets(Definition.parse(definition), {
    ...{ triggerTypes, revealSecrets },
  });

  expect(warnings.map(({ path, message }) => [path, message])).toEqual([
    ["steps[0].config.steps[0].config.headers.Authorization", "the secret BOOKS is not set"],
    ["triggers[0].secret", "the secret NEXT is not set"],
    ["triggers[1].signature.secret", "the secret SIGNING is not set"],
    ["triggers[1].challenge.token", "the secret VERIFY is not set"],
  ]);
  expect(warnings[0]?.fix).toContain("SECRET_BOOKS");
});

test("a deployment with such a secret is made, and its answer has the warnings", async () => {
  await using web = await startWeb({}, revealSecrets);
  const steps = [{ id: "note", type: "transform", config: { expression: "1" } }];

  const { status, body } = await web.call("POST", "/api/workflows", { ...definition, steps });

  expect(status).toBe(200);
  expect(body.warnings.map(({ message }: { message: string }) => message)).toEqual([
    "the secret NEXT is not set",
    "the secret SIGNING is not set",
    "the secret VERIFY is not set",
  ]);
});
