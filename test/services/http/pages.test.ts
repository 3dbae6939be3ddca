import { describe, expect, test } from "vitest";
import { createHttpService } from "../../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { json, startLoopbackServer } from "../../support/loopback-server.ts";
import { serviceContext } from "../../support/service-context.ts";

const http = createHttpService({ allowHosts: ["127.0.0.1", "localhost"] });

const get = (params: JsonObject) =>
  createServiceRegistry([http]).execute("http", "request", params, serviceContext());

/** A server with `count` pages of two items; each says in several ways where the next is. */
async function startPages(count: number, more: (page: number) => JsonObject = () => ({})) {
  return startLoopbackServer((request, response) => {
    const { searchParams } = new URL(request.url, "http://localhost");
    const page = Number(searchParams.get("page") ?? searchParams.get("cursor")?.slice(1) ?? 1);
    const next = page < count ? page + 1 : null;
    const items = page > count ? [] : [page * 2 - 1, page * 2];
    const link = `</list?page=1>; rel="first"${next === null ? "" : `, </list?page=${next}>; title="a, b"; rel="next last"`}`;
    const meta = { next: next && `/list?page=${next}`, cursor: next ? `c${next}` : "" };
    json(200, { items, meta, ...more(page) }, { link })(request, response);
  });
}

describe("pages", () => {
  test.each<[string, JsonObject]>([
    ["by the Link header", { next: "link" }],
    ["by a URL in the answer", { next: "url", path: "meta.next" }],
    ["by a cursor", { next: "cursor", path: "meta.cursor", query: "cursor" }],
    ["by counting, until one is empty", { next: "page", query: "page" }],
  ])("are read %s", async (_name, pages) => {
    await using server = await startPages(3);

    const output = await get({
      url: `${server.url}/list`,
      query: { size: 2 },
      pages: { items: "items", ...pages },
    });

    expect(output).toMatchObject({ status: 200, data: [1, 2, 3, 4, 5, 6], hasMore: false });
    expect(server.received[0]?.url).toContain("size=2");
  });

  test("are no more than are wanted, and it is said that there are others", async () => {
    await using server = await startPages(9);
    const pages = { next: "link", items: "items", limit: 2 };

    expect(await get({ url: `${server.url}/list`, pages })).toMatchObject({
      ...{ data: [1, 2, 3, 4], pages: 2, hasMore: true },
    });
    await expect(
      get({ url: `${server.url}/list`, pages: { ...pages, limit: 10_001 } }),
    ).rejects.toMatchObject({ code: "params_invalid" });
  });

  test("may be very many", async () => {
    await using server = await startPages(2000);
    const pages = { next: "cursor", path: "meta.cursor", query: "cursor", items: "items" };

    const output = await get({ url: `${server.url}/list`, pages: { ...pages, limit: 10_000 } });

    expect(output).toMatchObject({ pages: 2000, data: { length: 4000 } });
  });

  test.each<[string, (page: number) => JsonObject, JsonObject]>([
    [
      "a cursor that comes again",
      (page) => ({ meta: { cursor: page === 3 ? "c2" : `c${page + 1}` } }),
      { next: "cursor", path: "meta.cursor", query: "cursor" },
    ],
    [
      "a server that does not know the parameter",
      () => ({ items: [1, 2] }),
      { next: "page", query: "page" },
    ],
  ])("end at %s", async (_name, more, pages) => {
    await using server = await startPages(1000, more);

    await expect(
      get({ url: `${server.url}/list`, pages: { items: "items", ...pages } }),
    ).rejects.toMatchObject({
      code: "service_rejected",
      retryable: false,
      message: expect.stringContaining("leads back"),
    });
    expect(server.received.length).toBeLessThan(5);
  });

  test("do not lead to another host", async () => {
    await using other = await startPages(1);
    await using server = await startPages(9, () => ({ meta: { next: `${other.url}/list` } }));

    await expect(
      get({
        ...{ url: `${server.url}/list`, headers: { authorization: "Bearer x" } },
        pages: { next: "url", path: "meta.next", items: "items" },
      }),
    ).rejects.toThrow(/leads to 127\.0\.0\.1:\d+, and pages are read from one host alone/);
    expect(other.received).toEqual([]);
  });

  test("are no larger together than a run keeps", async () => {
    await using server = await startPages(1000, (page) => ({
      items: [`${page}${"x".repeat(300_000)}`],
    }));

    await expect(
      get({ url: `${server.url}/list`, pages: { next: "link", items: "items" } }),
    ).rejects.toThrow("larger than 1 MB together");
    expect(server.received).toHaveLength(4);
  });

  test("without a list say so", async () => {
    await using server = await startPages(2);

    await expect(
      get({ url: `${server.url}/list`, pages: { next: "link", items: "data.rows" } }),
    ).rejects.toThrow("Page 1 of 127.0.0.1");
  });

  test.each<[string, JsonObject]>([
    ["pages.path", { pages: { next: "url" } }],
    ["pages.query", { pages: { next: "page" } }],
    ["pages", { pages: { next: "link" }, method: "POST" }],
  ])("are refused where %s does not fit", async (path, params) => {
    await expect(get({ url: "http://localhost:1/", ...params })).rejects.toMatchObject({
      code: "params_invalid",
      message: expect.stringContaining(`"${path}"`),
    });
  });
});

describe("an effect that may have happened", () => {
  const order = { id: 7 };
  const look = async (params: JsonObject, status: number, body: unknown) => {
    await using server = await startLoopbackServer(json(status, body));
    const url = `${server.url}/orders?ref=1`;
    const action = http.actions["request"];
    const found = await action?.look?.(
      { url: server.url, method: "POST", body: {}, look: { url, ...params } },
      serviceContext(),
    );
    return { found, received: server.received };
  };

  test("is looked for by a GET, and what is found is the output", async () => {
    const { found, received } = await look({}, 200, order);

    expect(found).toMatchObject({ status: 200, data: order });
    expect(received).toMatchObject([{ method: "GET", url: "/orders?ref=1", body: "" }]);
  });

  test("has not happened where there is nothing", async () => {
    expect((await look({}, 404, {})).found).toBeNull();
    expect((await look({ found: "items" }, 200, { items: [] })).found).toBeNull();
    expect((await look({ found: "items.first" }, 200, {})).found).toBeNull();
    for (const found of ["items", "items.0"])
      expect((await look({ found }, 200, { items: [order] })).found).toMatchObject({
        data: { items: [order] },
      });
    expect((await look({ found: "items.0" }, 200, { items: [] })).found).toBeNull();
  });

  test("stays unknown where the question is refused", async () => {
    await expect(look({}, 500, {})).rejects.toMatchObject({ retryable: true });
  });

  test("is looked for only where the step says how, and repeated otherwise", () => {
    const policy = http.actions["request"]?.onUnknown;
    const of = (params: JsonObject) => (typeof policy === "function" ? policy(params) : policy);

    expect(of({ url: "http://localhost" })).toBe("repeat");
    expect(of({ url: "http://localhost", look: { url: "http://localhost" } })).toBe("look");
  });
});

test("the key of a repeat is sent in the header that the service wants", async () => {
  await using server = await startLoopbackServer(json(200, {}));

  await get({ url: server.url, method: "POST", idempotencyHeader: "X-Request-Id" });

  expect(server.received[0]?.headers).toMatchObject({ "x-request-id": "exec_1/send#1" });
  expect(server.received[0]?.headers).not.toHaveProperty("idempotency-key");
});
