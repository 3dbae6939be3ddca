import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { AppError } from "../../src/shared/errors.ts";
import { doubling, rawRequest, sendRaw, startWeb } from "./start-web.ts";

const POST = "POST /api/workflows";
const HOST = "Host: localhost";

describe("bodies", () => {
  test("malformed JSON is answered with line and column", async () => {
    await using web = await startWeb();

    const { status, body } = await web.call("POST", "/api/workflows", '{\n  "id": "x",\n}');

    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "json_malformed", line: 3, column: 1, position: 15 });
  });

  test("a body of 1 MB is read, one byte more is too much, and the connection goes on", async () => {
    await using web = await startWeb();
    const frame = JSON.stringify({ text: "" }).length;

    const fits = await web.call("POST", "/api/workflows", {
      text: "x".repeat(1024 * 1024 - frame),
    });
    const large = await web.call("POST", "/api/workflows", {
      text: "x".repeat(1024 * 1024 - frame + 1),
    });

    expect(fits.status).toBe(400);
    expect(fits.body.code).toBe("definition_invalid");
    expect(large).toMatchObject({ status: 413, body: { code: "body_too_large" } });
    expect(large.headers.get("connection")).toBe("keep-alive");
  });

  test("a body of 15 MB in chunks is drained and answered", async () => {
    await using web = await startWeb();

    const reply = await fetch(`${web.url}/api/workflows`, {
      method: "POST",
      body: new Blob(["x".repeat(15 * 1024 * 1024)]).stream(),
      duplex: "half",
    });

    expect(reply.status).toBe(413);
  });

  test("more than 16 MB is answered without being read", async () => {
    await using web = await startWeb();
    const head = `${POST} HTTP/1.1\r\n${HOST}\r\n`;
    const megabyte = "x".repeat(1024 * 1024);
    const chunk = `100000\r\n${megabyte}\r\n`;

    const announced = await sendRaw(web.port, `${head}Content-Length: 99999999999\r\n\r\n`);
    const unannounced = await sendRaw(
      web.port,
      `${head}Transfer-Encoding: chunked\r\n\r\n`,
      ...Array.from({ length: 17 }, () => chunk),
    );

    expect(announced).toMatch(/^HTTP\/1\.1 413 [^]*Connection: close/);
    expect(unannounced).toMatch(/^HTTP\/1\.1 413 /);
  });

  test("a caller that hangs up in the middle harms nobody", async () => {
    await using web = await startWeb();
    const socket = connect(web.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write(`${POST} HTTP/1.1\r\n${HOST}\r\nContent-Length: 100\r\n\r\n{"id"`);
    socket.destroy();

    expect((await web.call("GET", "/healthz")).status).toBe(200);
  });
});

describe("requests that fit no route", () => {
  test("an unknown path is 404 as JSON and names what is near", async () => {
    await using web = await startWeb();

    const { status, body } = await web.call("GET", "/api/workflow");

    expect(status).toBe(404);
    expect(body.near).toContain("GET /api/workflows");
  });

  test("a wrong method is 405 with Allow, and OPTIONS lists the methods", async () => {
    await using web = await startWeb();

    const wrong = await web.call("DELETE", "/api/workflows");
    const options = await web.call("OPTIONS", "/api/workflows");

    expect(wrong.status).toBe(405);
    expect(wrong.headers.get("allow")).toBe("POST, GET, HEAD, OPTIONS");
    expect(options.status).toBe(204);
    expect(options.headers.get("access-control-allow-origin")).toBeNull();
  });

  test("HEAD is GET without a body", async () => {
    await using web = await startWeb();

    const reply = await web.call("HEAD", "/api/workflows");

    expect(reply).toMatchObject({ status: 200, body: null });
    expect(Number(reply.headers.get("content-length"))).toBeGreaterThan(0);
  });

  test.for([
    ["GET http://evil.example/api/workflows", 400],
    ["GET //api/workflows", 404],
    ["GET /api/../healthz", 404],
    ["GET /api/workflows/%zz", 400],
    ["GET /%00", 404],
    ["BREW /coffee", 400],
    ["GET /healthz?%zz=%zz", 200],
  ] as const)("%s is %d", async ([line, status]) => {
    await using web = await startWeb();

    expect(await sendRaw(web.port, rawRequest(line, [HOST]))).toMatch(
      new RegExp(`^HTTP/1\\.1 ${status} `),
    );
  });

  test.for([
    ["no HTTP at all\r\n\r\n", 400],
    [`GET / HTTP/1.1\r\n${HOST}\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    [
      `${POST} HTTP/1.1\r\n${HOST}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
  ] as const)("bytes that are no request get an answer (%#)", async ([bytes, status]) => {
    await using web = await startWeb();

    const answer = await sendRaw(web.port, bytes);

    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('"error"');
  });

  test("a request that does not arrive whole in time is 408", async () => {
    await using web = await startWeb({ timeouts: { requestMs: 100, headersMs: 100 } });

    expect(await sendRaw(web.port, "GET /healthz HTTP/1.1\r\nHost: lo")).toMatch(
      /^HTTP\/1\.1 408 /,
    );
  });
});

describe("every answer", () => {
  test("carries the headers that keep it from other pages", async () => {
    await using web = await startWeb();

    for (const path of ["/api/workflows", "/nothing"]) {
      const { headers } = await web.call("GET", path);
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toContain("default-src 'none'");
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-request-id")).toMatch(/^req_/);
    }
  });

  test("tells nothing of an error of ours but a reference", async () => {
    await using web = await startWeb();
    await web.store[Symbol.asyncDispose]();

    const { status, body } = await web.call("POST", "/api/workflows", doubling);

    expect(status).toBeGreaterThanOrEqual(500);
    expect(body.reference).toMatch(/^req_/);
    expect(JSON.stringify(body)).not.toMatch(/\.ts|at \/|node:/);
  });
});

describe("the life of the server", () => {
  test("it is healthy and ready until it stops", async () => {
    let reason: string | null = "Slack is not connected yet.";
    await using web = await startWeb({ notReady: () => reason });

    const before = await web.call("GET", "/readyz");
    reason = null;

    expect(before).toMatchObject({ status: 503, body: { reason: "Slack is not connected yet." } });
    expect((await web.call("GET", "/readyz")).status).toBe(200);
    expect((await web.call("GET", "/healthz")).body).toEqual({ status: "ok" });
  });

  test("it is not ready while its store cannot write, and asking often writes seldom", async () => {
    await using web = await startWeb();
    let writes = 0;
    web.store.kv.set = async () => {
      writes += 1;
      throw new AppError({
        code: "store_unavailable",
        message: "The disk that holds heddle.db is full.",
      });
    };

    const answers = await Promise.all([1, 2, 3].map(() => web.call("GET", "/readyz")));

    for (const answer of answers)
      expect(answer).toMatchObject({ status: 503, body: { code: "store_unavailable" } });
    expect(writes).toBe(1);
    expect((await web.call("GET", "/healthz")).status).toBe(200);
  });

  test("a request under way is finished when it stops; new ones are not taken", async () => {
    const began = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    await using web = await startWeb({
      extraHandlers: {
        "/slack/events": (_request, response) => {
          began.resolve();
          void goOn.promise.then(() => response.end("done"));
        },
      },
    });
    const underWay = fetch(`${web.url}/slack/events?x=1`, { method: "POST" });
    await began.promise;

    const stopped = web.stop();
    goOn.resolve();

    expect(await (await underWay).text()).toBe("done");
    await stopped;
    await expect(fetch(`${web.url}/healthz`)).rejects.toThrow();
    await web.stop();
  });

  test("a handler that throws at a request does not end the process", async () => {
    await using web = await startWeb({
      extraHandlers: {
        "/slack/events": () => {
          throw new Error("This is not for me.");
        },
      },
    });

    const reply = await fetch(`${web.url}/slack/events`);

    expect(reply.status).toBe(500);
    expect(await reply.text()).not.toContain("not for me");
    expect((await web.call("GET", "/healthz")).status).toBe(200);
  });

  test("an answer that never comes does not hold the end up", async () => {
    const began = Promise.withResolvers<void>();
    await using web = await startWeb({
      timeouts: { stopMs: 20 },
      extraHandlers: { "/stuck": () => began.resolve() },
    });
    const stuck = fetch(`${web.url}/stuck`).catch((error: unknown) => error);
    await began.promise;

    await web.stop();

    expect(await stuck).toBeInstanceOf(TypeError);
  });

  test("a port that is taken is a sentence that names the variable", async () => {
    await using web = await startWeb();

    await expect(startWeb({ port: web.port })).rejects.toThrow(/set PORT to a free one/);
  });
});
