import { pino } from "pino";
import { expect, test } from "vitest";
import { type AuditRecord, auditId } from "../../src/engine/ports/audit.ts";
import { doubling, rawRequest, sendRaw, startWeb, untilStatus } from "./start-web.ts";

interface Line extends Omit<AuditRecord, "at"> {
  readonly at: string;
}

async function lines(url: string): Promise<readonly Line[]> {
  const response = await fetch(url);
  expect(response.headers.get("content-type")).toBe("application/x-ndjson; charset=utf-8");
  const text = await response.text();
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line): Line => JSON.parse(line));
}

test("the audit is exported as one JSON object a line, page after page", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", doubling);
  const { executionId } = (await web.call("POST", "/api/workflows/doubling/execute", { amount: 2 }))
    .body;
  await untilStatus(web.engine, executionId, "completed");
  await web.store.audit.append(
    Array.from({ length: 1200 }, (_, index) => ({
      id: `000001000000000:${String(index).padStart(4, "0")}`,
      at: 1_000_000_000,
      actor: "U0BOB",
      surface: "slack" as const,
      action: "pause" as const,
      result: "done" as const,
    })),
  );

  const all = await lines(`${web.url}/api/audit`);
  expect(all.slice(0, 1200).every(({ actor }) => actor === "U0BOB")).toBe(true);
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(all.slice(1200).map(({ action, actor, surface }) => [action, actor, surface])).toEqual([
    ["deploy", "api", "api"],
    ["start", "api", "api"],
  ]);
  expect(all.at(-1)?.at).toMatch(/^\d{4}-\d{2}-\d{2}T.*Z$/);
  expect(await lines(`${web.url}/api/audit?executionId=${executionId}`)).toHaveLength(1);
  expect(await lines(`${web.url}/api/audit?until=2000-01-01T00:00:00Z&actor=U0BOB`)).toHaveLength(
    1200,
  );
  expect(await lines(`${web.url}/api/audit?since=2000-01-01T00:00:00Z&actor=U0BOB`)).toEqual([]);
});

test("a time that is none is refused, and the figures count days", async () => {
  await using web = await startWeb();

  expect(await web.call("GET", "/api/audit?since=yesterday")).toMatchObject({
    status: 400,
    body: { problems: [{ path: "since" }] },
  });
  expect((await web.call("GET", "/api/approvals/figures?days=0")).status).toBe(400);
  expect((await web.call("GET", "/api/approvals/figures")).body).toMatchObject({
    days: 30,
    open: 0,
    medianMs: null,
    workflows: [],
  });
});

test("a token that belongs to a person opens what that person may do, and no more", async () => {
  await using web = await startWeb({}, (params) => params, { tokenOwner: "U0BOB" });
  await web.engine.workflows.deploy(doubling, { by: "test" });

  const started = await web.call("POST", "/api/workflows/doubling/execute", { amount: 2 });
  expect(started.body).toMatchObject({ status: "started" });
  await untilStatus(web.engine, started.body.executionId, "completed");
  expect(
    (await web.call("GET", `/api/executions/${started.body.executionId}`)).body.variables,
  ).toEqual({ amount: 2 });
  for (const [method, path, body] of [
    ["GET", "/api/audit", undefined],
    ["GET", "/api/budgets", undefined],
    ["POST", "/api/workflows", { ...doubling, name: "Double" }],
    ["POST", "/api/pause", undefined],
    ["GET", "/api/workflows/doubling/samples", undefined],
  ] as const) {
    expect(await web.call(method, path, body)).toMatchObject({
      status: 403,
      body: { error: expect.stringMatching(/only admins may/) },
    });
  }
});

test("an export of which a page cannot be read is cut off, so that it does not look whole", async () => {
  const logged: string[] = [];
  const logger = pino({ level: "error" }, { write: (line) => logged.push(line) });
  await using web = await startWeb({ logger });
  const records = Array.from({ length: 600 }, (_, at) => ({
    ...({ id: auditId(at, "note"), at, actor: "api", surface: "api", action: "start" } as const),
    result: "done" as const,
  }));
  await web.store.audit.append(records);
  const { list } = web.store.audit;
  web.store.audit.list = async (query) => {
    if (query.after !== undefined) throw new Error("The disk is on fire.");
    return list.call(web.store.audit, query);
  };

  const answer = await sendRaw(web.port, rawRequest("GET /api/audit", ["Host: localhost"]));

  expect(answer.endsWith("0\r\n\r\n")).toBe(false);
  expect(answer).not.toContain("on fire");
  expect(logged.join("")).toContain("The disk is on fire.");
  expect((await web.call("GET", "/healthz")).status).toBe(200);
});
