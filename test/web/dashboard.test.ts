import { describe, expect, test } from "vitest";
import { askWorkflow } from "../support/ask-workflow.ts";
import { startWebHarness } from "./web-harness.ts";

const HOSTILE = '<script>alert("x")</script>';

async function look(url: string, accept?: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/dashboard`, {
    headers: { ...(accept !== undefined && { accept }), ...headers },
  });
  return { response, text: await response.text() };
}

describe("GET /dashboard", () => {
  test("gives programs that ask for JSON exactly the fields of the contract", async () => {
    await using web = await startWebHarness(askWorkflow());
    await web.harness.start("ask", {});

    const { status, body } = await web.get("/dashboard");

    expect(status).toBe(200);
    expect(body).toEqual({
      totalWorkflows: 1,
      totalExecutions: 1,
      workflows: [
        { id: "ask", name: "Ask", metrics: (await web.get("/api/workflows/ask/metrics")).body },
      ],
    });
  });

  test.for([
    ["application/json", "application/json; charset=utf-8"],
    ["application/json, text/plain, */*", "application/json; charset=utf-8"],
    ["text/html;q=0.5, application/json", "application/json; charset=utf-8"],
    ["text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"],
    ["text/html, application/json;q=0.9", "text/html; charset=utf-8"],
    ["application/json;q=0, */*", "text/html; charset=utf-8"],
    ["*/*", "text/html; charset=utf-8"],
  ] as const)("answers Accept: %s with %s", async ([accept, type]) => {
    await using web = await startWebHarness(askWorkflow());

    const { response } = await look(web.url, accept);

    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    expect(response.headers.get("vary")).toBe("Accept");
  });

  test("shows workflows with their figures, and executions with what they wait for", async () => {
    await using web = await startWebHarness(askWorkflow());
    const waiting = await web.harness.start("ask", {});
    const over = await web.harness.start("ask", {});
    await web.harness.decide(over.executionId, "U0BOB", "approve");

    const { text } = await look(web.url, "text/html");

    expect(text).toMatch(/^<!doctype html>/);
    expect(text).toContain('href="/api/workflows/ask"');
    expect(text).toMatch(/data-label="Success">50\.0%/);
    const row = (id: string) => new RegExp(`href="/api/executions/${id}".*`).exec(text)?.[0];
    expect(row(waiting.executionId)).toMatch(/>waiting<.*for approval/);
    expect(row(over.executionId)).toMatch(/>completed</);
  });

  test("says so where there is nothing yet", async () => {
    await using web = await startWebHarness(askWorkflow());

    expect((await look(web.url, "text/html")).text).toContain("Nothing has run yet.");
  });

  test("escapes what comes from outside", async () => {
    await using web = await startWebHarness(askWorkflow({}, { name: HOSTILE }));
    await web.harness.start("ask", {});

    const { text } = await look(web.url, "text/html");

    expect(text).not.toContain("<script");
    expect(text.match(/&lt;script&gt;alert\(&quot;x&quot;\)&lt;\/script&gt;/g)).toHaveLength(2);
  });

  test("allows its own style sheet and nothing else", async () => {
    await using web = await startWebHarness(askWorkflow());

    const { response, text } = await look(web.url, "text/html");

    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/]+=*'; /);
    expect(policy).toContain("frame-ancestors 'none'");
    expect(text).not.toMatch(/https?:|<script|<img|style="|<link/);
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  test("is for those alone who may call the API", async () => {
    await using web = await startWebHarness(askWorkflow(), {}, { apiToken: "secret-token" });

    expect((await look(web.url, "text/html")).response.status).toBe(401);
    const allowed = await look(web.url, "text/html", { authorization: "Bearer secret-token" });
    expect(allowed.response.status).toBe(200);
    await using local = await startWebHarness(askWorkflow());
    const proxied = await look(local.url, "text/html", { "x-forwarded-for": "203.0.113.9" });
    expect(proxied.response.status).toBe(403);
  });
});
