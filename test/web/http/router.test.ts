import { describe, expect, test } from "vitest";
import { rawRequest, sendRaw, startWeb } from "../start-web.ts";

describe("finding a route", () => {
  test("named segments are decoded, and any text is only text", async () => {
    await using web = await startWeb();
    const missing = async (id: string) =>
      (await web.call("GET", `/api/executions/${id}`)).body.error;

    expect(await missing("a%2Fb")).toContain("a/b");
    expect(await missing("__proto__")).toContain("__proto__");
  });

  test("a fixed segment is preferred, HEAD finds GET, a slash at the end does not matter", async () => {
    await using web = await startWeb();
    const refused = await web.call("POST", "/api/workflows/generate", {});

    expect(refused.body.error).toContain("description");
    expect((await web.call("GET", "/api/workflows/generate")).body.code).toBe("workflow_not_found");
    expect((await web.call("HEAD", "/healthz/")).status).toBe(200);
  });

  test("each way to write a segment finds the same route", async () => {
    await using web = await startWeb();

    expect((await web.call("GET", "/api/workflow%73")).status).toBe(200);
  });

  test("dots in a path are names like any other, not steps to another route", async () => {
    await using web = await startWeb();
    for (const path of ["/api/../healthz", "/api/%2e%2e/healthz", "/api\\..\\healthz"])
      expect([
        path,
        await sendRaw(web.port, rawRequest(`GET ${path}`, ["Host: localhost"])),
      ]).toEqual([path, expect.stringMatching(/^HTTP\/1\.1 404 [^]*route_not_found/)]);
  });

  test("an unknown path names the routes near it", async () => {
    await using web = await startWeb();
    const wrong = await web.call("POST", "/api/workflow/demo/exectue");

    expect(wrong.body.error).toMatch(
      /There is no POST \/api\/workflow\/demo\/exectue\. Near it: POST \/api\/workflows\/:id\/execute/,
    );
    expect((await web.call("GET", "/constructor")).body.code).toBe("route_not_found");
  });

  test("a wrong method names the right ones", async () => {
    await using web = await startWeb();
    const wrong = await web.call("DELETE", "/api/budgets");

    expect(wrong).toMatchObject({ status: 405, body: { code: "method_not_allowed" } });
    expect(wrong.headers.get("allow")).toBe("POST, GET, HEAD, OPTIONS");
  });

  test("a broken percent sign is the caller's mistake", async () => {
    await using web = await startWeb();

    expect((await web.call("GET", "/api/workflows/%zz")).body.code).toBe("input_invalid");
    expect((await web.call("GET", "/%zz")).body.code).toBe("input_invalid");
  });
});
