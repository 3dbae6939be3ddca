import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { createCredentials } from "../../../src/adapters/credentials.ts";
import type { Service } from "../../../src/engine/ports/service.ts";
import { type Connector, readConnector } from "../../../src/services/connector/connector-file.ts";
import { createConnectorService } from "../../../src/services/connector/connector-service.ts";
import { createHttpService } from "../../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../../src/services/registry.ts";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { KnownSecrets } from "../../../src/shared/known-secrets.ts";
import { plainText } from "../../../src/shared/wording.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import {
  type Answer,
  inTurn,
  json,
  type ReceivedRequest,
  startLoopbackServer,
} from "../../support/loopback-server.ts";
import { serviceContext } from "../../support/service-context.ts";

const FOLDER = resolve(import.meta.dirname, "../../../connectors");
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith(".json"));
/** Of the key `exec_1/send#1`. */
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}/;

function shipped(name: string): Connector {
  const read = readConnector(JSON.parse(readFileSync(join(FOLDER, `${name}.json`), "utf8")));
  if ("problems" in read) throw new Error(read.problems.join("\n"));
  return read.connector;
}

/** Calls an action of a shipped connector against a server that records; its host is the server's, the rest as it is. */
async function call(
  where: string,
  params: JsonObject,
  answer: Answer,
  what: "execute" | "look" = "execute",
): Promise<{ readonly output: Json; readonly received: readonly ReceivedRequest[] }> {
  const [name = "", action = ""] = where.split(".");
  await using server = await startLoopbackServer(answer);
  await using store = await openSqliteStore({ path: ":memory:" });
  const connector = shipped(name);
  const given = {
    [connector.credential ?? ""]: {
      values: { kind: "bearer" as const, token: "token-of-the-service" },
      ...{ hosts: [`127.0.0.1:${server.port}`], workflows: ["expense"], testUrl: null },
    },
  };
  const secrets = new KnownSecrets();
  const credentials = createCredentials({ store, given, secrets, clock: { now: () => 1000 } });
  const [, path = ""] = /^https?:\/\/[^/]+(.*)$/.exec(connector.baseUrl) ?? [];
  const service = createConnectorService(
    { ...connector, baseUrl: `${server.url}${path}` },
    requestOf(createHttpService({ allowHosts: ["127.0.0.1"], credentials })),
  );
  const context = serviceContext();
  const output =
    what === "look"
      ? ((await service.actions[action]?.look?.(params, context)) ?? null)
      : await createServiceRegistry([service]).execute(name, action, params, context);
  return { output, received: server.received };
}

function requestOf(http: Service) {
  const request = http.actions["request"];
  if (request === undefined) throw new Error("There is no http.request.");
  return request;
}

describe("every shipped connector", () => {
  test.each(FILES)("%s can be used, and names where its service is documented", (file) => {
    const connector = shipped(file.replace(".json", ""));

    expect(connector.credential).toBe(connector.name);
    for (const { docs } of Object.values(connector.actions)) expect(docs).toMatch(/^https:\/\//);
  });
});

const REPO = { owner: "octo", repo: "hello" };

/** Each action with an answer of its service, as documented. */
const CALLS: readonly {
  readonly action: string;
  readonly params: JsonObject;
  readonly status: number;
  readonly answer: Json;
  readonly sent: { readonly method: string; readonly url: string; readonly body?: unknown };
  readonly output: Json;
}[] = [
  {
    action: "github.createIssue",
    params: { ...REPO, title: "Broken", labels: ["bug"] },
    status: 201,
    answer: { id: 1, number: 1347, html_url: "https://github.com/octo/hello/issues/1347" },
    sent: {
      method: "POST",
      url: "/repos/octo/hello/issues",
      body: { title: "Broken", body: expect.stringMatching(UUID), labels: ["bug"] },
    },
    output: { number: 1347, url: "https://github.com/octo/hello/issues/1347", id: 1 },
  },
  {
    action: "github.closeIssue",
    params: { ...REPO, number: 7 },
    status: 200,
    answer: { number: 7, state: "closed", html_url: "https://github.com/octo/hello/issues/7" },
    sent: { method: "PATCH", url: "/repos/octo/hello/issues/7", body: { state: "closed" } },
    output: { number: 7, state: "closed", url: "https://github.com/octo/hello/issues/7" },
  },
  {
    action: "github.commentIssue",
    params: { ...REPO, number: 7, body: "Done" },
    status: 201,
    answer: { id: 9, html_url: "https://github.com/octo/hello/issues/7#issuecomment-9" },
    sent: { method: "POST", url: "/repos/octo/hello/issues/7/comments" },
    output: { id: 9, url: "https://github.com/octo/hello/issues/7#issuecomment-9" },
  },
  {
    action: "github.createDeployment",
    params: { ...REPO, ref: "main", environment: "production", requiredContexts: [] },
    status: 201,
    answer: { id: 5, url: "https://api.github.com/repos/octo/hello/deployments/5", sha: "abc" },
    sent: {
      method: "POST",
      url: "/repos/octo/hello/deployments",
      body: {
        ...{ ref: "main", environment: "production", required_contexts: [], auto_merge: false },
        payload: { heddle: expect.stringMatching(UUID) },
      },
    },
    output: { id: 5, url: "https://api.github.com/repos/octo/hello/deployments/5", sha: "abc" },
  },
  {
    action: "github.setDeploymentStatus",
    params: { ...REPO, deployment: 5, state: "success" },
    status: 201,
    answer: { id: 6, state: "success" },
    sent: {
      method: "POST",
      url: "/repos/octo/hello/deployments/5/statuses",
      body: { state: "success" },
    },
    output: { id: 6, state: "success" },
  },
  {
    action: "jira.createIssue",
    params: { site: "acme", project: "OPS", type: "Task", summary: "Look", description: "Why" },
    status: 201,
    answer: { id: "10000", key: "OPS-24", self: "https://acme.atlassian.net/rest/api/3/issue/1" },
    sent: {
      method: "POST",
      url: "/rest/api/3/issue",
      body: {
        fields: expect.objectContaining({
          project: { key: "OPS" },
          issuetype: { name: "Task" },
          labels: [expect.stringMatching(UUID)],
        }),
      },
    },
    output: { id: "10000", key: "OPS-24", url: "https://acme.atlassian.net/rest/api/3/issue/1" },
  },
  {
    action: "jira.transitionIssue",
    params: { site: "acme", issue: "OPS-24", transition: "31" },
    status: 204,
    answer: "",
    sent: {
      method: "POST",
      url: "/rest/api/3/issue/OPS-24/transitions",
      body: { transition: { id: "31" } },
    },
    output: null,
  },
  {
    action: "linear.createIssue",
    params: { teamId: "team-1", title: "Look" },
    status: 200,
    answer: {
      data: {
        issueCreate: {
          success: true,
          issue: { id: "u", identifier: "ENG-1", url: "https://linear.app/x" },
        },
      },
    },
    sent: {
      method: "POST",
      url: "/graphql",
      body: {
        query: expect.stringContaining("issueCreate"),
        variables: {
          input: { id: expect.stringMatching(UUID), teamId: "team-1", title: "Look" },
        },
      },
    },
    output: { id: "u", identifier: "ENG-1", url: "https://linear.app/x" },
  },
  {
    action: "pagerduty.createIncident",
    params: { from: "ann@example.com", serviceId: "P1", title: "Down", urgency: "high" },
    status: 201,
    answer: { incident: { id: "Q1", incident_number: 42, html_url: "https://x.pagerduty.com/Q1" } },
    sent: {
      method: "POST",
      url: "/incidents",
      body: {
        incident: expect.objectContaining({
          type: "incident",
          service: { id: "P1", type: "service_reference" },
          incident_key: expect.stringMatching(UUID),
        }),
      },
    },
    output: { id: "Q1", number: 42, url: "https://x.pagerduty.com/Q1" },
  },
  {
    action: "pagerduty.resolveIncident",
    params: { from: "ann@example.com", incident: "Q1" },
    status: 200,
    answer: { incident: { id: "Q1", status: "resolved" } },
    sent: { method: "PUT", url: "/incidents/Q1" },
    output: { id: "Q1", status: "resolved" },
  },
  {
    action: "statuspage.createIncident",
    params: { page: "p1", name: "Slow", status: "investigating", body: "We look into it" },
    status: 201,
    answer: { id: "i1", status: "investigating", shortlink: "https://stspg.io/1" },
    sent: {
      method: "POST",
      url: "/v1/pages/p1/incidents",
      body: {
        incident: {
          ...{ name: "Slow", status: "investigating", body: "We look into it" },
          metadata: { heddle: { key: expect.stringMatching(UUID) } },
        },
      },
    },
    output: { id: "i1", status: "investigating", url: "https://stspg.io/1" },
  },
  {
    action: "statuspage.updateIncident",
    params: { page: "p1", incident: "i1", status: "resolved", body: "Over" },
    status: 200,
    answer: { id: "i1", status: "resolved", shortlink: "https://stspg.io/1" },
    sent: {
      method: "PATCH",
      url: "/v1/pages/p1/incidents/i1",
      body: { incident: { status: "resolved", body: "Over" } },
    },
    output: { id: "i1", status: "resolved", url: "https://stspg.io/1" },
  },
];

describe("an action of a shipped connector", () => {
  test.each(CALLS)("$action sends what its service documents", async (one) => {
    const answer = json(one.status, one.answer);
    const { output, received } = await call(one.action, one.params, answer);

    const { body, ...line } = one.sent;
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject(line);
    if (body !== undefined) expect(JSON.parse(received[0]?.body ?? "")).toEqual(body);
    expect(received[0]?.headers["authorization"]).toBe("Bearer token-of-the-service");
    expect(output).toEqual(one.output);
  });

  test("reads all pages, by link, cursor and offset", async () => {
    const linked = inTurn(
      json(200, [{ number: 1 }], { link: '</more?page=2>; rel="next", </x>; rel="last"' }),
      json(200, [{ number: 2 }]),
    );
    const issues = await call("github.listIssues", REPO, linked);
    expect(issues.output).toEqual({ items: [{ number: 1 }, { number: 2 }], complete: true });
    expect(issues.received.map(({ url }) => url)).toEqual([
      "/repos/octo/hello/issues?per_page=100",
      "/more?page=2",
    ]);

    const cursors = inTurn(
      json(200, { issues: [{ key: "OPS-1" }], nextPageToken: "t2" }),
      json(200, { issues: [{ key: "OPS-2" }], isLast: true }),
    );
    const jql = { site: "acme", jql: "project = OPS", fields: "summary" };
    const found = await call("jira.searchIssues", jql, cursors);
    expect(found.output).toEqual({ items: [{ key: "OPS-1" }, { key: "OPS-2" }], complete: true });
    expect(found.received[1]?.url).toContain("nextPageToken=t2");

    const offsets = inTurn(
      json(200, { incidents: [{ id: "A" }, { id: "B" }], more: true }),
      json(200, { incidents: [{ id: "C" }], more: false }),
    );
    const listed = await call("pagerduty.listIncidents", {}, offsets);
    expect(listed.output).toMatchObject({ items: [{ id: "A" }, { id: "B" }, { id: "C" }] });
    expect(listed.received[1]?.url).toContain("offset=2");
  });

  test("says that a list is not complete where there are too many pages", async () => {
    const endless = json(200, [{ number: 1 }], { link: '</more>; rel="next"' });

    const { output, received } = await call("github.listIssues", REPO, endless);

    expect(received).toHaveLength(10);
    expect(output).toMatchObject({ complete: false });
  });

  test("stops before a list is more than a run keeps, and says so", async () => {
    const large = json(200, [{ body: "x".repeat(400_000) }], { link: '</more>; rel="next"' });

    const { output, received } = await call("github.listIssues", REPO, large);

    expect(output).toMatchObject({ items: { length: 2 }, complete: false });
    expect(received).toHaveLength(3);
  });

  test("reads the next page in whatever form a Link header says it", async () => {
    const quoted = '</prev>; rel="prev", </more>; title="a, b"; rel="last next"';
    const pages = inTurn(json(200, [{ number: 1 }], { link: quoted }), json(200, []));

    const { received } = await call("github.listIssues", REPO, pages);

    expect(received[1]?.url).toBe("/more");
  });

  test("finds what an earlier attempt did, and nothing else", async () => {
    const first = await call("github.createIssue", { ...REPO, title: "x" }, json(201, {}));
    const { body } = JSON.parse(first.received[0]?.body ?? "{}");
    const own = { id: 3, number: 8, html_url: "https://github.com/8", body };
    const other = { id: 2, number: 7, html_url: "https://github.com/7", body: "another" };
    const params = { ...REPO, title: "x" };

    const found = await call("github.createIssue", params, json(200, [other, own]), "look");
    expect(found.output).toEqual({ number: 8, url: "https://github.com/8", id: 3 });
    const none = await call("github.createIssue", params, json(200, [other]), "look");
    expect(none.output).toBeNull();
  });
});

test("what Jira does not find yet may be there all the same: a person is asked", async () => {
  const params = { site: "acme", project: "OPS", type: "Task", summary: "x", description: "y" };
  const issue = { id: "1", key: "OPS-1", self: "https://acme.atlassian.net/rest/api/3/issue/1" };

  const { output } = await call("jira.createIssue", params, json(200, { issues: [issue] }), "look");
  expect(output).toMatchObject({ key: "OPS-1" });
  await expect(
    call("jira.createIssue", params, json(200, { issues: [] }), "look"),
  ).rejects.toMatchObject({ code: "outcome_unknown", outcomeUnknown: true });
});

describe("a refusal of a service", () => {
  test("never makes a step wait for more than a day", async () => {
    // Milliseconds where seconds are expected.
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(Date.now()) };
    const refused = call("github.listIssues", REPO, json(403, { message: "limit" }, headers));

    await expect(refused).rejects.toMatchObject({ retryable: true, retryAfterMs: 86_400_000 });
  });

  test.each([403, 429])("by GitHub's limit, %i, says when it is over", async (status) => {
    const reset = String(Math.ceil(Date.now() / 1000) + 600);
    const headers = { "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset };

    const refused = call("github.listIssues", REPO, json(status, { message: "limit" }, headers));

    // It is there, so that its calls are not stopped as those to a system that is away.
    await expect(refused).rejects.toMatchObject({ retryable: true, details: { answered: true } });
    const { retryAfterMs } = await refused.catch((error: unknown) => Object(error));
    expect(retryAfterMs).toBeGreaterThan(500_000);
  });

  test.each([
    {
      why: "a limit that GitHub tells by 403 and a header",
      action: "github.createIssue",
      params: { ...REPO, title: "x" },
      answer: json(403, { message: "rate limit" }, { "x-ratelimit-remaining": "0" }),
      error: { code: "service_unavailable", retryable: true },
    },
    {
      why: "403 without it",
      action: "github.createIssue",
      params: { ...REPO, title: "x" },
      answer: json(403, { message: "Resource not accessible" }),
      error: { code: "service_rejected", message: expect.stringContaining("not accessible") },
    },
    {
      why: "an error that Linear sends with 200",
      action: "linear.createIssue",
      params: { teamId: "t", title: "x" },
      answer: json(200, { errors: [{ message: "Entity not found: Team" }] }),
      error: {
        code: "service_rejected",
        message: "Linear refused the request (status 200): Entity not found: Team",
      },
    },
    {
      why: "a limit that Linear tells by 400 and a code",
      action: "linear.createIssue",
      params: { teamId: "t", title: "x" },
      answer: json(400, { errors: [{ message: "slow", extensions: { code: "RATELIMITED" } }] }),
      error: { code: "service_unavailable", retryable: true },
    },
    {
      why: "a deployment that GitHub only merged",
      action: "github.createDeployment",
      params: { ...REPO, ref: "main", environment: "production" },
      answer: json(202, { message: "Auto-merged main into topic" }),
      error: { code: "service_rejected", message: expect.stringContaining("Auto-merged") },
    },
  ])("$why", async ({ action, params, answer, error }) => {
    await expect(call(action, params, answer)).rejects.toMatchObject(error);
  });
});

describe("a value is one part of an address", () => {
  test.each([
    ["a/../../user", "/repos/a%2F..%2F..%2Fuser/hello/issues/7"],
    ["a?x=1#y", "/repos/a%3Fx%3D1%23y/hello/issues/7"],
    ["%2e%2e", "/repos/%252e%252e/hello/issues/7"],
    ["ä \\ b", "/repos/%C3%A4%20%5C%20b/hello/issues/7"],
  ])("%s", async (owner, url) => {
    const params = { owner, repo: "hello", number: 7 };
    const { received } = await call("github.closeIssue", params, json(200, {}));

    expect(received[0]?.url).toBe(url);
  });

  test.each([".", ".."])("and %s is none", async (repo) => {
    await expect(
      call("github.closeIssue", { owner: "octo", repo, number: 7 }, json(200, {})),
    ).rejects.toMatchObject({ code: "params_invalid" });
  });

  test("nor can it begin another header", async () => {
    const params = { from: "a@example.com\r\nX-Evil: 1", incident: "Q1" };

    await expect(call("pagerduty.resolveIncident", params, json(200, {}))).rejects.toMatchObject({
      code: "params_invalid",
    });
  });
});

test("what is asked for approval names the host that gets it", () => {
  const request = requestOf(createHttpService());
  const { outline } =
    createConnectorService(shipped("jira"), request).actions["commentIssue"] ?? {};
  const params = { site: "acme", issue: "OPS-1", text: "Done" };

  expect(plainText(outline?.(params) ?? [])).toContain("(Jira Cloud, acme.atlassian.net)");
});

test("what is wrong with a file is said with its place", () => {
  const github = JSON.parse(readFileSync(join(FOLDER, "github.json"), "utf8"));
  const wrong = structuredClone(github);
  wrong.baseUrl = "https://{{secrets.HOST}}.example.com";
  wrong.defaultAction = "create";
  wrong.actions.createIssue.request.path = "/repos/{{owner}}/{{labels}}";
  wrong.actions.createIssue.request.body.title = "{{secrets.TOKEN}} {{titel}}";
  wrong.actions.listIssues.params = { type: "string" };
  const read = readConnector(wrong);
  const problems = "problems" in read ? read.problems.join("\n") : "";

  for (const part of [
    "baseUrl: {{secrets.HOST}}",
    'defaultAction: there is no action "create"',
    "actions.createIssue.request.path: {{labels}}",
    "actions.createIssue.request.body.title: {{secrets.TOKEN}}",
    "actions.createIssue.request.body.title: {{titel}}",
    "actions.listIssues.params: must be the schema of an object",
  ])
    expect(problems).toContain(part);
  const unknown = readConnector({ ...github, actions: { x: { summary: "s" } }, extra: 1 });
  expect("problems" in unknown ? unknown.problems.join("\n") : "").toContain("actions.x.");
});

test("the example of the documentation can be used", () => {
  const text = readFileSync(join(FOLDER, "../docs/connectors.md"), "utf8");
  const blocks = [...text.matchAll(/```json\n([^]*?)```/g)].map(([, block = ""]) => block);
  const example = blocks.find((block) => block.includes('"baseUrl"')) ?? "{}";

  expect(readConnector(JSON.parse(example))).toHaveProperty("connector.name", "crm");
});
