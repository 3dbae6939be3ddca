import { describe, expect, test } from "vitest";
import { createSecretRevealer } from "../../../src/adapters/secrets.ts";
import type { AttemptResult } from "../../../src/engine/definition/step-type.ts";
import type { RunFiles } from "../../../src/engine/ports/files.ts";
import { service } from "../../../src/engine/steps/service.ts";
import { createHttpService } from "../../../src/services/http/http-service.ts";
import type { SecretHosts } from "../../../src/services/http/secret-hosts.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import { isFileValue } from "../../../src/shared/file-value.ts";
import { type JsonObject, readOwn } from "../../../src/shared/json.ts";
import { createSecretMask } from "../../../src/shared/secret-mask.ts";
import { plainScope } from "../../engine/language/plain-scope.ts";
import { attemptContext } from "../../support/attempt-context.ts";
import {
  type Answer,
  json,
  type LoopbackServer,
  startLoopbackServer,
} from "../../support/loopback-server.ts";
import { memoryFiles } from "../../support/run-files.ts";

const KEY = "sk-live-4f9a81c2d7e6";
const OTHER = "another/secret+of=ours";

interface Setting {
  readonly variables?: JsonObject;
  readonly hosts?: SecretHosts;
  /** What every secret of the process is hidden by; absent: only those of the request are known. */
  readonly hides?: readonly string[];
  readonly files?: RunFiles;
}

function registryFor(hosts: SecretHosts = {}) {
  return createServiceRegistry([
    createHttpService({ allowHosts: ["127.0.0.1", "localhost"], secretHosts: hosts }),
  ]);
}

/** Runs a step that makes a request, as a run does. */
async function send(config: JsonObject, setting: Setting = {}): Promise<AttemptResult> {
  const { variables = {}, hosts, hides = [], files = memoryFiles() } = setting;
  const services = registryFor(hosts);
  const program = service.bind({ service: "http", ...config }, { services });
  const entry = program.enter({
    scope: plainScope({ variables }),
    key: "k",
    now: 0,
    startedBy: null,
  });
  const params = entry.kind === "run" ? entry.params : {};
  // What is kept of a step before it runs.
  expect(JSON.stringify(params)).not.toContain(KEY);
  const context = attemptContext("http://127.0.0.1:1", {
    services,
    files,
    revealSecrets: createSecretRevealer({ KEY, OTHER, SHORT: "abc" }),
    hideSecrets: createSecretMask(hides).text,
  });
  const result = await program.run?.(params, context);
  if (!result) throw new Error("The step ran.");
  return result;
}

function check(config: JsonObject, hosts?: SecretHosts): readonly string[] {
  return service
    .check({ service: "http", ...config }, { services: registryFor(hosts) })
    .map(({ message, fix }) => `${message}. ${fix}`);
}

function redirect(status: number, location: string): Answer {
  return (_request, response) => void response.writeHead(status, { location }).end();
}

const BEARER = { Authorization: "Bearer {{secrets.KEY}}" };

describe("what a server echoes", () => {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  test.for<[string, Answer]>([
    [
      "in its headers",
      (request, response) => {
        response.setHeader("x-got", String(request.headers.authorization));
        response.setHeader("set-cookie", [`a=${encodeURIComponent(KEY)}`, `b=${base64(KEY)}`]);
        response.end("{}");
      },
    ],
    ["in its body", (request, response) => response.end(JSON.stringify(request.headers))],
    ["as text", (request, response) => response.end(String(request.headers.authorization))],
    ["as HTML", (_request, response) => response.end(`<p>${KEY.replaceAll("-", "&#45;")}</p>`)],
    ["in base64", json(200, { basic: base64(`user:${KEY}`) })],
    ["in pieces", json(200, { a: KEY.slice(0, 7), b: KEY.slice(7) })],
    ["as a name", json(200, { [KEY]: 1 })],
    ["in a refusal", json(401, { error: `The key ${KEY} is not known.` })],
    ["in a refusal that is encoded", json(403, { error: base64(`user:${KEY}`) })],
    ["in a refusal that is text", (_request, response) => response.writeHead(400).end(KEY)],
    ["where an excerpt of it ends", json(401, { error: `${"x".repeat(180)}${KEY}` })],
    ["in base64 where an excerpt ends", json(401, { error: "x".repeat(178) + base64(KEY) })],
    ["in trouble that may pass", json(503, { error: KEY })],
    ["in a status that is expected", json(404, { error: KEY })],
  ])("%s is hidden before it is kept", async ([, answer]) => {
    await using server = await startLoopbackServer(answer);

    const result = JSON.stringify(
      await send({ url: server.url, headers: BEARER, expectStatus: 404 }),
    );

    expect(server.received[0]?.headers["authorization"]).toBe(`Bearer ${KEY}`);
    expect(result).toContain("[secret]");
    for (const form of [KEY, KEY.slice(0, 8), base64(KEY).slice(0, 12), encodeURIComponent(KEY)])
      expect(result).not.toContain(form);
  });

  test("in a file is hidden in its bytes and in its name, and the rest stays where it is", async () => {
    const bytes = Buffer.concat([
      Buffer.from([0, 255, 1]),
      Buffer.from(`${KEY} ${base64(`u:${KEY}`)} ${encodeURIComponent(OTHER)}`),
      Buffer.from([254, 0]),
    ]);
    await using server = await startLoopbackServer((_request, response) => {
      response.setHeader("content-type", "application/octet-stream");
      response.setHeader("content-disposition", `attachment; filename="${KEY}.bin"`);
      response.end(bytes);
    });
    const files = memoryFiles();

    const result = await send(
      { url: server.url, headers: { ...BEARER, "X-B": "{{secrets.OTHER}}" } },
      { files },
    );

    const file = readOwn(readOwn(result, "output"), "data");
    if (!isFileValue(file)) throw new Error("The answer is a file.");
    const kept = await files.read(file);
    expect(file.name).toBe("[secret].bin");
    expect(kept).toHaveLength(bytes.length);
    expect([...kept.subarray(0, 3), ...kept.subarray(-2)]).toEqual([0, 255, 1, 254, 0]);
    expect(kept.toString("latin1")).not.toMatch(/sk-live|c2stbGl2|another/);
  });

  test("of another secret of the process is hidden, too", async () => {
    await using server = await startLoopbackServer(json(200, { a: `key ${OTHER}`, n: 1 }));

    expect(await send({ url: server.url }, { hides: [KEY, OTHER] })).toMatchObject({
      output: { data: { a: "key [secret]", n: 1 } },
    });
  });

  test("without a secret stays as it is", async () => {
    await using server = await startLoopbackServer(json(200, { id: 7, text: "Bearer token" }));

    expect(await send({ url: server.url, headers: BEARER })).toMatchObject({
      output: { data: { id: 7, text: "Bearer token" } },
    });
  });

  test("of a redirect is hidden in what is said of it", async () => {
    await using server = await startLoopbackServer(redirect(302, `https://${KEY}.evil.example/`));

    const result = await send({ url: server.url, headers: BEARER });

    expect(result).toMatchObject({ kind: "failed" });
    expect(JSON.stringify(result)).not.toContain(KEY);
  });
});

describe("a redirect to another origin", () => {
  async function pair(status: number, to = (target: LoopbackServer) => `${target.url}/next`) {
    const target = await startLoopbackServer(json(200, { ok: true }));
    const first = await startLoopbackServer((request, response) =>
      redirect(status, to(target))(request, response),
    );
    return { target, first };
  }

  test.for([301, 302, 303, 307, 308])("takes no header with a secret along: %i", async (status) => {
    const { target, first } = await pair(status);
    await using _servers = new AsyncDisposableStack();
    _servers.use(target);
    _servers.use(first);

    const result = await send({
      url: first.url,
      headers: {
        ...BEARER,
        Cookie: "a={{secrets.KEY}}",
        "X-Key": "{{secrets.KEY}}",
        "User-Agent": "bot {{secrets.KEY}}",
        Accept: "{{secrets.SHORT}}",
        "Accept-Language": "en",
      },
    });

    expect(result).toMatchObject({ kind: "ok" });
    expect(first.received[0]?.headers["user-agent"]).toBe(`bot ${KEY}`);
    const { headers, url } = target.received[0] ?? {};
    expect(headers).toMatchObject({ "accept-language": "en" });
    for (const name of ["authorization", "cookie", "x-key"])
      expect(headers).not.toHaveProperty(name);
    expect(JSON.stringify([headers, url])).not.toMatch(/sk-live|abc/);
  });

  test.for<[number, JsonObject | string]>([
    [307, { token: "{{secrets.KEY}}" }],
    [308, { deep: [{ token: "x {{secrets.KEY}}" }] }],
    [307, "token={{secrets.KEY}}"],
    [308, { pin: "{{secrets.SHORT}}" }],
    [307, { form: { token: "{{secrets.KEY}}", tags: ["a"] } }],
  ])("by %i sends no body that holds a secret: %j", async ([status, sent]) => {
    const { target, first } = await pair(status);
    await using _servers = new AsyncDisposableStack();
    _servers.use(target);
    _servers.use(first);

    const body = typeof sent === "object" && "form" in sent ? sent : { body: sent };
    const result = await send({ url: first.url, method: "POST", ...body });

    expect(first.received).toHaveLength(1);
    expect(target.received).toEqual([]);
    expect(result).toMatchObject({
      kind: "failed",
      outcome: "failed",
      error: {
        code: "service_rejected",
        retryable: false,
        message: expect.stringContaining("the body holds a secret"),
      },
    });
  });

  test("sends a body without a secret on, and by 303 none", async () => {
    for (const [status, body] of [
      [307, '{"a":1}'],
      [303, ""],
    ] as const) {
      const { target, first } = await pair(status);
      await using _servers = new AsyncDisposableStack();
      _servers.use(target);
      _servers.use(first);
      const secret = status === 303 ? { k: "{{secrets.KEY}}" } : { a: 1 };

      await send({ url: first.url, method: "POST", body: secret, headers: BEARER });

      expect(target.received).toMatchObject([{ body }]);
      expect(target.received[0]?.headers).not.toHaveProperty("authorization");
    }
  });

  test.for<[string, (key: string) => string]>([
    ["in its query", (key) => `/next?key=${key}`],
    ["encoded in its path", (key) => `/${Buffer.from(`u:${key}`).toString("base64url")}/x`],
  ])("is not followed where it has the secret %s", async ([, path]) => {
    const { target, first } = await pair(302, ({ url }) => `${url}${path(KEY)}`);
    await using _servers = new AsyncDisposableStack();
    _servers.use(target);
    _servers.use(first);

    const result = await send({ url: first.url, query: { key: "{{secrets.KEY}}" } });

    expect(first.received[0]?.url).toBe(`/?key=${KEY}`);
    expect(target.received).toEqual([]);
    expect(result).toMatchObject({ error: { message: expect.stringContaining("holds a secret") } });
    expect(JSON.stringify(result)).not.toContain(KEY);
  });

  test("and back again brings no secret back", async () => {
    await using first = await startLoopbackServer((request, response) =>
      request.url === "/back"
        ? json(200, {})(request, response)
        : redirect(307, `http://localhost:${first.port}/hop`)(request, response),
    );
    const away = `http://127.0.0.1:${first.port}`;
    await using start = await startLoopbackServer(redirect(307, `${away}/back`));

    await send({ url: start.url, headers: BEARER });

    expect(first.received[0]?.headers).not.toHaveProperty("authorization");
  });

  test("is one to another port or name of the same machine; the same origin gets everything", async () => {
    await using server = await startLoopbackServer((request, response) => {
      if (request.url === "/a") redirect(307, "/b")(request, response);
      else if (request.url === "/b")
        redirect(307, `http://localhost:${server.port}/c`)(request, response);
      else json(200, {})(request, response);
    });

    await send({ url: `${server.url}/a`, headers: BEARER });

    expect(server.received.map(({ url, headers }) => [url, headers["authorization"]])).toEqual([
      ["/a", `Bearer ${KEY}`],
      ["/b", `Bearer ${KEY}`],
      ["/c", undefined],
    ]);
  });
});

describe("a secret with hosts", () => {
  test("goes to them alone, whatever the definition or data says", async () => {
    await using server = await startLoopbackServer(json(200, {}));
    const hosts = { KEY: [`127.0.0.1:${server.port}`, "*.example.org"] };
    const config = { url: "{{variables.url}}", headers: BEARER };
    const to = (url: string) => send(config, { hosts, variables: { url } });

    expect(check(config, hosts)).toEqual([]);
    expect(await to(`${server.url}/x`)).toMatchObject({ kind: "ok" });
    expect(server.received).toHaveLength(1);
    for (const url of [
      `http://localhost:${server.port}/x`,
      `http://127.0.0.1:1/x`,
      "https://example.org/",
      `http://127.0.0.1:${server.port}@evil.example/`,
      "https://a.example.org.evil.example/",
    ]) {
      expect(await to(url)).toMatchObject({
        kind: "failed",
        error: {
          message: expect.stringMatching(/^The secret KEY may not be sent to .*SECRET_KEY_HOSTS/),
        },
      });
    }
    expect(server.received).toHaveLength(1);
  });

  test("is a problem at deployment in a request to another host", () => {
    const hosts = { KEY: ["api.example.com"] };
    const to = (url: string) => check({ url, headers: BEARER }, hosts);

    expect(to("https://api.example.com/{{variables.id}}")).toEqual([]);
    expect(to("https://other.example/{{variables.id}}")).toEqual([
      expect.stringMatching(
        /"url" may not lead to other\.example.*the secret KEY.*api\.example\.com alone/,
      ),
    ]);
    expect(to("https://api.example.com@other.example/")).toHaveLength(1);
    expect(check({ url: "https://u:{{secrets.KEY}}@other.example/" }, hosts)).toHaveLength(1);
  });

  test("stays there: no redirect takes it to another one of them", async () => {
    await using target = await startLoopbackServer(json(200, {}));
    await using first = await startLoopbackServer(redirect(307, target.url));

    await send({ url: first.url, headers: BEARER }, { hosts: { KEY: ["127.0.0.1"] } });

    expect(target.received[0]?.headers).not.toHaveProperty("authorization");
  });
});

describe("a secret without hosts", () => {
  test.for([
    "{{variables.url}}",
    "https://{{variables.host}}/",
    "https://api.{{variables.host}}/x",
    "https://{{variables.user}}@api.example.com/",
    "https://api.example.com:{{variables.port}}/",
    "{{variables.base}}/x",
    "{{variables.scheme}}://api.example.com/",
    "https:{{variables.host}}/x",
    "https://{{secrets.OTHER}}.{{variables.host}}/",
  ])("goes to no host that data chooses: %s", async (url) => {
    await using server = await startLoopbackServer(json(200, {}));
    const { host } = new URL(server.url);
    const variables = {
      url: server.url,
      base: server.url,
      host,
      user: "u",
      port: 1,
      scheme: "http",
    };

    for (const part of [{ headers: BEARER }, { query: { k: "{{secrets.KEY}}" } }]) {
      expect(check({ url, ...part })).not.toEqual([]);
      await expect(send({ url, ...part }, { variables })).rejects.toMatchObject({
        code: "params_invalid",
        message: expect.stringContaining("may not take its host from data"),
      });
    }
    expect(server.received).toEqual([]);
  });

  test("is a problem at deployment that says how to write it", () => {
    expect(check({ url: "{{variables.url}}", headers: BEARER })).toEqual([
      expect.stringMatching(
        /^"url" may not take its host from data, since the request holds the secret KEY\. Write scheme and host in full.*SECRET_KEY_HOSTS/,
      ),
    ]);
  });

  test.for([
    "https://api.example.com/{{variables.id}}?k={{secrets.OTHER}}",
    "https://u:{{secrets.OTHER}}@api.example.com/{{variables.id}}",
    "{{secrets.OTHER}}",
    "{{secrets.OTHER}}/orders/{{variables.id}}",
  ])("goes where the definition or the operator says: %s", (url) => {
    expect(check({ url, headers: BEARER })).toEqual([]);
  });
});
