import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { WebhookRequest } from "../../../src/engine/api/triggers.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { settle } from "../../support/manual-clock.ts";
import { gives, hmac, type Opened, open, request, SECRETS } from "./webhook-flow.ts";

describe("a sender's question", () => {
  const ask = (query: string, method: "GET" | "POST" = "GET") =>
    request("/webhooks/flow", {
      method,
      query,
      body: Buffer.alloc(0),
      isLocal: false,
      headers: {},
    });

  test.for<readonly [string, JsonObject, WebhookRequest, string]>([
    [
      "Meta's, with its token",
      { secret: "OLD", signature: "github", challenge: { type: "hub", token: "META" } },
      ask("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=meta-token"),
      "1158201444",
    ],
    [
      "WebSub's, for the topic",
      { secret: "OLD", challenge: { type: "hub", topic: "https://example.com/feed" } },
      ask(
        "hub.mode=subscribe&hub.topic=https%3A%2F%2Fexample.com%2Ffeed&hub.challenge=abc&hub.lease_seconds=864000",
      ),
      "abc",
    ],
    [
      "Microsoft Graph's",
      { secret: "OLD", signature: "query", challenge: "microsoft" },
      ask("validationToken=Validation%3A+Testing+client+application", "POST"),
      "Validation: Testing client application",
    ],
    ["Dropbox's", { public: true, challenge: "dropbox" }, ask("challenge=xyz"), "xyz"],
    [
      "X's",
      { secret: "OLD", challenge: "crc" },
      ask("crc_token=tok"),
      `{"response_token":"sha256=${createHmac("sha256", SECRETS.OLD).update("tok").digest("base64")}"}\n`,
    ],
  ])(
    "%s is answered before a body is read, and starts nothing",
    async ([, trigger, sent, text]) => {
      await using flow = await open(trigger);
      const { reply } = await flow.engine.triggers.checkWebhook(sent);
      expect(reply).toMatchObject({ status: 200, text });
      expect(await flow.send(sent)).toMatchObject({ executionId: null, reply: { text } });
      expect((await flow.engine.executions.list({})).executions).toEqual([]);
    },
  );

  test.for([
    "hub.mode=subscribe&hub.challenge=1&hub.verify_token=wrong",
    "hub.mode=subscribe&hub.challenge=1",
    "hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=meta-token",
    "hub.mode=subscribe&hub.verify_token=meta-token",
  ])("without the right token, or to end a subscription, is refused: %s", async (query) => {
    await using flow = await open({ secret: "OLD", challenge: { type: "hub", token: "META" } });
    await expect(flow.engine.triggers.checkWebhook(ask(query))).rejects.toMatchObject({
      code: "not_allowed",
    });
  });

  test("by GET is none for a webhook that is asked nothing", async () => {
    await using flow = await open({});
    await expect(flow.engine.triggers.checkWebhook(ask("challenge=x"))).rejects.toMatchObject({
      code: "method_not_allowed",
    });
    await expect(flow.send(ask("challenge=x"))).rejects.toMatchObject({
      code: "method_not_allowed",
    });
  });

  test("in Slack's body is answered once it is signed", async () => {
    await using flow = await open({ secret: "OLD", signature: "slack", challenge: "slack" });
    const body = '{"token":"t","challenge":"3eZbrw1aB","type":"url_verification"}';
    const at = String(Math.floor(flow.harness.clock.now() / 1000));
    const sign = (secret: string) => ({
      "x-slack-request-timestamp": at,
      "x-slack-signature": `v0=${hmac(`v0:${at}:${body}`, secret)}`,
    });
    const send = (secret: string) =>
      flow.send(request("/webhooks/flow", { headers: sign(secret), body: Buffer.from(body) }));

    expect(await send(SECRETS.OLD)).toMatchObject({
      executionId: null,
      reply: { status: 200, text: "3eZbrw1aB" },
    });
    await expect(send("another")).rejects.toMatchObject({ code: "token_invalid" });
  });

  test("of Zoom is answered with its token hashed by the secret that signed it", async () => {
    await using flow = await open({ secret: ["NEW", "OLD"], signature: "zoom", challenge: "zoom" });
    const body =
      '{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}';
    const at = String(Math.floor(flow.harness.clock.now() / 1000));
    const headers = {
      "x-zm-request-timestamp": at,
      "x-zm-signature": `v0=${hmac(`v0:${at}:${body}`, SECRETS.OLD)}`,
    };
    const { reply } = await flow.send(
      request("/webhooks/flow", { headers, body: Buffer.from(body) }),
    );
    expect(JSON.parse(reply?.text ?? "")).toEqual({
      plainToken: "qgg8vlvZRS6UYooatFL8Aw",
      encryptedToken: hmac("qgg8vlvZRS6UYooatFL8Aw", SECRETS.OLD),
    });
  });

  test("of Azure Event Grid is answered with its code", async () => {
    await using flow = await open({ secret: "OLD", signature: "query", challenge: "event-grid" });
    const body = JSON.stringify([
      {
        eventType: "Microsoft.EventGrid.SubscriptionValidationEvent",
        data: { validationCode: "512d38b6" },
      },
    ]);
    const { reply } = await flow.send(
      request("/webhooks/flow", { query: "key=old-secret", body: Buffer.from(body) }),
    );
    expect(JSON.parse(reply?.text ?? "")).toEqual({ validationResponse: "512d38b6" });
  });
});

describe("an answer after the run", () => {
  const answer = (flow: Opened, body = "{}") =>
    flow.send(request("/webhooks/flow", { body: Buffer.from(body) }));

  test("has the status, headers and body that the definition makes of its end", async () => {
    const respond = {
      wait: "10s",
      status: "{{output.status}}",
      headers: { "X-Order": "{{variables.id}}" },
      body: { ok: true, doubled: "{{output.n}}", text: "n is {{output.n}}" },
    };
    await using flow = await open({ respond }, gives("{'n': variables.id * 2, 'status': 201}"));

    const { executionId, reply } = await answer(flow, '{"id": 4}');

    expect(executionId).not.toBeNull();
    expect(reply).toMatchObject({ status: 201, headers: { "x-order": "4" } });
    expect(JSON.parse(reply?.text ?? "")).toEqual({ ok: true, doubled: 8, text: "n is 8" });
  });

  test("is the output where the definition gives no body", async () => {
    await using flow = await open({ respond: { wait: "10s" } }, gives("{'n': 1}"));
    expect((await answer(flow)).reply).toMatchObject({ status: 200, text: '{"n":1}\n' });
  });

  test("writes values as text into XML", async () => {
    const respond = {
      wait: "10s",
      headers: { "content-type": "text/xml" },
      body: "<Response><Message>{{output}}</Message></Response>",
    };
    await using flow = await open({ respond }, gives("variables.text"));
    expect((await answer(flow, '{"text": "<b>&"}')).reply).toEqual({
      status: 200,
      headers: { "content-type": "text/xml" },
      text: "<Response><Message>&lt;b&gt;&amp;</Message></Response>",
    });
  });

  test("says that the run goes on when it takes longer, and a repeat of the delivery waits again", async () => {
    await using flow = await open(
      { respond: { wait: "10s", body: "done" } },
      { steps: [{ id: "pause", type: "wait", config: { duration: "15s" } }] },
    );
    const first = answer(flow);
    await settle();
    await flow.harness.clock.advance(10_000);
    const { executionId, reply } = await first;
    expect(reply).toMatchObject({
      status: 202,
      text: `${JSON.stringify({ executionId, status: "running" })}\n`,
    });

    const again = answer(flow);
    await settle();
    await flow.harness.clock.advance(6000);
    expect(await again).toMatchObject({
      executionId,
      duplicate: true,
      reply: { status: 200, text: "done" },
    });
  });

  test("of a run that another process does comes as well", async () => {
    await using flow = await open(
      { respond: { wait: "10s", body: "done" } },
      { steps: [{ id: "pause", type: "wait", config: { duration: "2s" } }] },
    );
    const yours = await flow.harness.start();
    const first = answer(flow);
    await settle();
    const second = yours.triggers.receiveWebhook(request("/webhooks/flow"));
    await settle();
    for (let i = 0; i < 6; i += 1) await flow.harness.clock.advance(500);
    expect((await first).reply).toMatchObject({ status: 200, text: "done" });
    expect(await second).toMatchObject({ duplicate: true, reply: { status: 200, text: "done" } });
  });

  test("of a run that failed is the one that the definition declares, or says no more than that", async () => {
    const failing = gives("variables.missing.member");
    const failed = { status: 422, body: { why: "{{error.code}}" } };
    await using declared = await open({ respond: { wait: "10s", failed } }, failing);
    await using usual = await open({ respond: { wait: "10s" } }, failing);

    expect((await answer(declared)).reply).toMatchObject({
      status: 422,
      text: '{"why":"expression_failed"}\n',
    });
    const { executionId, reply } = await answer(usual);
    expect(reply).toMatchObject({
      status: 500,
      text: `${JSON.stringify({ executionId, status: "failed" })}\n`,
    });
  });

  test("that cannot be written says so, and the log says why", async () => {
    const respond = { wait: "10s", headers: { "x-a": "{{output}}" } };
    await using flow = await open({ respond }, gives("'a' + variables.lf + 'X-Injected: b'"));
    const { reply } = await answer(flow, '{"lf": "\\r\\n"}');
    expect(reply).toMatchObject({
      status: 500,
      text: expect.stringContaining("cannot be written"),
    });
    expect(reply?.headers["x-a"]).toBeUndefined();
    expect(flow.harness.warnings).toContain("the answer of a webhook cannot be written");
  });

  test("keeps nobody waiting when the process stops", async () => {
    await using flow = await open(
      { respond: { wait: "30s" } },
      { steps: [{ id: "pause", type: "wait", config: { duration: "1h" } }] },
    );
    const first = answer(flow);
    await settle();
    await flow.engine.stop();
    expect((await first).reply).toMatchObject({ status: 202 });
  });
});
