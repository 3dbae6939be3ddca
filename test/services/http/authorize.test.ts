import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { resolve } from "node:path";
import type { TLSSocket } from "node:tls";
import { describe, expect, test } from "vitest";
import { traitProblems } from "../../../src/engine/definition/param-traits.ts";
import type { Credential } from "../../../src/engine/ports/credentials.ts";
import { signForAws } from "../../../src/services/http/aws-signature.ts";
import { createHttpService } from "../../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import type { CredentialValues } from "../../../src/shared/credential-values.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import {
  type Answer,
  inTurn,
  json,
  type ReceivedRequest,
  startLoopbackServer,
} from "../../support/loopback-server.ts";
import { serviceContext } from "../../support/service-context.ts";

const pem = (name: string): string =>
  readFileSync(resolve(import.meta.dirname, `../../fixtures/tls/${name}.pem`), "utf8");

/** The service with one credential, and what was to be hidden. */
function httpWith(values: CredentialValues, more: Partial<Credential> = {}) {
  const hidden: string[] = [];
  const http = createHttpService({
    allowHosts: ["127.0.0.1", "localhost"],
    credentials: {
      use: async (name) => ({ name, values, ...more }),
      hide: (secrets) => hidden.push(...secrets),
    },
  });
  const registry = createServiceRegistry([http]);
  return {
    hidden,
    send: (params: JsonObject) =>
      registry.execute(
        "http",
        "request",
        { auth: { credential: "shop" }, ...params },
        serviceContext(),
      ),
  };
}

const of = (server: { readonly received: readonly ReceivedRequest[] }, path: string) =>
  server.received.filter(({ url }) => url.startsWith(path));

describe("OAuth2 client credentials", () => {
  /** A server of tokens at `/token`, which counts them, and of what they open. */
  async function startOAuth(token: Answer, opened: Answer) {
    return startLoopbackServer((request, response) =>
      (request.url === "/token" ? token : opened)(request, response),
    );
  }

  const valuesFor = (url: string): CredentialValues => ({
    kind: "oauth2ClientCredentials",
    tokenUrl: `${url}/token`,
    clientId: "bot:1",
    clientSecret: "sécret+word",
    scope: "orders",
  });
  const token = (text: string, expires_in?: number) =>
    json(200, { access_token: text, token_type: "Bearer", expires_in });

  test("fetch one token for many requests, and hide it", async () => {
    await using server = await startOAuth(token("token-one", 3600), json(200, {}));
    const http = httpWith(valuesFor(server.url));

    await Promise.all([1, 2, 3].map((n) => http.send({ url: `${server.url}/orders/${n}` })));

    const [asked] = of(server, "/token");
    expect(of(server, "/token")).toHaveLength(1);
    expect(asked?.body).toBe("grant_type=client_credentials&scope=orders");
    expect(asked?.headers.authorization).toBe(
      `Basic ${Buffer.from("bot%3A1:s%C3%A9cret%2Bword").toString("base64")}`,
    );
    expect(of(server, "/orders").map(({ headers }) => headers.authorization)).toEqual(
      Array.from({ length: 3 }, () => "Bearer token-one"),
    );
    expect(http.hidden).toEqual(["token-one"]);
  });

  test("fetch another one when the service takes the token no more, once", async () => {
    await using server = await startOAuth(
      inTurn(token("token-one", 3600), token("token-two", 3600)),
      ({ headers }, response) => {
        response.writeHead(headers.authorization === "Bearer token-two" ? 200 : 401).end();
      },
    );
    await using closed = await startOAuth(token("token-one", 3600), json(401, {}));

    const output = await httpWith(valuesFor(server.url)).send({
      ...{ url: `${server.url}/orders`, method: "POST", body: { a: 1 } },
    });
    const refused = httpWith(valuesFor(closed.url)).send({ url: `${closed.url}/orders` });

    expect(output).toMatchObject({ status: 200 });
    expect(of(server, "/orders").map(({ body }) => body)).toEqual(['{"a":1}', '{"a":1}']);
    await expect(refused).rejects.toMatchObject({ code: "service_rejected" });
    expect(of(closed, "/orders")).toHaveLength(2);
  });

  test("fetch a token for each request where it ends at once", async () => {
    await using server = await startOAuth(token("token-one", 10), json(200, {}));
    const http = httpWith(valuesFor(server.url));

    await http.send({ url: `${server.url}/orders` });
    await http.send({ url: `${server.url}/orders` });

    expect(of(server, "/token")).toHaveLength(2);
  });

  test("give the client in the body where the header is refused", async () => {
    await using server = await startOAuth(
      ({ headers }, response) => {
        const isRefused = headers.authorization !== undefined;
        const answer = isRefused ? json(401, { error: "invalid_client" }) : token("token-one");
        answer({ method: "", url: "", headers: {}, body: "" }, response);
      },
      json(200, {}),
    );

    await httpWith(valuesFor(server.url)).send({ url: `${server.url}/orders` });

    expect(of(server, "/token").at(-1)?.body).toContain(
      "client_id=bot%3A1&client_secret=s%C3%A9cret%2Bword",
    );
    expect(of(server, "/orders")).toHaveLength(1);
  });

  test.each<[string, Answer, JsonObject]>([
    [
      "refused",
      json(400, { error: "invalid_scope" }),
      { code: "service_rejected", retryable: false },
    ],
    ["away", json(503, {}, { "retry-after": "7" }), { retryable: true, retryAfterMs: 7000 }],
    ["odd", json(200, { token: "x" }), { code: "service_rejected" }],
    ["not JSON", (_request, response) => response.end("<html>"), { code: "service_rejected" }],
  ])("send nothing where the token is %s", async (_name, answer, error) => {
    await using server = await startOAuth(answer, json(200, {}));

    const sending = httpWith(valuesFor(server.url)).send({
      ...{ url: `${server.url}/orders`, method: "POST" },
    });

    await expect(sending).rejects.toMatchObject({ ...error, outcomeUnknown: false });
    expect(of(server, "/orders")).toEqual([]);
  });

  test("ask no private address for a token", async () => {
    const http = httpWith(valuesFor("http://10.0.0.1"));

    await expect(http.send({ url: "http://localhost:1/" })).rejects.toThrow("private network");
  });
});

describe("after a rotation", () => {
  const NEW = { kind: "bearer", token: "new" } as const;
  const PREVIOUS = { kind: "bearer", token: "old" } as const;

  /** Sends two requests to a server that takes one token. @returns what they had, and how often the new values counted as taken. */
  async function sendTwice(taken: string, status = 200) {
    await using server = await startLoopbackServer(({ headers }, response) => {
      response.writeHead(headers.authorization === `Bearer ${taken}` ? status : 401).end();
    });
    let settled = 0;
    const settle = async (): Promise<void> => {
      settled += 1;
    };
    const http = httpWith(NEW, { previous: PREVIOUS, settle });
    for (let count = 0; count < 2; count += 1)
      await http.send({ url: server.url, expectStatus: [401, status] });
    return { settled, sent: server.received.map(({ headers }) => headers.authorization) };
  }

  test("what was valid before is tried where the new one is refused, each time", async () => {
    expect(await sendTwice("old")).toEqual({
      settled: 0,
      sent: ["Bearer new", "Bearer old", "Bearer new", "Bearer old"],
    });
  });

  test("the first success of the new one counts, and nothing else is sent", async () => {
    expect(await sendTwice("new")).toEqual({ settled: 2, sent: ["Bearer new", "Bearer new"] });
  });

  test.for([302, 403, 404, 500])("an answer %i of the new one is no success", async (status) => {
    expect(await sendTwice("new", status)).toMatchObject({ settled: 0 });
  });

  test("a client that gets no token any more gives way to the one before", async () => {
    const client = (url: string, clientSecret: string): CredentialValues => ({
      kind: "oauth2ClientCredentials",
      tokenUrl: `${url}/token`,
      ...{ clientId: "heddle", clientSecret },
    });
    await using server = await startLoopbackServer((request, response) => {
      if (request.url !== "/token") return json(200, {})(request, response);
      const pair = Buffer.from("heddle:old-secret").toString("base64");
      const isKnown = request.headers.authorization === `Basic ${pair}`;
      const answer = isKnown ? { access_token: "t0ken" } : { error: "invalid_client" };
      return json(isKnown ? 200 : 401, answer)(request, response);
    });
    const http = httpWith(client(server.url, "new-secret"), {
      previous: client(server.url, "old-secret"),
    });

    await http.send({ url: `${server.url}/orders` });

    expect(of(server, "/orders").map(({ headers }) => headers.authorization)).toEqual([
      "Bearer t0ken",
    ]);
  });
});

describe("signatures for AWS", () => {
  const values = {
    kind: "awsSigV4",
    accessKeyId: "AKIDEXAMPLE",
    secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    region: "us-east-1",
    service: "service",
  } as const;

  test("are those of Amazon's test suite", async () => {
    const hop = { method: "GET", headers: {}, body: undefined };
    const now = Date.parse("2015-08-30T12:36:00Z");
    const signed = await signForAws(
      { ...hop, url: new URL("https://example.amazonaws.com/") },
      values,
      now,
    );
    const sorted = await signForAws(
      { ...hop, url: new URL("https://example.amazonaws.com/?Param2=value2&Param1=value1") },
      values,
      now,
    );

    expect(signed.headers["authorization"]).toMatch(
      /Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31$/,
    );
    expect(sorted.headers["authorization"]).toMatch(
      /Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500$/,
    );
  });

  test.each<[string, JsonObject]>([
    ["JSON", { method: "POST", body: { a: "ü" }, query: { b: "x y", a: "1" } }],
    ["a form", { method: "PUT", form: { a: "1" } }],
    ["nothing", { method: "DELETE" }],
  ])("fit what is sent: %s", async (_name, params) => {
    await using server = await startLoopbackServer(json(200, {}));

    await httpWith(values).send({ url: `${server.url}/a%20b/c`, ...params });

    const [request] = server.received;
    expect(request?.headers.authorization).toBe(request && expectedSignature(request, values));
  });
});

/** The signature by the steps of the documentation, from what the server got. */
function expectedSignature(
  { method, url, headers, body }: ReceivedRequest,
  {
    accessKeyId,
    secretAccessKey,
    region,
    service,
  }: Extract<CredentialValues, { kind: "awsSigV4" }>,
): string {
  const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac("sha256", key).update(text).digest();
  const signed = /SignedHeaders=([^,]*)/.exec(headers.authorization ?? "")?.[1] ?? "";
  const { pathname, searchParams } = new URL(url, "http://localhost");
  const strict = (text: string): string =>
    encodeURIComponent(text).replaceAll(
      /[!'()*]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const canonical = [
    method,
    pathname.split("/").map(strict).join("/"),
    [...searchParams]
      .map(([name, value]) => `${strict(name)}=${strict(value)}`)
      .sort()
      .join("&"),
    ...signed.split(";").map((name) => `${name}:${String(headers[name])}`),
    "",
    signed,
    hash(body),
  ].join("\n");
  const moment = String(headers["x-amz-date"]);
  const scope = `${moment.slice(0, 8)}/${region}/${service}/aws4_request`;
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = createHmac("sha256", key)
    .update(["AWS4-HMAC-SHA256", moment, scope, hash(canonical)].join("\n"))
    .digest("hex");
  return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
}

describe("a certificate of the client", () => {
  async function startTls(name: string) {
    const server = createServer(
      { key: pem(name), cert: pem(name), ca: pem("authority"), requestCert: true },
      (request, response) => {
        const { subject } = (request.socket as TLSSocket).getPeerCertificate();
        response.end(subject?.CN ?? "nobody");
      },
    );
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as AddressInfo;
    return {
      url: `https://localhost:${port}`,
      async [Symbol.asyncDispose]() {
        server.closeAllConnections();
        await new Promise((closed) => server.close(closed));
      },
    };
  }

  const values: CredentialValues = {
    kind: "mtls",
    cert: pem("client"),
    key: pem("client"),
    ca: pem("authority"),
  };

  test("is shown to the server, whose own is checked", async () => {
    await using server = await startTls("server");

    const output = await httpWith(values).send({ url: server.url });

    expect(output).toMatchObject({ status: 200, data: "client" });
  });

  test.each([
    ["self-signed", "signed by itself", "DEPTH_ZERO_SELF_SIGNED_CERT"],
    ["expired", "has expired", "CERT_HAS_EXPIRED"],
    ["other-name", "for another name: DNS:other.example", "ERR_TLS_CERT_ALTNAME_INVALID"],
  ])("is not shown to a server whose own is %s, and why is said", async (name, ...says) => {
    await using server = await startTls(name);

    await expect(httpWith(values).send({ url: server.url })).rejects.toMatchObject({
      code: "service_rejected",
      retryable: false,
      message: expect.stringMatching(new RegExp(says.join(".*"))),
    });
  });

  test("needs an encrypted connection", async () => {
    await expect(httpWith(values).send({ url: "http://localhost:1" })).rejects.toMatchObject({
      code: "params_invalid",
      message: expect.stringContaining("https://"),
    });
  });
});

test("the name of a credential is written in full: no data chooses it", () => {
  const action = createHttpService().actions["request"];
  const params = { url: "https://a.example", auth: { credential: "{{variables.name}}" } };

  expect(action && traitProblems(action, params)).toMatchObject([
    { path: ["auth"], message: "may not hold {{…}}" },
  ]);
});
