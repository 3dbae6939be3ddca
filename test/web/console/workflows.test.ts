import { describe, expect, test } from "vitest";
import { toCsv } from "../../../src/web/console/costs/csv.ts";
import { doubling, type RunningWeb, startWeb, untilStatus } from "../start-web.ts";
import { Browser } from "./browser.ts";

const tripling = {
  ...doubling,
  steps: [{ id: "double", type: "transform", config: { expression: "variables.amount * 3" } }],
};

async function run(web: RunningWeb): Promise<void> {
  const { body } = await web.call("POST", "/api/workflows/doubling/execute", { amount: 2 });
  await untilStatus(web.engine, body.executionId, "completed");
}

describe("the page of workflows", () => {
  test("finds workflows by a text, with what they did", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);
    await web.call("POST", "/api/workflows", { ...doubling, id: "other", name: "Other <b>" });
    await run(web);
    const browser = new Browser(web.url);

    const { text } = await browser.open("/workflows");
    expect(text).toContain('href="/workflows/doubling"');
    expect(text).toContain("Other &lt;b&gt;");
    expect(text).toContain("100 %");

    const found = await browser.open("/workflows?q=OTHER");
    expect(found.text).not.toContain('href="/workflows/doubling"');
    expect((await browser.open("/workflows?q=nothing")).text).toContain("No workflow fits");
  });
});

describe("the page of one workflow", () => {
  test("shows the diagram with what its runs did, the versions and what changed", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);
    await web.call("POST", "/api/workflows", tripling);
    await run(web);

    const { text, status } = await new Browser(web.url).open("/workflows/doubling");

    expect(status).toBe(200);
    expect(text).toContain('class="diagram-picture"');
    expect(text).toContain("With what the last 1 run of this version did.");
    expect(text).toContain("What changed from version 1 to 2");
    expect(text).toContain("variables.amount * 3");
    expect(text).not.toMatch(/<style|style="/);
  });

  test("pauses, resumes, rolls back and archives, sent by a form of the page alone", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);
    await web.call("POST", "/api/workflows", tripling);
    const browser = new Browser(web.url);
    const page = await browser.open("/workflows/doubling");
    const send = (what: string) => browser.submit(page, "/workflows/doubling/do", { do: what });

    expect((await send("pause")).status).toBe(303);
    expect(web.engine.workflows.pauseOf("doubling")).not.toBeNull();
    await send("resume");
    expect(web.engine.workflows.pauseOf("doubling")).toBeNull();
    await send("rollback");
    expect((await web.engine.workflows.get("doubling")).version).toBe(1);
    await send("archive");
    expect((await browser.open("/workflows")).text).not.toContain("/workflows/doubling");
    expect((await browser.open("/workflows?archived=true")).text).toContain("/workflows/doubling");

    const forged = await browser.submit(
      { ...page, formToken: "forged" },
      "/workflows/doubling/do",
      {
        do: "unarchive",
      },
    );
    expect(forged.status).toBe(403);
    expect((await web.engine.workflows.get("doubling")).archived).toBeDefined();
  });

  test("of a workflow that is not there says so", async () => {
    await using web = await startWeb();

    expect((await new Browser(web.url).open("/workflows/none")).status).toBe(404);
  });
});

describe("the page of costs", () => {
  test("shows costs by each dimension and gives them as CSV", async () => {
    await using web = await startWeb();
    await web.call("POST", "/api/workflows", doubling);
    await run(web);
    const browser = new Browser(web.url);

    for (const by of ["workflow", "version", "person", "step", "model", "prompt", "day"])
      expect((await browser.open(`/costs?by=${by}&days=7`)).status).toBe(200);
    expect((await browser.open("/costs?by=odd&days=-1")).text).toContain("in the last 30 days");

    const csv = await browser.open("/costs/csv?by=workflow&days=7");
    expect(csv.headers.get("content-type")).toBe("text/csv; charset=utf-8");
    expect(csv.text.split("\r\n")[1]).toMatch(/^doubling,0,0,1,0,0,0$/);
  });

  test("a table for spreadsheets holds no formula, and quotes what needs it", () => {
    const csv = toCsv([["=1+1", "+x", "-x", "@x", "＝x", 'a "b", c', "two\nlines", -5]]);

    expect(csv).toBe(`\uFEFF'=1+1,'+x,'-x,'@x,'＝x,"a ""b"", c","two\nlines",-5\r\n`);
  });
});
