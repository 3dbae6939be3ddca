import { createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createSecretRevealer } from "../../src/adapters/secrets.ts";
import { type RunningWeb, startWeb, untilStatus } from "./start-web.ts";

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
    expect((await web.call("POST", PATH, { n: 4 }, id)).body).toMatchObject({
      executionId: delivered.body.executionId,
      duplicate: true,
    });
    expect((await web.engine.executions.list({})).executions).toHaveLength(3);
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
    [{ path: "/hooks/x" }, "trigger.path", "is no path of a webhook"],
    [{ path: "/webhooks/" }, "trigger.path", "is no path of a webhook"],
    [{ path: "/webhooks/../x" }, "trigger.path", "is no path of a webhook"],
    [{ secret: "FORGE", public: true }, "trigger.public", "are both given"],
    [{ secret: "{{secrets.X}}" }, "trigger.secret", "must be a name"],
    [{ signature: "hmac" }, "trigger.signature", 'needs a "secret"'],
  ])("%j is a problem", async ([trigger, path, text]) => {
    await using web = await startWeb();
    const { problems } = web.engine.workflows.validate(triage(trigger));
    expect(problems).toMatchObject([{ path, message: expect.stringContaining(text) }]);
  });
});
