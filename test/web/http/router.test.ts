import { describe, expect, test } from "vitest";
import type { Method, Route } from "../../../src/web/http/route.ts";
import { createRouter } from "../../../src/web/http/router.ts";

function route(method: Method, path: string): Route {
  return { method, path, handle: async () => ({ body: {} }) };
}

const router = createRouter([
  route("GET", "/api/workflows"),
  route("POST", "/api/workflows"),
  route("GET", "/api/workflows/:id"),
  route("POST", "/api/workflows/:id/execute"),
  route("GET", "/api/workflows/special"),
  route("GET", "/healthz"),
]);

describe("finding a route", () => {
  test("named segments are decoded, and any text is only text", () => {
    expect(router.find("GET", "/api/workflows/a%2Fb").params.get("id")).toBe("a/b");
    expect(router.find("GET", "/api/workflows/__proto__").params.get("id")).toBe("__proto__");
  });

  test("a fixed segment is preferred, HEAD finds GET, a slash at the end does not matter", () => {
    expect(router.find("GET", "/api/workflows/special").route.path).toBe("/api/workflows/special");
    expect(router.find("HEAD", "/healthz/").route.path).toBe("/healthz");
  });

  test("an unknown path names the routes near it", () => {
    expect(() => router.find("POST", "/api/workflow/demo/exectue")).toThrow(
      /There is no POST \/api\/workflow\/demo\/exectue\. Near it: POST \/api\/workflows\/:id\/execute/,
    );
    expect(() => router.find("GET", "/constructor")).toThrow(
      expect.objectContaining({ code: "route_not_found" }),
    );
  });

  test("a wrong method names the right ones", () => {
    expect(() => router.find("DELETE", "/api/workflows")).toThrow(
      expect.objectContaining({
        code: "method_not_allowed",
        details: { allow: "GET, POST, HEAD, OPTIONS" },
      }),
    );
  });

  test("a broken percent sign is the caller's mistake", () => {
    expect(() => router.find("GET", "/api/workflows/%zz")).toThrow(
      expect.objectContaining({ code: "input_invalid" }),
    );
  });
});
