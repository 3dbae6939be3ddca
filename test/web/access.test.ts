import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { isLoopback } from "../../src/shared/host.ts";
import { rawRequest, sendRaw, startWeb, waiting } from "./start-web.ts";

const LIST = "GET /api/workflows";

describe("without a token", () => {
  test.for([
    ["Host: localhost"],
    ["Host: LOCALHOST:3000"],
    ["Host: 127.0.0.1:99"],
    ["Host: [::1]:3000"],
    ["Host: localhost:3000", "Origin: http://localhost:3000"],
    ["Host: localhost:3000", "Origin: http://127.0.0.1:3000"],
  ])("a local caller with %s is served", async (headers) => {
    await using web = await startWeb();

    expect(await sendRaw(web.port, rawRequest(LIST, headers))).toMatch(/^HTTP\/1\.1 200 /);
  });

  test.for([
    ["Host: evil.example"],
    ["Host: localhost.evil.example"],
    ["Host: localhost:3000:1"],
    ["Host: localhost@evil.example"],
    ["Host: 127.0.0.2"],
    ["Host: localhost", "Forwarded: for=192.0.2.1"],
    ["Host: localhost", "X-Forwarded-For: 127.0.0.1"],
    ["Host: localhost", "x-forwarded-anything: "],
    ["Host: localhost", "Origin: http://evil.example"],
    ["Host: localhost", "Origin: null"],
    ["Host: localhost:3000", "Origin: http://localhost:4000"],
    ["Host: localhost:3000", "Origin: http://localhost.evil.example:3000"],
  ])("a caller with %s is refused", async (headers) => {
    await using web = await startWeb();

    const answer = await sendRaw(web.port, rawRequest(LIST, headers));

    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain("Set API_TOKEN");
  });

  test.for([
    "CF-Connecting-IP",
    "CF-Ray",
    "CDN-Loop",
    "CloudFront-Viewer-Address",
    "DO-Connecting-IP",
    "Fastly-Client-IP",
    "Fly-Client-IP",
    "Incap-Client-IP",
    "Proxy-Client-IP",
    "Tailscale-User-Login",
    "True-Client-IP",
    "Via",
    "WL-Proxy-Client-IP",
    "X-Amzn-Trace-Id",
    "X-Appengine-User-Ip",
    "X-Azure-ClientIP",
    "X-Client-IP",
    "X-Cluster-Client-IP",
    "X-Envoy-External-Address",
    "X-Forwarded",
    "X-Forwarded-Host",
    "X-NF-Client-Connection-IP",
    "X-Original-Forwarded-For",
    "X-Original-URL",
    "X-Originating-IP",
    "X-ProxyUser-Ip",
    "X-Real-IP",
    "X-Remote-Addr",
    "X-Remote-IP",
    "X-Source-IP",
    "X-Vercel-Forwarded-For",
    "x-real-ip",
    "X-Varnish",
    "CDN-RequestId",
    "Front-End-Https",
    "X-Goog-IAP-JWT-Assertion",
    "X-AppEngine-Country",
    "Disguised-Host",
    "X-MS-Client-Principal",
    "X-WAWS-Unencoded-URL",
    "X-Railway-Edge",
    "Rndr-Id",
    "X-Kong-Request-Id",
    "X-Consumer-ID",
    "X-Auth-Request-User",
    "Remote-User",
    "X-Pomerium-Jwt-Assertion",
    "X-BlueCoat-Via",
    "SSL-Client-Verify",
    "X-Amzn-Oidc-Data",
    "Proxy-Connection",
    "X-NginX-Proxy",
    "X_Forwarded_For",
    "HTTP-X-Forwarded-For",
  ])("a caller whose proxy adds %s is refused", async (name) => {
    await using web = await startWeb();

    const answer = await sendRaw(
      web.port,
      rawRequest(LIST, ["Host: localhost", `${name}: 127.0.0.1`]),
    );

    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  });

  test.for(["Accept", "Idempotency-Key", "User-Agent", "X-Request-Id", "Traceparent", "X-Api-Key"])(
    "a local caller that sends %s is served",
    async (name) => {
      await using web = await startWeb();
      const answer = await sendRaw(web.port, rawRequest(LIST, ["Host: localhost", `${name}: 1`]));
      expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    },
  );

  test("headers before that of the proxy cannot push it out of sight", async () => {
    await using web = await startWeb();
    const many = Array.from({ length: 2100 }, () => "a:");

    const answer = await sendRaw(
      web.port,
      rawRequest(LIST, ["Host: localhost", ...many, "X-Forwarded-For: 192.0.2.1"]),
    );

    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  });

  test.for([
    [LIST, 403, ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"]],
    [LIST, 403, ["Sec-Fetch-Site: same-site", "Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: empty"]],
    [
      LIST,
      403,
      ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe"],
    ],
    [
      "POST /api/pause",
      403,
      ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"],
    ],
    [
      LIST,
      200,
      ["Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"],
    ],
    [LIST, 200, ["Sec-Fetch-Site: none", "Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: document"]],
    [LIST, 200, ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty"]],
  ] as const)("a browser's %s is answered with %d for %j", async ([line, status, headers]) => {
    await using web = await startWeb();
    const answer = await sendRaw(web.port, rawRequest(line, ["Host: localhost", ...headers]));
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test("nobody is served when the bot is reachable for Slack: a proxy need not say that it is one", async () => {
    await using web = await startWeb({ isReachable: true });
    const hook = { type: "webhook", path: "/webhooks/x" };
    await web.engine.workflows.deploy({ ...waiting, trigger: hook }, { by: "test" });

    const reply = await web.call("GET", "/api/workflows");

    expect(reply).toMatchObject({
      status: 403,
      body: { error: expect.stringMatching(/may be a proxy.*Set API_TOKEN/) },
    });
    for (const path of ["/dashboard", "/metrics", "/api/executions"])
      expect([path, (await web.call("GET", path)).status]).toEqual([
        path,
        path === "/metrics" ? 404 : 403,
      ]);
    expect((await web.call("POST", "/webhooks/x", {})).status).toBe(403);
    expect((await web.call("GET", "/healthz")).status).toBe(200);
  });

  test("a reachable bot serves callers with the token", async () => {
    await using web = await startWeb({ isReachable: true, apiToken: "t0ken" });
    const headers = { Authorization: "Bearer t0ken" };
    expect((await web.call("GET", "/api/workflows", undefined, headers)).status).toBe(200);
    expect((await web.call("GET", "/api/workflows")).status).toBe(401);
  });

  test("nobody is served when the server listens on the network", async () => {
    await using web = await startWeb({ host: "0.0.0.0" });

    const reply = await web.call("GET", "/api/workflows");

    expect(reply).toMatchObject({ status: 403, body: { error: expect.stringContaining("HOST") } });
    expect((await web.call("GET", "/healthz")).status).toBe(200);
  });

  test("a peer with another address of the machine is not local", async ({ skip }) => {
    const address = Object.values(networkInterfaces())
      .flat()
      .find(
        (network) => network !== undefined && !network.internal && network.family === "IPv4",
      )?.address;
    if (address === undefined) skip("this machine has no address besides loopback");
    await using web = await startWeb({ host: "0.0.0.0", apiToken: "secret" });

    const reply = await fetch(`http://${address}:${web.port}/api/workflows`);

    expect(reply.status).toBe(401);
  });

  test.for([
    ["127.0.0.1", true],
    ["127.8.9.1", true],
    ["::1", true],
    ["[::1]", true],
    ["::ffff:127.0.0.1", true],
    ["localhost", true],
    ["10.0.0.1", false],
    ["::ffff:10.0.0.1", false],
    ["127.evil.example", false],
    ["0.0.0.0", false],
    [undefined, false],
  ] as const)("%s as an address of this machine: %s", ([address, expected]) => {
    expect(isLoopback(address)).toBe(expected);
  });
});

describe("with a token", () => {
  const apiToken = "correct horse".replace(" ", "-");

  test("the right one is served, from any origin", async () => {
    await using web = await startWeb({ apiToken });

    const headers = { Authorization: `bearer ${apiToken}`, "X-Forwarded-For": "192.0.2.1" };

    expect((await web.call("GET", "/api/workflows", undefined, headers)).status).toBe(200);
  });

  test.for([
    "",
    "Bearer",
    "Bearer wrong",
    `Basic ${apiToken}`,
    `Bearer ${apiToken}x`,
    `Bearer ${apiToken} x`,
  ])("%j is refused even from this machine", async (value) => {
    await using web = await startWeb({ apiToken });

    const reply = await web.call("GET", "/api/workflows", undefined, { Authorization: value });

    expect(reply.status).toBe(401);
    expect(reply.headers.get("www-authenticate")).toContain("Bearer");
    expect(JSON.stringify(reply.body)).not.toContain(apiToken);
  });
});

describe("the rate limit", () => {
  const rateLimit = { perSecond: 0.001, burst: 2 };

  test("spares local callers", async () => {
    await using web = await startWeb({ rateLimit });

    for (let n = 0; n < 10; n += 1)
      expect((await web.call("GET", "/api/workflows")).status).toBe(200);
  });

  test("holds for everybody else, and says when to come back", async () => {
    await using web = await startWeb({ rateLimit, apiToken: "secret" });
    const headers = { Authorization: "Bearer secret", Forwarded: "for=192.0.2.1" };
    await web.call("GET", "/api/workflows", undefined, headers);
    await web.call("GET", "/api/workflows", undefined, headers);

    const third = await web.call("GET", "/api/workflows", undefined, headers);

    expect(third.status).toBe(429);
    expect(Number(third.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await web.call("GET", "/healthz", undefined, headers)).status).toBe(200);
  });

  test("spares programs of the machine with the token also when the bot is reachable", async () => {
    await using web = await startWeb({ rateLimit, apiToken: "secret", isReachable: true });
    const call = async (token: string) =>
      (await web.call("GET", "/api/workflows", undefined, { Authorization: `Bearer ${token}` }))
        .status;

    for (let n = 0; n < 5; n += 1) expect(await call("secret")).toBe(200);
    expect([await call("a"), await call("b"), await call("c")]).toEqual([401, 401, 429]);
  });

  test("of those without the right token does not lock out those with it, from the same address", async () => {
    await using web = await startWeb({ rateLimit, apiToken: "secret" });
    const call = (token: string) =>
      web.call("GET", "/api/workflows", undefined, {
        Authorization: `Bearer ${token}`,
        "X-Forwarded-For": "192.0.2.1",
      });
    const guesses = [await call("a"), await call("b"), await call("c"), await call("d")];

    expect(guesses.map(({ status }) => status)).toEqual([401, 401, 429, 429]);
    expect((await call("secret")).status).toBe(200);
  });

  test("of those that guess at addresses is theirs alone", async () => {
    await using web = await startWeb({ rateLimit, apiToken: "secret" });
    const headers = { "X-Forwarded-For": "192.0.2.1" };
    const guess = async (n: number) =>
      (await web.call("POST", `/webhooks/${n}`, {}, headers)).status;

    expect([await guess(1), await guess(2), await guess(3)]).toEqual([404, 404, 429]);
    const right = { Authorization: "Bearer secret", ...headers };
    expect((await web.call("GET", "/api/workflows", undefined, right)).status).toBe(200);
  });

  test("counts callers behind a trusted proxy apart, and believes no other", async () => {
    const trusted = {
      rateLimit,
      apiToken: "secret",
      trustedProxies: ["127.0.0.0/8", "10.0.0.0/8"],
    };
    await using behind = await startWeb(trusted);
    await using direct = await startWeb({ rateLimit, apiToken: "secret" });
    const statuses = async (web: typeof behind, hops: readonly string[]) => {
      const all: number[] = [];
      for (const hop of hops) {
        const headers = { Authorization: "Bearer secret", "X-Forwarded-For": hop };
        all.push((await web.call("GET", "/api/workflows", undefined, headers)).status);
      }
      return all;
    };
    // What stands before the last address that is no proxy's was written by the caller.
    const hops = [
      "1.1.1.1, 192.0.2.1, 10.0.0.9",
      "2.2.2.2, 192.0.2.1",
      "3.3.3.3, 192.0.2.1, 10.0.0.9",
    ];

    expect(await statuses(behind, hops)).toEqual([200, 200, 429]);
    expect(await statuses(behind, ["192.0.2.2", "192.0.2.3", "192.0.2.4"])).toEqual([
      200, 200, 200,
    ]);
    expect(await statuses(direct, ["192.0.2.2", "192.0.2.3", "192.0.2.4"])).toEqual([
      200, 200, 429,
    ]);
  });
});
