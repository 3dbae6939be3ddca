import { describe, expect, test } from "vitest";
import { doubling, startWeb, untilStatus, waiting } from "../start-web.ts";
import { Browser } from "./browser.ts";

const API_TOKEN = "a-token-of-the-operator";
const HOSTILE = `<img src=x onerror=alert(1)>"'\u202Eevil`;

/** Two people with tokens, an admin, and a run of each. */
async function openConsole() {
  const web = await startWeb({ apiToken: API_TOKEN }, undefined, { admins: ["U0ADMIN"] });
  await web.engine.workflows.deploy(doubling, { by: "cli" });
  await web.engine.workflows.deploy({ ...waiting, name: HOSTILE }, { by: "cli" });
  const start = (workflowId: string, userId: string, variables = {}) =>
    web.engine.executions.start({
      ...{ workflowId, variables, variableForm: "json" },
      trigger: { type: "manual", userId },
    });
  return { web, start };
}

type Web = Awaited<ReturnType<typeof openConsole>>["web"];

async function as(web: Web, owner: string, scopes: readonly ("read" | "run")[] = ["read", "run"]) {
  const browser = new Browser(web.url);
  const { token } = await web.engine.tokens.create({ name: "laptop", owner, scopes }, "cli");
  await browser.submit(await browser.open("/sign-in"), "/sign-in", { token });
  return browser;
}

describe("the list of runs", () => {
  test("shows members what they started, and admins all", async () => {
    const { web, start } = await openConsole();
    await using _ = web;
    const own = await start("waiting", "U0ALICE");
    const other = await start("waiting", "U0BOB");

    const alice = await (await as(web, "U0ALICE")).open("/runs");
    const admin = await (await as(web, "U0ADMIN")).open("/runs");

    expect(alice.text).toContain(own.executionId);
    expect(alice.text).not.toContain(other.executionId);
    expect(admin.text).toContain(own.executionId);
    expect(admin.text).toContain(other.executionId);
  });

  test("shows a name that is HTML, or turns the line round, as what it is", async () => {
    const { web, start } = await openConsole();
    await using _ = web;
    const { executionId } = await start("waiting", "U0ALICE");
    const browser = await as(web, "U0ALICE");

    for (const path of ["/runs", `/runs/${executionId}`, "/runs?workflow=waiting"]) {
      const { text } = await browser.open(path);
      expect(text).toContain("&lt;img src=x onerror=alert(1)&gt;");
      expect(text).not.toContain("<img");
      expect(text.replaceAll(/<(option|title)[^]*?<\/\1>/g, "")).not.toContain("\u202E");
    }
  });

  test("is filtered by its address, and says what it does not understand", async () => {
    const { web, start } = await openConsole();
    await using _ = web;
    const { executionId: over } = await start("doubling", "U0ALICE", { amount: 21 });
    const { executionId: open } = await start("waiting", "U0ALICE");
    await untilStatus(web.engine, over, "completed");
    const browser = await as(web, "U0ALICE");
    const found = async (query: string) => {
      const { text } = await browser.open(`/runs?${query}`);
      return [over, open].map((id) => text.includes(`href="/runs/${id}"`));
    };

    expect(await found("status=completed")).toEqual([true, false]);
    expect(await found("workflow=waiting")).toEqual([false, true]);
    expect(await found("workflow=doubling&input=amount%3D21")).toEqual([true, false]);
    expect(await found("workflow=doubling&input=amount%3D22")).toEqual([false, false]);
    expect(await found("person=U0BOB")).toEqual([false, false]);
    expect(await found("workflow=doubling&version=2")).toEqual([false, false]);
    const { text, status } = await browser.open("/runs?status=lost&version=x&input=amount%3D1");
    expect(status).toBe(200);
    expect(text.match(/role="alert"/g)).toHaveLength(3);
  });

  test("finds a run by the beginning of its id and a workflow by a part of its name", async () => {
    const { web, start } = await openConsole();
    await using _ = web;
    const { executionId } = await start("waiting", "U0ALICE");
    const browser = await as(web, "U0ALICE");
    const leadsTo = async (q: string) =>
      (await browser.open(`/runs?${new URLSearchParams({ q }).toString()}`)).headers.get(
        "location",
      );

    expect(await leadsTo(executionId.slice(0, 12))).toBe(`/runs/${executionId}`);
    expect(await leadsTo(executionId.slice(5, 14))).toBe(`/runs/${executionId}`);
    expect(await leadsTo("doubl")).toBe("/runs?workflow=doubling");
    expect(await leadsTo("nothing like it")).toBeNull();
  });

  test("cancels several runs as a job, each by its own right", async () => {
    const { web, start } = await openConsole();
    await using _ = web;
    const runs = await Promise.all([start("waiting", "U0ALICE"), start("waiting", "U0ALICE")]);
    const alice = await as(web, "U0ALICE");

    const sent = await alice.submit(await alice.open("/runs"), "/runs/bulk", {
      do: "cancel",
      run: runs[0].executionId,
    });

    expect(sent.headers.get("location")).toMatch(/^\/runs\/jobs\//);
    await untilStatus(web.engine, runs[0].executionId, "cancelled");
    const page = await alice.open(sent.headers.get("location") ?? "");
    expect(page.text).toContain("Cancel 1 run");
    const bob = await as(web, "U0BOB");
    expect((await bob.open(sent.headers.get("location") ?? "")).status).toBe(404);
    expect((await web.engine.executions.get(runs[1].executionId)).status).not.toBe("cancelled");
  });
});

describe("the page of a run", () => {
  test("is for those who may see the run", async () => {
    const { web, start } = await openConsole();
    await using _ = web;
    const { executionId } = await start("waiting", "U0ALICE");

    expect((await (await as(web, "U0ALICE")).open(`/runs/${executionId}`)).status).toBe(200);
    expect((await (await as(web, "U0ADMIN")).open(`/runs/${executionId}`)).status).toBe(200);
    const refused = await (await as(web, "U0BOB")).open(`/runs/${executionId}`);
    expect(refused.status).toBe(403);
    expect(refused.text).not.toContain("onerror");
  });

  test("says first why a run failed, and retries it with other values", async () => {
    const { web, start } = await openConsole();
    await using _ = web;
    await web.engine.workflows.deploy(failing, { by: "cli" });
    const { executionId } = await start("failing", "U0ALICE", { amount: 0 });
    await untilStatus(web.engine, executionId, "failed");
    const alice = await as(web, "U0ALICE");
    const page = await alice.open(`/runs/${executionId}`);
    expect(page.text.indexOf('id="error"')).toBeGreaterThan(0);
    expect(page.text.indexOf('id="error"')).toBeLessThan(page.text.indexOf("<h2>Steps"));

    const wrong = await alice.submit(page, `/runs/${executionId}/retry`, {
      key: "first",
      variables: "[1]",
    });
    expect(wrong.status).toBe(409);
    const { records } = await web.engine.audit.list({ executionId, limit: 50 }, "api");
    expect(records.filter(({ action }) => action === "session")).toEqual([]);
    expect(wrong.text).toContain("must be a JSON object");

    const sent = await alice.submit(page, `/runs/${executionId}/retry`, {
      key: "second",
      variables: '{"amount": 4}',
    });
    expect(sent.headers.get("location")).toBe(`/runs/${executionId}`);
    await untilStatus(web.engine, executionId, "completed");
    const after = await alice.open(`/runs/${executionId}`);
    expect(after.text).toContain("What people changed");
  });

  test("cancels for who started it and for no other member, and records in which session", async () => {
    const { web, start } = await openConsole();
    await using _ = web;
    const { executionId } = await start("waiting", "U0ALICE");
    const [alice, bob] = [await as(web, "U0ALICE"), await as(web, "U0BOB")];
    const path = `/runs/${executionId}/cancel`;

    expect((await bob.submit(await bob.open("/runs"), path)).status).toBe(403);
    expect((await web.engine.executions.get(executionId)).status).not.toBe("cancelled");
    await alice.submit(await alice.open(`/runs/${executionId}`), path);

    await untilStatus(web.engine, executionId, "cancelled");
    const { records } = await web.engine.audit.list({ executionId, limit: 50 }, "api");
    expect(records.find(({ action }) => action === "session")).toMatchObject({
      actor: "U0ALICE",
      surface: "console",
    });
  });

  test("offers no change to a session by a token that only reads, and takes none", async () => {
    const { web, start } = await openConsole();
    await using _ = web;
    const { executionId } = await start("waiting", "U0ALICE");
    const alice = await as(web, "U0ALICE", ["read"]);
    const page = await alice.open(`/runs/${executionId}`);

    expect(page.text).not.toContain("Cancel the run");
    expect((await alice.submit(page, `/runs/${executionId}/cancel`)).status).toBe(403);
  });

  test("shows the items of a loop as a table, those that failed first", async () => {
    const { web, start } = await openConsole();
    await using _ = web;
    const deployed = await web.engine.workflows.deploy(looping, { by: "cli" });
    expect(deployed).toMatchObject({ deployed: true });
    const { executionId } = await start("looping", "U0ALICE", { list: [1, 2, 0, 4] });
    await untilStatus(web.engine, executionId, "failed");

    const { text } = await (await as(web, "U0ALICE")).open(`/runs/${executionId}`);

    const table = text.slice(text.indexOf("Items of each#1"));
    expect(/<th scope="row" class="number">(\d+)/.exec(table)?.[1]).toBe("3");
  });
});

/** Fails as long as the amount is zero. */
const failing = {
  id: "failing",
  name: "Failing",
  inputs: { amount: { type: "number", required: true } },
  steps: [{ id: "divide", type: "transform", config: { expression: "10 / variables.amount" } }],
};

const looping = {
  id: "looping",
  name: "Looping",
  steps: [
    {
      id: "each",
      type: "foreach",
      config: {
        items: "variables.list",
        steps: [
          {
            id: "divide",
            type: "transform",
            config: { expression: "10 / variables.item" },
          },
        ],
      },
    },
  ],
};
