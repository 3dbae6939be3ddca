import { networkInterfaces } from "node:os";
import { describe, expect, test } from "vitest";
import { isLoopback } from "../../src/shared/host.ts";
import { rawRequest, sendRaw, startWeb } from "./start-web.ts";

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
});
