import { createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { createSecretRevealer } from "../../src/adapters/secrets.ts";
import { type RunningWeb, rawRequest, sendRaw, startWeb, untilStatus } from "./start-web.ts";

const SECRET = "s3cret-of-the-forge";
const PATH = "/webhooks/support-ticket";

/** A workflow that notes the ticket, started by a webhook. */
const triage = (trigger: object = {}, rest: object = {}) => ({
  id: "triage",
  name: "Triage",
  trigger: { type: "webhook", path: PATH, ...trigger },
  steps: [{ id: "note", type: "transform", config: { expression: "variables" } }],
  ...rest,
});

async function serve(
  trigger: object = {},
  options: Parameters<typeof startWeb>[0] = {},
): Promise<RunningWeb> {
  const web = await startWeb(options, createSecretRevealer({ FORGE: SECRET }));
  const result = await web.engine.workflows.deploy(triage(trigger), { by: "test" });
  expect(result).toMatchObject({ deployed: true });
  return web;
}

const sign = (body: string, secret = SECRET): string =>
  createHmac("sha256", secret).update(body).digest("hex");

/** What a proxy adds: the caller is not this machine's. */
const FROM_OUTSIDE = { "x-forwarded-for": "203.0.113.7" };

describe("a webhook", () => {
  test("starts the workflow with the body as variables", async () => {
    await using web = await serve();

    const { status, body } = await web.call("POST", PATH, { ticketText: "It is down", tier: 1 });

    expect([status, body]).toEqual([
      200,
      { executionId: expect.stringMatching(/^exec_/), status: "started" },
    ]);
    await untilStatus(web.engine, body.executionId, "completed");
    expect(await web.engine.executions.get(body.executionId)).toMatchObject({
      workflowId: "triage",
      trigger: { type: "webhook", id: "webhook-1" },
      output: { ticketText: "It is down", tier: 1 },
    });
  });

  test("cannot set what a step of the workflow writes", async () => {
    await using web = await startWeb();
    const check = { expression: "1 > 2", outputVariable: "approved" };
    const steps = [{ id: "check", type: "transform", config: check }];
    await web.engine.workflows.deploy(triage({}, { steps }), { by: "test" });

    const { status, body } = await web.call("POST", PATH, { ticketText: "x", approved: true });

    expect([status, body.problems]).toEqual([
      400,
      [
        {
          path: "approved",
          message: '"approved" is what step "check" writes, so it cannot be given at the start',
          fix: expect.stringMatching(/^Leave it out/),
        },
      ],
    ]);
  });

  test.for<readonly [string, string, Record<string, string>, object]>([
    ["an empty body", "", {}, {}],
    [
      "a form",
      "a=1&b=x%20y",
      { "content-type": "application/x-www-form-urlencoded" },
      { a: "1", b: "x y" },
    ],
    [
      "JSON that says it is a form, as curl sends it",
      '{"a": 1}',
      { "content-type": "application/x-www-form-urlencoded" },
      { a: 1 },
    ],
    ["a JSON value that is no object", "[1]", {}, { body: [1] }],
  ])("takes %s", async ([, raw, headers, variables]) => {
    await using web = await serve();
    const { body } = await web.call("POST", PATH, raw, headers);
    expect((await web.engine.executions.get(body.executionId)).variables).toEqual(variables);
  });

  test("answers a repeat with the first execution, by body or by delivery id", async () => {
    await using web = await serve();
    const first = await web.call("POST", PATH, { n: 1 });

    expect((await web.call("POST", PATH, { n: 1 })).body).toEqual({
      executionId: first.body.executionId,
      status: "started",
      duplicate: true,
    });
    expect((await web.call("POST", PATH, { n: 2 })).body.duplicate).toBeUndefined();

    const id = { "x-github-delivery": "d-1" };
    const delivered = await web.call("POST", PATH, { n: 3 }, id);
    expect(delivered.body.duplicate).toBeUndefined();
    expect((await web.call("POST", PATH, { n: 3 }, id)).body).toMatchObject({
      executionId: delivered.body.executionId,
      duplicate: true,
    });
    expect((await web.engine.executions.list({})).executions).toHaveLength(3);
  });

  test("of an id that has another body now begins a run of its own, and the log says so", async () => {
    const lines: string[] = [];
    const logger = pino({ level: "warn" }, { write: (line) => lines.push(line) });
    await using web = await serve({}, { logger });
    const id = { "x-github-delivery": "d-1" };
    const first = await web.call("POST", PATH, { n: 1 }, id);

    const other = await web.call("POST", PATH, { n: 2 }, id);

    expect(other.body.duplicate).toBeUndefined();
    expect(other.body.executionId).not.toBe(first.body.executionId);
    expect(lines.join("")).toMatch(/id of an earlier one and another content/);
    expect(lines.join("")).toContain('"delivery":"d-1"');
    expect((await web.call("POST", PATH, { n: 2 }, id)).body.duplicate).toBe(true);
    expect((await web.call("POST", PATH, { n: 1 }, id)).body.duplicate).toBe(true);
  });

  test.for<readonly [string, string, Record<string, string>]>([
    ["query", `${PATH}?order=2`, {}],
    ["event (GitHub)", PATH, { "x-github-event": "pull_request" }],
    ["event (GitLab)", PATH, { "x-gitlab-event": "Tag Push Hook" }],
    ["topic (Shopify)", PATH, { "x-shopify-topic": "orders/paid" }],
    ["key of the event (Bitbucket)", PATH, { "x-event-key": "repo:push" }],
    ["type of the event (CloudEvents)", PATH, { "ce-type": "com.example.created" }],
    ["number of the message (Google)", PATH, { "x-goog-message-number": "2" }],
    ["state of the resource (Google)", PATH, { "x-goog-resource-state": "exists" }],
    ["id of the delivery", PATH, { "linear-delivery": "d-2" }],
  ])("with an equal body and another %s is another delivery", async ([, path, headers]) => {
    await using web = await serve();
    const first = await web.call("POST", PATH, { n: 1 });

    const other = await web.call("POST", path, { n: 1 }, headers);
    const again = await web.call("POST", path, { n: 1 }, headers);

    expect(other.body.duplicate).toBeUndefined();
    expect(other.body.executionId).not.toBe(first.body.executionId);
    expect(again.body).toMatchObject({ executionId: other.body.executionId, duplicate: true });
  });

  test("is the same delivery whatever its time, its trace and its user agent", async () => {
    await using web = await serve();
    const send = (headers: Record<string, string>) =>
      web.call("POST", PATH, { n: 1 }, { "webhook-id": "msg_1", ...headers });
    const first = await send({ "webhook-timestamp": "1614265330", traceparent: "00-a" });

    const again = await send({ "webhook-timestamp": "1614265390", "user-agent": "Sender/2" });

    expect(again.body).toMatchObject({ executionId: first.body.executionId, duplicate: true });
  });

  test("that comes again after its run failed begins another, until one does not fail", async () => {
    await using web = await startWeb();
    const check = (expression: string) => [
      { id: "check", type: "transform", config: { expression } },
    ];
    const deploy = (expression: string) =>
      web.engine.workflows.deploy(triage({}, { steps: check(expression) }), { by: "test" });
    await deploy("variables.missing.member");
    const send = async () =>
      (await web.call("POST", PATH, { n: 1 }, { "x-github-delivery": "d" })).body;
    const first = await send();
    await untilStatus(web.engine, first.executionId, "failed");

    const second = await send();
    await untilStatus(web.engine, second.executionId, "failed");
    await deploy("variables.n");
    const third = await send();
    await untilStatus(web.engine, third.executionId, "completed");

    expect([first, second, third].map(({ duplicate }) => duplicate)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(new Set([first, second, third].map(({ executionId }) => executionId)).size).toBe(3);
    expect(await send()).toMatchObject({ executionId: third.executionId, duplicate: true });
  });

  test("that comes again is the same one if the active version would not take it any more", async () => {
    await using web = await serve();
    const first = await web.call("POST", PATH, { n: 1 });
    await untilStatus(web.engine, first.body.executionId, "completed");
    const inputs = { order: { type: "string", required: true } };
    await web.engine.workflows.deploy(triage({}, { inputs }), { by: "test" });

    const again = await web.call("POST", PATH, { n: 1 });

    expect(again.body).toMatchObject({ executionId: first.body.executionId, duplicate: true });
    expect((await web.call("POST", PATH, { n: 2 })).status).toBe(400);
  });

  test("may have a slash at the end of its address", async () => {
    await using web = await serve();
    const first = await web.call("POST", `${PATH}/`, { n: 1 });
    expect(first.status).toBe(200);
    expect((await web.call("POST", PATH, { n: 1 })).body).toMatchObject({
      executionId: first.body.executionId,
      duplicate: true,
    });
    expect((await web.call("POST", `${PATH}//`, { n: 2 })).status).toBe(404);
  });

  test("of eight deliveries at once starts one", async () => {
    await using web = await serve();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => web.call("POST", PATH, { n: 1 })),
    );
    expect(new Set(answers.map(({ body }) => body.executionId)).size).toBe(1);
    expect(answers.filter(({ body }) => body.duplicate !== true)).toHaveLength(1);
  });

  test("with dedupe off starts each time", async () => {
    await using web = await serve({ dedupe: false });
    const beat = () => web.call("POST", PATH, { alive: true });
    expect((await beat()).body.executionId).not.toBe((await beat()).body.executionId);
  });

  test("is not there for another path, another method, or a version that is not active any more", async () => {
    await using web = await serve();
    expect((await web.call("POST", "/webhooks/other", {})).status).toBe(404);
    expect((await web.call("POST", "/webhooks", {})).status).toBe(404);
    expect((await web.call("GET", PATH)).status).toBe(405);

    await web.engine.workflows.deploy(triage({ path: "/webhooks/moved/here" }), { by: "test" });

    expect((await web.call("POST", PATH, {})).status).toBe(404);
    expect((await web.call("POST", "/webhooks/moved/here", {})).status).toBe(200);
    await web.engine.workflows.activate("triage", 1, "test");
    expect((await web.call("POST", PATH, {})).status).toBe(200);
  });

  test("says what is wrong with the body, and starts nothing", async () => {
    await using web = await serve();
    expect(await web.call("POST", PATH, "{")).toMatchObject({
      status: 400,
      body: { code: "json_malformed" },
    });
    const inputs = { amount: { type: "number", required: true } };
    await web.engine.workflows.deploy(triage({}, { inputs }), { by: "test" });
    expect(await web.call("POST", PATH, { amount: "many" })).toMatchObject({
      status: 400,
      body: { code: "input_invalid", problems: [{ path: "amount" }] },
    });
    expect((await web.engine.executions.list({})).executions).toEqual([]);
  });
});

describe("callers of a webhook", () => {
  test("without a secret are programs of this machine, with or without an API token", async () => {
    await using web = await serve({}, { apiToken: "t0ken" });
    expect((await web.call("POST", PATH, { n: 1 })).status).toBe(200);
    expect(await web.call("POST", PATH, { n: 2 }, FROM_OUTSIDE)).toMatchObject({
      status: 403,
      body: { code: "not_allowed" },
    });
  });

  test("of a public one come from anywhere", async () => {
    await using web = await serve({ public: true });
    expect((await web.call("POST", PATH, {}, FROM_OUTSIDE)).status).toBe(200);
  });

  const raw = JSON.stringify({ n: 1 });
  test.for<readonly [string, string, Record<string, string>, number]>([
    ["any", "GitHub's signature", { "x-hub-signature-256": `sha256=${sign(raw)}` }, 200],
    ["any", "a plain signature", { "x-signature": sign(raw) }, 200],
    ["any", "the secret as a token", { authorization: `Bearer ${SECRET}` }, 200],
    ["any", "no proof", {}, 401],
    ["any", "a signature by another secret", { "x-signature": sign(raw, "x") }, 401],
    ["any", "a signature of another body", { "x-signature": sign("{}") }, 401],
    ["any", "a signature that is cut short", { "x-signature": sign(raw).slice(2) }, 401],
    ["any", "another token", { authorization: "Bearer nope" }, 401],
    ["hmac", "a token", { authorization: `Bearer ${SECRET}` }, 401],
    ["bearer", "a signature", { "x-signature": sign(raw) }, 401],
  ])("with a secret (%s), by %s", async ([signature, , headers, status]) => {
    await using web = await serve({ secret: "FORGE", signature });
    const answer = await web.call("POST", PATH, raw, { ...headers, ...FROM_OUTSIDE });
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).not.toContain(SECRET);
    // Being near is no proof.
    expect((await web.call("POST", PATH, "{}")).status).toBe(401);
  });

  test("by a scheme that signs the time, and cannot be replayed later", async () => {
    await using web = await serve({ signature: { scheme: "stripe", secret: "FORGE" } });
    const send = (at: number) => {
      const seconds = Math.floor(at / 1000);
      const signature = `t=${seconds},v1=${sign(`${seconds}.${raw}`)}`;
      return web.call("POST", PATH, raw, { "stripe-signature": signature, ...FROM_OUTSIDE });
    };
    const first = await send(Date.now());

    expect(first.status).toBe(200);
    expect((await send(Date.now())).body.executionId).toBe(first.body.executionId);
    expect(await send(Date.now() - 360_000)).toMatchObject({
      status: 401,
      body: { error: expect.stringContaining("at most 5 min") },
    });
  });

  test("are refused for what is missing in the head before the body has come", async () => {
    await using web = await serve({ secret: "FORGE", signature: "github" });
    const head = rawRequest(`POST ${PATH}`, ["Host: localhost", "Content-Length: 500000"]);

    const answer = await sendRaw(web.port, head);

    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(answer).toContain("The header X-Hub-Signature-256 with the signature is missing.");
  });

  test("sign what they send before it is compressed", async () => {
    await using web = await serve({ secret: "FORGE", signature: "hmac" });
    const packed = gzipSync(raw);
    const send = (signature: string) =>
      web.call("POST", PATH, packed, {
        "content-type": "application/json",
        "content-encoding": "gzip",
        "x-signature": signature,
      });

    expect((await send(sign(raw))).status).toBe(200);
    expect((await send(sign("another body"))).status).toBe(401);
  });

  test("are told when the secret is not set", async () => {
    await using web = await serve({ secret: "NONE" });
    expect(await web.call("POST", PATH, {})).toMatchObject({
      status: 500,
      body: { error: expect.stringContaining("SECRET_NONE") },
    });
  });
});

describe("an answer of a webhook", () => {
  test("is the one that its definition makes of the end of the run", async () => {
    await using web = await serve({
      respond: {
        wait: "10s",
        status: 201,
        headers: { "content-type": "text/xml", "X-Tier": "{{variables.tier}}" },
        body: "<Response><Message>{{variables.ticketText}}</Message></Response>",
      },
    });

    const answer = await fetch(`${web.url}${PATH}`, {
      method: "POST",
      body: '{"ticketText": "<it> & more", "tier": 2}',
    });

    expect([
      answer.status,
      answer.headers.get("content-type"),
      answer.headers.get("x-tier"),
    ]).toEqual([201, "text/xml", "2"]);
    expect(answer.headers.get("content-security-policy")).toMatch(/default-src 'none'/);
    expect(await answer.text()).toBe(
      "<Response><Message>&lt;it&gt; &amp; more</Message></Response>",
    );
  });

  test("has no body where its status has none", async () => {
    await using web = await serve({ respond: { wait: "10s", status: 204 } });
    expect(await web.call("POST", PATH, { n: 1 })).toMatchObject({ status: 204, body: null });
  });

  test("says that the run goes on when it is not over in time", async () => {
    await using web = await startWeb();
    const steps = [{ id: "pause", type: "wait", config: { duration: "1h" } }];
    await web.engine.workflows.deploy(triage({ respond: { wait: "50ms" } }, { steps }), {
      by: "test",
    });
    const { status, body } = await web.call("POST", PATH, {});
    expect([status, body]).toEqual([
      202,
      { executionId: expect.stringMatching(/^exec_/), status: "running" },
    ]);
  });

  test("to a question by GET is plain text that a browser takes for nothing else", async () => {
    await using web = await serve({ public: true, challenge: "dropbox" });
    const answer = await fetch(`${web.url}${PATH}?challenge=${encodeURIComponent("<script>")}`);
    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      200,
      "text/plain; charset=utf-8",
      "<script>",
    ]);
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    const other = await web.call("GET", PATH);
    expect([other.status, other.headers.get("allow")]).toEqual([405, "POST, OPTIONS"]);
  });

  test("to a body of another type than it takes is 415", async () => {
    await using web = await serve({ accepts: ["json"] });
    expect(
      await web.call("POST", PATH, "<a/>", { "content-type": "application/xml" }),
    ).toMatchObject({
      status: 415,
      body: { code: "media_type_refused", error: expect.stringContaining("application/json") },
    });
  });

  test("above its limit says when to come again, each of the others runs once", async () => {
    await using web = await serve({ rateLimit: { perMinute: 4 } });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => web.call("POST", PATH, { n })),
    );
    const taken = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect([taken.length, refused.length]).toEqual([4, 96]);
    for (const { headers } of refused)
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(new Set(taken.map(({ body }) => body.executionId)).size).toBe(4);
    expect((await web.engine.executions.list({ limit: 200 })).executions).toHaveLength(4);
  });
});

test("a path with parameters has one limit for each address, whatever stands in them", async () => {
  await using web = await serve(
    { path: "/webhooks/shop/:store", public: true },
    { rateLimit: { perSecond: 0.001, burst: 2 } },
  );
  const send = async (store: string) =>
    (await web.call("POST", `/webhooks/shop/${store}`, {}, FROM_OUTSIDE)).status;
  expect([await send("a"), await send("b"), await send("c")]).toEqual([200, 200, 429]);
});

test("Twilio's signature is that of the address as it was sent", async () => {
  await using web = await serve({
    secret: "FORGE",
    signature: { scheme: "twilio", address: "https://bot.example.com" },
  });
  const query = "a=It's+here&b=%20";
  const form = "Body=Hi&From=%2B14158675309";
  const signed = `https://bot.example.com${PATH}?${query}BodyHiFrom+14158675309`;
  const signature = createHmac("sha1", SECRET).update(signed).digest("base64");
  const send = (search: string) =>
    sendRaw(
      web.port,
      rawRequest(
        `POST ${PATH}?${search}`,
        [
          "Host: localhost",
          "Content-Type: application/x-www-form-urlencoded",
          `X-Twilio-Signature: ${signature}`,
          "I-Twilio-Idempotency-Token: t-1",
        ],
        form,
      ),
    );

  expect(await send(query)).toMatch(/^HTTP\/1\.1 200 /);
  expect(await send(query)).toContain('"duplicate":true');
  expect(await send("a=It's+here&b=+")).toMatch(/^HTTP\/1\.1 401 /);
});

describe("deploying", () => {
  test("a path at which another workflow listens is refused, naming it", async () => {
    await using web = await serve();
    const other = { ...triage(), id: "other" };

    expect(await web.engine.workflows.deploy(other, { by: "test" })).toMatchObject({
      deployed: false,
      problems: [
        {
          path: "trigger.path",
          message: `the workflow "triage" listens at ${PATH} already`,
        },
      ],
    });
    expect(
      await web.engine.workflows.deploy(triage({}, { name: "Again" }), { by: "test" }),
    ).toMatchObject({
      deployed: true,
    });
  });

  test("a version whose path was taken since cannot become active", async () => {
    await using web = await serve();
    await web.engine.workflows.deploy(triage({ path: "/webhooks/moved" }), { by: "test" });
    await web.engine.workflows.deploy({ ...triage(), id: "other" }, { by: "test" });

    await expect(web.engine.workflows.activate("triage", 1, "test")).rejects.toMatchObject({
      code: "definition_conflict",
    });
  });

  test.for<readonly [object, string, string]>([
    [{ path: "/hooks/x" }, "trigger.path", "is not a path of a webhook"],
    [{ path: "/webhooks/" }, "trigger.path", "is not a path of a webhook"],
    [{ path: "/webhooks/../x" }, "trigger.path", "is not a path of a webhook"],
    [{ secret: "FORGE", public: true }, "trigger.public", "are both given"],
    [{ secret: "{{secrets.X}}" }, "trigger.secret", "must be a name"],
    [{ signature: "hmac" }, "trigger.signature", 'needs a "secret"'],
    [
      { secret: "A", signature: { scheme: "github", header: "X" } },
      "trigger.signature.header",
      "has no",
    ],
    [
      { secret: "A", signature: { scheme: "hmac", window: "1m" } },
      "trigger.signature.window",
      "has no",
    ],
    [
      { secret: "A", signature: { scheme: "stripe", secret: "B" } },
      "trigger.signature.secret",
      "named twice",
    ],
    [{ secret: "A", signature: "strpe" }, "trigger.signature", "strpe"],
  ])("%j is a problem", async ([trigger, path, text]) => {
    await using web = await startWeb();
    const { problems } = web.engine.workflows.validate(triage(trigger));
    expect(problems).toMatchObject([{ path, message: expect.stringContaining(text) }]);
  });
});
