import { describe, expect, test } from "vitest";
import type { WebhookRequest } from "../../../src/engine/api/triggers.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { settle } from "../../support/manual-clock.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";
import { gives, hmac, open, request, SECRETS } from "./webhook-flow.ts";

const MINUTE = 60_000;

/** What Stripe sends at a moment of the clock. */
function fromStripe(at: number, body: string, secret: string): WebhookRequest {
  const seconds = Math.floor(at / 1000);
  const signature = `t=${seconds},v1=${hmac(`${seconds}.${body}`, secret)}`;
  const headers = { "content-type": "application/json", "stripe-signature": signature };
  return request("/webhooks/flow", { headers, body: Buffer.from(body) });
}

describe("an expression of a workflow", () => {
  test("reads headers, query and the parameters of the path, without what is secret", async () => {
    await using flow = await open(
      {
        path: "/webhooks/shop/:store/:kind",
        secret: "OLD",
        signature: { scheme: "header", header: "X-Shop" },
      },
      gives("{'headers': trigger.headers, 'query': trigger.query, 'params': trigger.params}"),
    );

    const read = await flow.output(
      request("/webhooks/shop/caf%C3%A9/paid", {
        query: "page=2&tag=a&tag=b&access_token=t&sig=x",
        headers: {
          "content-type": "application/json",
          "x-shop": "old-secret",
          authorization: "Bearer t",
          cookie: "a=b",
          "x-hub-signature-256": "sha256=00",
          "x-api-key": "k",
          "x-note": "it holds old-secret in its text",
          "x-shopify-topic": "orders/paid",
          "idempotency-key": "i-1",
          "content-length": "2",
          host: "bot.example.com",
        },
      }),
    );

    expect(read).toEqual({
      headers: {
        "content-type": "application/json",
        "idempotency-key": "i-1",
        "x-note": expect.any(String),
        "x-shopify-topic": "orders/paid",
      },
      query: { page: "2", tag: ["a", "b"] },
      params: { store: "café", kind: "paid" },
    });
  });

  test("finds no parameter that has the name of something else", async () => {
    await using flow = await open({}, gives("trigger.query"));
    expect(
      await flow.output(request("/webhooks/flow", { query: "__proto__=1&constructor=2" })),
    ).toEqual(JSON.parse('{"__proto__": "1", "constructor": "2"}'));
  });
});

describe("a path with parameters", () => {
  test("gives way to one that is written out", async () => {
    await using flow = await open({ path: "/webhooks/shop/:store" }, gives("trigger.params.store"));
    await flow.harness.deploy(
      flow.engine,
      "main",
      { type: "webhook", path: "/webhooks/shop/main" },
      gives("'the main one'"),
    );

    expect(await flow.output(request("/webhooks/shop/main"))).toBe("the main one");
    expect(await flow.output(request("/webhooks/shop/mainz"))).toBe("mainz");
    expect(await flow.output(request("/webhooks/shop/a%2Fb"))).toBe("a/b");
  });

  test("serves nothing shorter or longer, and no escapes that are no text", async () => {
    await using flow = await open({ path: "/webhooks/shop/:store" });
    for (const path of [
      "/webhooks/shop",
      "/webhooks/shop/",
      "/webhooks/shop/a/b",
      "/webhooks/shop/%ff",
      "/webhooks/shop//",
    ])
      await expect(flow.send(request(path))).rejects.toMatchObject({ code: "route_not_found" });
  });

  test("tells deliveries of different stores apart", async () => {
    await using flow = await open({ path: "/webhooks/shop/:store" });
    const [one, other, again] = [
      await flow.send(request("/webhooks/shop/one")),
      await flow.send(request("/webhooks/shop/other")),
      await flow.send(request("/webhooks/shop/one")),
    ];
    expect(other.executionId).not.toBe(one.executionId);
    expect(again).toMatchObject({ executionId: one.executionId, duplicate: true });
  });

  test("is taken if another workflow has one of the same shape", async () => {
    await using flow = await open({ path: "/webhooks/shop/:store" });
    const other = { ...gives("1"), id: "other", name: "Other" };
    const deploy = (path: string) =>
      flow.engine.workflows.deploy(
        { ...other, trigger: { type: "webhook", path } },
        { by: "test" },
      );

    expect(await deploy("/webhooks/shop/:name")).toMatchObject({
      deployed: false,
      problems: [{ path: "trigger.path", message: expect.stringContaining('"flow" listens') }],
    });
    expect(await deploy("/webhooks/shop/:name/paid")).toMatchObject({ deployed: true });
  });
});

describe("the inputs of a trigger", () => {
  const inputs = {
    total: { type: "number", required: true },
    store: { type: "string", default: "unknown" },
    page: { type: "integer" },
  };
  const mapping = {
    total: "variables.lines.map(line, line.price).sum()",
    store: "trigger.params.store",
    page: "int(trigger.query.page)",
  };

  test("are values of expressions over what came", async () => {
    await using flow = await open(
      { path: "/webhooks/shop/:store", inputs: { ...mapping, total: "variables.a.price * 2" } },
      { inputs, ...gives("[variables.total, variables.store, variables.page]") },
    );
    const body = Buffer.from('{"a": {"price": 12.5}}');
    expect(await flow.output(request("/webhooks/shop/north", { query: "page=3", body }))).toEqual([
      25,
      "north",
      3,
    ]);
  });

  test("that are paths are left to their defaults where nothing is, and calculations are refused by name", async () => {
    await using flow = await open(
      {
        inputs: {
          total: "variables.order.total",
          store: "variables.order.store",
          page: "variables.page + 1",
        },
      },
      { inputs, ...gives("[variables.total, variables.store]") },
    );
    const sent = (body: string) => request("/webhooks/flow", { body: Buffer.from(body) });

    expect(await flow.output(sent('{"order": {"total": 3}, "page": 1}'))).toEqual([3, "unknown"]);
    await expect(flow.send(sent('{"page": 1}'))).rejects.toMatchObject({
      code: "input_invalid",
      details: { problems: [{ path: "total" }] },
    });
    await expect(flow.send(sent('{"order": {"total": 3}}'))).rejects.toMatchObject({
      code: "input_invalid",
      message: expect.stringContaining('"page"'),
    });
  });

  test("of another kind of trigger are expressions, too", async () => {
    await using flow = await open({});
    await flow.harness.deploy(
      flow.engine,
      "chat",
      {
        type: "message",
        keywords: ["outage"],
        inputs: { store: "variables.user + '/' + trigger.type" },
      },
      { inputs: { store: { type: "string", required: true } }, ...gives("variables.store") },
    );
    const [started] = await flow.engine.triggers.receiveMessage({
      eventId: "Ev1",
      text: "an outage",
      user: "U0ALICE",
      channel: "C0GENERAL",
      ts: "1800000000.000100",
      threadTs: null,
      isFromBot: false,
      mentionsBot: false,
    });
    await settle();
    expect((await flow.engine.executions.get(started?.executionId ?? "")).output).toBe(
      "U0ALICE/message",
    );
  });

  test.for<readonly [string, string]>([
    ["order.total", '"order" is not known here: write variables.order'],
    ["variables.total +", "ends too early"],
    ["{{variables.total}}", "without braces"],
    ["stepResults.a.output", '"stepResults" is not known here'],
  ])("%s is a problem at deployment", async ([source, why]) => {
    await using flow = await open({});
    const trigger = { type: "webhook", path: "/webhooks/x", inputs: { total: source } };
    const definition = { id: "x", name: "X", trigger, inputs, ...gives("1") };
    const { problems } = flow.engine.workflows.validate(definition);
    expect(problems).toMatchObject([
      { path: "trigger.inputs.total", message: expect.stringContaining(why) },
    ]);
  });
});

describe("a delivery that comes again", () => {
  test("is known by the event's id that Stripe signs, whatever else of it changed", async () => {
    await using flow = await open({ secret: "OLD", signature: "stripe" });
    const { clock } = flow.harness;
    const send = (body: object) =>
      flow.send(fromStripe(clock.now(), JSON.stringify(body), SECRETS.OLD));
    const first = await send({ id: "evt_1", pending_webhooks: 2 });

    expect(await send({ id: "evt_1", pending_webhooks: 1 })).toEqual({ ...first, duplicate: true });
    expect((await send({ id: "evt_2", pending_webhooks: 1 })).duplicate).toBe(false);
  });

  test("is known by Slack's event_id, and by the id of Standard Webhooks", async () => {
    await using flow = await open({ secret: "OLD", signature: "slack" });
    const at = () => String(Math.floor(flow.harness.clock.now() / 1000));
    const send = (body: object) => {
      const text = JSON.stringify(body);
      const signature = `v0=${hmac(`v0:${at()}:${text}`, SECRETS.OLD)}`;
      const headers = { "x-slack-request-timestamp": at(), "x-slack-signature": signature };
      return flow.send(request("/webhooks/flow", { headers, body: Buffer.from(text) }));
    };
    const first = await send({ event_id: "Ev1", event: { text: "a" } });

    expect(await send({ event_id: "Ev1", event: { text: "a" }, retry: 1 })).toEqual({
      ...first,
      duplicate: true,
    });
  });

  test("is known by what the definition says", async () => {
    await using flow = await open({ dedupe: "variables.order.id" });
    const send = (body: string) =>
      flow.send(request("/webhooks/flow", { body: Buffer.from(body) }));
    const first = await send('{"order": {"id": 7}, "sent": 1}');

    expect(await send('{"order": {"id": 7}, "sent": 2}')).toEqual({ ...first, duplicate: true });
    expect((await send('{"order": {"id": 8}, "sent": 2}')).duplicate).toBe(false);
    await expect(send('{"sent": 3}')).rejects.toMatchObject({ code: "input_invalid" });
  });

  test("is known although there is no room any more for the file that it brings", async () => {
    await using harness = await WorkflowHarness.open(
      {
        id: "flow",
        name: "Flow",
        ...gives("1"),
        trigger: { type: "webhook", path: "/webhooks/flow", dedupe: 'trigger.headers["x-id"]' },
      },
      { fileLimits: { maxTotalBytes: 10 } },
    );
    const send = (text: string) =>
      harness.engine.triggers.receiveWebhook(
        request("/webhooks/flow", {
          headers: { "content-type": "application/pdf", "x-id": "scan-1" },
          body: Buffer.from(text),
        }),
      );
    const first = await send("%PDF-one");

    expect(await send("%PDF-two")).toEqual({ ...first, duplicate: true });
  });

  test("at the same instant at two processes begins one run", async () => {
    await using flow = await open({ secret: "OLD", signature: "stripe" });
    const yours = await flow.harness.start();
    await settle();
    const sent = fromStripe(flow.harness.clock.now(), '{"id": "evt_1"}', SECRETS.OLD);

    const answers = await Promise.all(
      [flow.engine, yours, flow.engine, yours].map((engine) =>
        engine.triggers.receiveWebhook(sent),
      ),
    );

    expect(new Set(answers.map(({ executionId }) => executionId)).size).toBe(1);
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect((await flow.engine.executions.list({})).executions).toHaveLength(1);
  });
});

describe("a clock that is set", () => {
  test("forward makes recorded requests too old, and back does not make them new runs", async () => {
    await using flow = await open({ secret: "OLD", signature: "stripe" });
    const { clock } = flow.harness;
    const start = clock.now();
    const recorded = fromStripe(start, '{"id": "evt_1"}', SECRETS.OLD);
    const first = await flow.send(recorded);

    clock.set(60 * MINUTE);
    await expect(flow.send(recorded)).rejects.toMatchObject({
      code: "token_invalid",
      message: expect.stringContaining("signed 1 h ago; at most 5 min are allowed"),
    });
    clock.set(-60 * MINUTE);
    expect(await flow.send(recorded)).toEqual({ ...first, duplicate: true });
    clock.set(-60 * MINUTE);
    await expect(flow.send(recorded)).rejects.toMatchObject({
      message: expect.stringContaining("signed 1 h ahead"),
    });
  });

  test("back does not close a webhook with a limit", async () => {
    await using flow = await open({ dedupe: false, rateLimit: { perMinute: 2 } });
    await flow.send(request("/webhooks/flow"));
    await flow.send(request("/webhooks/flow"));
    flow.harness.clock.set(-600 * MINUTE);
    expect((await flow.send(request("/webhooks/flow"))).executionId).not.toBeNull();
  });
});

describe("a webhook with a limit", () => {
  test("takes so many at once and then evenly, and says how long to wait", async () => {
    await using flow = await open({ dedupe: false, rateLimit: { perMinute: 3 } });
    const yours = await flow.harness.start();
    const at = request("/webhooks/flow");
    await flow.send(at);
    await yours.triggers.receiveWebhook(at);
    await flow.send(at);

    const refusal = { code: "rate_limited", retryAfterMs: 20_000 };
    await expect(flow.send(at)).rejects.toMatchObject(refusal);
    await expect(yours.triggers.receiveWebhook(at)).rejects.toMatchObject(refusal);
    await flow.harness.clock.advance(20_000);
    expect((await flow.send(at)).executionId).not.toBeNull();
    await expect(flow.send(at)).rejects.toMatchObject(refusal);
  });

  test("counts no request without the proof", async () => {
    await using flow = await open({ secret: "OLD", dedupe: false, rateLimit: { perMinute: 1 } });
    const by = (token: string) =>
      request("/webhooks/flow", { headers: { authorization: `Bearer ${token}` } });
    for (let i = 0; i < 5; i += 1)
      await expect(flow.send(by("wrong"))).rejects.toMatchObject({ code: "token_invalid" });
    expect((await flow.send(by(SECRETS.OLD))).executionId).not.toBeNull();
  });
});

describe("secrets that take turns", () => {
  test("are good together, and one that is not set yet stops nothing", async () => {
    await using flow = await open({ secret: ["NEXT", "NEW", "OLD"], dedupe: false });
    const by = (token: string) =>
      flow.send(request("/webhooks/flow", { headers: { authorization: `Bearer ${token}` } }));

    expect((await by(SECRETS.OLD)).executionId).not.toBeNull();
    expect((await by(SECRETS.NEW)).executionId).not.toBeNull();
    await expect(by(SECRETS.META)).rejects.toMatchObject({ code: "token_invalid" });
  });
});

describe("deploying a webhook", () => {
  test.for<readonly [JsonObject, string, string]>([
    [{ path: "/webhooks/:a/:a" }, "trigger.path", ":a stands in the path twice"],
    [{ path: "/webhooks/:" }, "trigger.path", "is not a path"],
    [{ path: "/webhooks/a:b" }, "trigger.path", "is not a path"],
    [{ secret: "A", signature: "twilio" }, "trigger.signature", '"address" of this bot is missing'],
    [{ secret: [] }, "trigger.secret", ""],
    [{ secret: ["A", "b"] }, "trigger.secret[1]", "capital letters"],
    [{ signature: "query" }, "trigger.signature", 'needs a "secret"'],
    [{ challenge: "hub" }, "trigger.challenge", "anyone could subscribe"],
    [{ challenge: "zoom" }, "trigger.challenge", 'is answered with the "secret"'],
    [{ challenge: { type: "slack", topic: "x" } }, "trigger.challenge", 'has no "token"'],
    [{ dedupe: "'x'" }, "trigger.dedupe", "the same for every delivery"],
    [{ dedupe: "body.id" }, "trigger.dedupe", '"body" is not known here'],
    [{ rateLimit: { perMinute: 0 } }, "trigger.rateLimit.perMinute", ""],
    [{ accepts: ["yaml"] }, "trigger.accepts[0]", ""],
    [{ respond: { wait: "1m" } }, "trigger.respond.wait", "at most 30s"],
    [{ respond: { wait: "1s", status: 100 } }, "trigger.respond.status", ""],
    [
      { respond: { wait: "1s", headers: { "Set-Cookie": "a" } } },
      "trigger.respond.headers.Set-Cookie",
      "",
    ],
    [
      { respond: { wait: "1s", body: "{{secrets.OLD}}" } },
      "trigger.respond.body",
      "must not stand here",
    ],
  ])("%j is a problem", async ([trigger, path, text]) => {
    await using flow = await open({});
    const at = { type: "webhook", path: "/webhooks/x", ...trigger };
    const { problems } = flow.engine.workflows.validate({
      id: "x",
      name: "X",
      trigger: at,
      ...gives("1"),
    });
    expect(problems[0]).toMatchObject({ path, message: expect.stringContaining(text) });
  });
});
