import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { createHttpService } from "../../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { inTurn, json, startLoopbackServer } from "../../support/loopback-server.ts";
import { serviceContext } from "../../support/service-context.ts";

async function request(
  params: JsonObject,
  allowHosts: readonly string[] = ["127.0.0.1"],
  signal = new AbortController().signal,
): Promise<Json> {
  const services = createServiceRegistry([createHttpService({ allowHosts })]);
  return services.execute("http", "request", params, serviceContext({ signal }));
}

describe("a request", () => {
  test("gives status, headers and the JSON that came", async () => {
    await using server = await startLoopbackServer(json(200, { a: [1] }, { "x-a": "b" }));

    const output = await request({ url: `${server.url}/x?a=1`, query: { b: [2, "c d"], e: null } });

    expect(output).toMatchObject({ status: 200, data: { a: [1] }, headers: { "x-a": "b" } });
    expect(server.received[0]).toMatchObject({ method: "GET", url: "/x?a=1&b=2&b=c+d" });
  });

  test("sends a body as JSON with the key of the step", async () => {
    await using server = await startLoopbackServer(json(201, {}));

    await request({ url: server.url, method: "post", body: { amount: 5 }, headers: { "X-N": 7 } });

    expect(server.received[0]).toMatchObject({
      method: "POST",
      body: '{"amount":5}',
      headers: {
        "content-type": "application/json",
        "idempotency-key": "exec_1/send#1",
        "x-n": "7",
      },
    });
  });

  test.each([
    ['{"a":1}', "application/json"],
    ["hello", "text/plain; charset=utf-8"],
  ])("sends the text %s as %s", async (body, type) => {
    await using server = await startLoopbackServer(json(200, {}));

    await request({ url: server.url, method: "PUT", body });

    expect(server.received[0]).toMatchObject({ body, headers: { "content-type": type } });
  });

  test("keeps the headers that the definition sets, a form too", async () => {
    await using server = await startLoopbackServer(json(200, {}));

    await request({
      url: server.url,
      method: "POST",
      body: { a: "b c" },
      headers: {
        "Idempotency-Key": "mine",
        "Content-Type": "application/x-www-form-urlencoded",
      },
    });

    expect(server.received[0]).toMatchObject({
      body: "a=b+c",
      headers: { "idempotency-key": "mine" },
    });
  });

  test.for(["application/json", "application/x-www-form-urlencoded"])(
    "keeps members of any name in a body of the type %s",
    async (type) => {
      await using server = await startLoopbackServer(json(200, {}));
      const body: Json = JSON.parse(
        '{"constructor": {"prototype": {"a": 1}}, "__proto__": {"b": 2}, "toString": 3}',
      );

      await request({ url: server.url, method: "POST", body, headers: { "Content-Type": type } });

      const form = "constructor[prototype][a]=1&__proto__[b]=2&toString=3";
      const sent = decodeURIComponent(server.received[0]?.body ?? "");
      expect(sent).toBe(type === "application/json" ? JSON.stringify(body) : form);
    },
  );

  test("has the length of its body, whatever its headers say", async () => {
    await using server = await startLoopbackServer(json(200, {}));
    const headers = { "Content-Length": "3", "Transfer-Encoding": "chunked" };

    await request({ url: server.url, method: "POST", body: "GET /admin", headers });

    expect(server.received).toMatchObject([
      { body: "GET /admin", headers: { "content-length": "10" } },
    ]);
    expect(server.received[0]?.headers).not.toHaveProperty("transfer-encoding");
  });

  test("leaves out a header that is null, and takes a time limit as any other duration", async () => {
    await using server = await startLoopbackServer(json(200, {}));

    await request({
      url: server.url,
      headers: { "X-A": null, "X-B": " b\n" },
      query: { a: null, b: [null, 1], c: "" },
      timeout: "10s",
    });

    expect(server.received[0]?.url).toBe("/?b=1&c=");
    expect(server.received[0]?.headers).not.toHaveProperty("x-a");
    expect(server.received[0]?.headers).toMatchObject({ "x-b": "b" });
  });

  test.each([
    "a\r\nX-Admin: 1",
    "a\nX-Admin: 1",
    "a\rX-Admin: 1",
    "a\u0000b",
    "a\u007Fb",
    "a\u2028b",
    "日本語",
    "a\n\n{}",
  ])("the header %j is refused, and none is added", async (value) => {
    await using server = await startLoopbackServer(json(200, {}));

    await expect(request({ url: server.url, headers: { "X-A": value } })).rejects.toMatchObject({
      code: "params_invalid",
      message: expect.stringContaining('"headers.X-A" is not right: one line'),
    });
    expect(server.received).toEqual([]);
  });

  test.each(["X-A: 1\r\nX-B", "X A", "X-A:", "", "Ü"])("%j is no header's name", async (name) => {
    await using server = await startLoopbackServer(json(200, {}));

    await expect(request({ url: server.url, headers: { [name]: "1" } })).rejects.toMatchObject({
      code: "params_invalid",
      message: expect.stringContaining("is not right: a header's name"),
    });
    expect(server.received).toEqual([]);
  });

  test.each([
    "https://a.exam\nple/",
    "https://a.example/\r\nx",
    "http\t://a.example",
    "javascript:alert(1)",
    "file:///etc/passwd",
    "//a.example/x",
    "a.example/x",
    "",
    "5m",
  ])("%j is no URL", async (url) => {
    await expect(request({ url })).rejects.toMatchObject({ code: "params_invalid" });
  });

  test.each(["6m", "0", "-1s", "soon", 300_001])("%j is no time limit", async (timeout) => {
    await expect(request({ url: "https://a.example", timeout })).rejects.toMatchObject({
      code: "params_invalid",
      message: expect.stringContaining('"timeout"'),
    });
  });

  const J = "application/json";
  const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
  test.each<[string, string, Buffer | string, Json]>([
    ["text", "text/plain", "hello", "hello"],
    ["nothing", "application/json", "", null],
    ["JSON under another name", "text/plain", '{"a":1}', { a: 1 }],
    ["JSON of a special kind", "application/problem+json", "[1]", [1]],
    ["broken JSON", "application/json", '{"a":', '{"a":'],
    ["JSON nested a million deep", "application/json", "[".repeat(9999), "[".repeat(9999)],
    ["a large id", J, '{"id":12345678901234567890,"n":1}', { id: "12345678901234567890", n: 1 }],
    ["an integer beyond 2^53", J, "[9007199254740993]", ["9007199254740993"]],
    ["the largest exact integer", J, "[9007199254740991]", [9007199254740991]],
    [
      "a long decimal",
      J,
      '{"x":[0.12345678901234567890123]}',
      { x: ["0.12345678901234567890123"] },
    ],
    ["a double", J, '{"x":0.30000000000000004}', { x: 0.30000000000000004 }],
    ["a number beyond all doubles", J, "[1e400, -1e400]", ["1e400", "-1e400"]],
    ["a number near nothing", J, "[1e-400]", ["1e-400"]],
    ["a negative zero", J, '{"x":-0}', { x: 0 }],
    ["a number alone", J, "9007199254740993", "9007199254740993"],
    ["an exponent", J, "[1.5e3, 1E-2]", [1500, 0.01]],
    ["zeros at the end", J, '{"x":1200.50}', { x: 1200.5 }],
    ["digits within text", J, '{"x":"12345678901234567890"}', { x: "12345678901234567890" }],
    ["a name given twice", J, '{"a":1,"a":2}', '{"a":1,"a":2}'],
    ["a name given twice inside", J, '[{"a":{"b":1,"b":1}}]', '[{"a":{"b":1,"b":1}}]'],
    ["half a character", J, '{"a":"\\ud83d"}', '{"a":"\\ud83d"}'],
    ["an escaped character", J, '{"a":"\\ud83d\\ude00"}', { a: "😀" }],
    ["a byte order mark", J, '\uFEFF{"a":1}', { a: 1 }],
    ["names of the prototype", J, '{"constructor":1}', { constructor: 1 }],
    ["JSON nested too deep", J, nested(101), nested(101)],
    ["JSON that is not too deep", J, `"${"[".repeat(200)}"`, "[".repeat(200)],
    ["JSON in Latin 1", `${J}; charset=iso-8859-1`, Buffer.from([0x22, 0xe4, 0x22]), "ä"],
    ["another alphabet", "text/plain; charset=iso-8859-1", Buffer.from([0xe4]), "ä"],
  ])("takes %s for what it is", async (_name, type, body, data) => {
    await using server = await startLoopbackServer((_request, response) =>
      response.writeHead(200, { "content-type": type }).end(body),
    );

    expect(await request({ url: server.url })).toMatchObject({ data });
  });

  test.each([{ url: "ftp://x/y" }, { url: "nonsense" }, { url: "http://x", verb: "GET" }, {}])(
    "%j is refused before anything is sent",
    async (params) => {
      await expect(request(params)).rejects.toMatchObject({ code: "params_invalid" });
    },
  );
});

describe("a status", () => {
  test.each([
    [400, {}, { code: "service_rejected", retryable: false }],
    [404, {}, { code: "service_rejected", retryable: false }],
    [408, {}, { code: "service_unavailable", retryable: true }],
    [425, {}, { code: "service_unavailable", retryable: true }],
    [429, { "retry-after": "3" }, { retryable: true, retryAfterMs: 3000 }],
    [500, {}, { code: "service_unavailable", retryable: true, outcomeUnknown: false }],
    [503, { "retry-after": "Wed, 21 Oct 2015 07:28:00 GMT" }, { retryAfterMs: 0 }],
  ])("of %i %j is a failure", async (status, headers, error) => {
    await using server = await startLoopbackServer(json(status, { why: "so" }, headers));

    await expect(request({ url: server.url })).rejects.toMatchObject({
      ...error,
      message: expect.stringContaining(`status ${status}: {"why":"so"}`),
    });
  });

  test("that is expected is none", async () => {
    await using server = await startLoopbackServer(json(404, {}));

    expect(await request({ url: server.url, expectStatus: 404 })).toMatchObject({ status: 404 });
    expect(await request({ url: server.url, expectStatus: [409, 404] })).toMatchObject({
      status: 404,
    });
  });
});

describe("private addresses", () => {
  test.each(["http://127.0.0.1", "http://localhost", "http://[::1]", "http://2130706433"])(
    "%s is refused and never reached",
    async (base) => {
      await using server = await startLoopbackServer(json(200, {}));

      await expect(request({ url: `${base}:${server.port}/` }, [])).rejects.toMatchObject({
        code: "service_rejected",
        retryable: false,
        message: expect.stringContaining("HTTP_ALLOW_HOSTS"),
      });
      expect(server.received).toHaveLength(0);
    },
  );

  test.each(["http://10.0.0.1", "http://169.254.169.254/latest", "http://[::ffff:10.0.0.1]"])(
    "%s is refused at once",
    async (url) => {
      await expect(request({ url }, ["192.168.0.0/16"])).rejects.toMatchObject({
        code: "service_rejected",
      });
    },
  );

  test.each([["127.0.0.1"], ["127.0.0.0/8"], ["10.0.0.0/8", "127.0.0.1"]])(
    "HTTP_ALLOW_HOSTS with %s opens the address",
    async (...allow) => {
      await using server = await startLoopbackServer(json(200, {}));

      expect(await request({ url: server.url }, allow)).toMatchObject({ status: 200 });
    },
  );

  test("a name may be listed, with its port, or by the network that it leads to", async () => {
    await using server = await startLoopbackServer(json(200, {}));
    const url = `http://localhost:${server.port}/`;

    expect(await request({ url }, ["localhost"])).toMatchObject({ status: 200 });
    expect(await request({ url }, [`localhost:${server.port}`])).toMatchObject({ status: 200 });
    expect(await request({ url }, ["127.0.0.0/8", "::1"])).toMatchObject({ status: 200 });
    await expect(request({ url }, ["localhost:1"])).rejects.toMatchObject({
      code: "service_rejected",
    });
  });

  test("a redirect does not lead around the guard", async () => {
    await using inside = await startLoopbackServer(json(200, {}));
    await using outside = await startLoopbackServer((_request, response) =>
      response.writeHead(302, { location: `http://127.0.0.1:${inside.port}/admin` }).end(),
    );

    const url = `http://localhost:${outside.port}/`;
    await expect(request({ url }, ["localhost"])).rejects.toMatchObject({
      code: "service_rejected",
    });
    expect(outside.received).toHaveLength(1);
    expect(inside.received).toHaveLength(0);
  });
});

describe("a redirect", () => {
  test("is followed; another host gets no keys", async () => {
    await using target = await startLoopbackServer(json(200, { ok: true }));
    await using first = await startLoopbackServer((_request, response) =>
      response.writeHead(307, { location: `${target.url}/next` }).end(),
    );

    const output = await request({
      url: first.url,
      method: "POST",
      body: { a: 1 },
      headers: { Authorization: "Bearer x", "X-Api-Key": "y" },
    });

    expect(output).toMatchObject({ data: { ok: true } });
    expect(first.received[0]?.headers).toMatchObject({ authorization: "Bearer x" });
    expect(target.received[0]).toMatchObject({ method: "POST", url: "/next", body: '{"a":1}' });
    expect(target.received[0]?.headers).not.toHaveProperty("authorization");
    expect(target.received[0]?.headers).not.toHaveProperty("x-api-key");
  });

  test("of a POST by 303 becomes a GET", async () => {
    await using server = await startLoopbackServer(
      inTurn(
        (_request, response) => response.writeHead(303, { location: "/done" }).end(),
        json(200, {}),
      ),
    );

    await request({ url: server.url, method: "POST", body: { a: 1 } });

    expect(server.received[1]).toMatchObject({ method: "GET", url: "/done", body: "" });
  });

  test("in a circle ends", async () => {
    await using server = await startLoopbackServer((_request, response) =>
      response.writeHead(302, { location: "/" }).end(),
    );

    await expect(request({ url: server.url })).rejects.toMatchObject({
      message: expect.stringContaining("more than 5 times"),
    });
  });

  test("to something else than the web is refused", async () => {
    await using server = await startLoopbackServer((_request, response) =>
      response.writeHead(302, { location: "file:///etc/passwd" }).end(),
    );

    await expect(request({ url: server.url })).rejects.toMatchObject({ code: "service_rejected" });
  });
});

describe("trouble", () => {
  test("an answer over 1 MB is refused, a compressed one too", async () => {
    await using server = await startLoopbackServer(
      inTurn(
        (_request, response) => response.end("x".repeat(1_000_001)),
        (_request, response) =>
          response
            .writeHead(200, { "content-encoding": "gzip" })
            .end(gzipSync("x".repeat(5_000_000))),
      ),
    );

    for (let round = 0; round < 2; round += 1) {
      await expect(request({ url: server.url })).rejects.toMatchObject({
        code: "service_rejected",
        retryable: false,
        message: expect.stringContaining("larger than 1 MB"),
      });
    }
  });

  test.each<[string, (response: ServerResponse) => void]>([
    ["nothing", () => {}],
    ["headers alone", (response) => response.writeHead(200).flushHeaders()],
    ["a reset", (response) => response.destroy()],
  ])(
    "%s after a POST leaves the outcome unknown, after a GET it does not",
    async (_name, answer) => {
      await using server = await startLoopbackServer((_request, response) => answer(response));
      const send = async (method: string) => request({ url: server.url, method, timeout: 150 });

      await expect(send("POST")).rejects.toMatchObject({
        code: "service_unavailable",
        retryable: true,
        outcomeUnknown: true,
      });
      await expect(send("GET")).rejects.toMatchObject({ retryable: true, outcomeUnknown: false });
    },
  );

  test("a closed port and an unknown name had no effect", async () => {
    const server = await startLoopbackServer(json(200, {}));
    await server[Symbol.asyncDispose]();

    for (const url of [server.url, "http://nothing.invalid/"]) {
      await expect(request({ url, method: "POST" })).rejects.toMatchObject({
        code: "service_unavailable",
        retryable: true,
        outcomeUnknown: false,
      });
    }
  });

  test("errors name the host and nothing that may be secret", async () => {
    await using server = await startLoopbackServer(json(500, {}));

    const error: unknown = await request({
      url: `${server.url}/hooks/T0KEN?key=s3cret`,
      headers: { authorization: "Bearer s3cret" },
    }).catch((thrown: unknown) => thrown);

    expect(String(error)).toContain(`127.0.0.1:${server.port}`);
    expect(String(error)).not.toMatch(/T0KEN|s3cret/);
  });
});
