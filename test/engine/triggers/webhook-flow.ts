import { createHmac } from "node:crypto";
import type { WebhookAnswer, WebhookRequest } from "../../../src/engine/api/triggers.ts";
import type { RunningEngine } from "../../../src/engine/engine.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { settle } from "../../support/manual-clock.ts";
import { TriggerHarness } from "./trigger-harness.ts";

/** Of the operator, by name. */
export const SECRETS = { OLD: "old-secret", NEW: "new-secret", META: "meta-token" };

/** A request of a program, as far as nothing else is said of it. */
export const request = (path: string, more: Partial<WebhookRequest> = {}): WebhookRequest => ({
  path,
  query: "",
  isLocal: true,
  headers: { "content-type": "application/json" },
  body: Buffer.from("{}"),
  ...more,
});

export const hmac = (text: string, secret: string) =>
  createHmac("sha256", secret).update(text).digest("hex");

/** A workflow `flow` at `/webhooks/flow`. */
export interface Opened extends AsyncDisposable {
  readonly harness: TriggerHarness;
  readonly engine: RunningEngine;
  /** Sends a request, and gives what the run that it began came to. */
  output(sent: WebhookRequest): Promise<unknown>;
  send(sent: WebhookRequest): Promise<WebhookAnswer>;
}

export async function open(trigger: JsonObject, rest: JsonObject = {}): Promise<Opened> {
  const harness = await TriggerHarness.open({ secrets: SECRETS });
  const engine = await harness.start();
  const at = { type: "webhook", path: "/webhooks/flow", ...trigger };
  await harness.deploy(engine, "flow", at, rest);
  const send = (sent: WebhookRequest) => engine.triggers.receiveWebhook(sent);
  return {
    harness,
    engine,
    send,
    async output(sent) {
      const { executionId } = await send(sent);
      await settle();
      const view = await engine.executions.get(executionId ?? "");
      return view.error ?? view.output;
    },
    [Symbol.asyncDispose]: () => harness[Symbol.asyncDispose](),
  };
}

/** A workflow of one step that gives the value of an expression. */
export const gives = (expression: string): JsonObject => ({
  steps: [{ id: "note", type: "transform", config: { expression } }],
});
