import { expect, test } from "vitest";
import { doubling, startWeb } from "./start-web.ts";

type Web = Awaited<ReturnType<typeof startWeb>>;

/** A version of the workflow that multiplies by another number. */
function times(factor: number) {
  const config = { expression: `variables.amount * ${factor}` };
  return { ...doubling, steps: [{ id: "double", type: "transform", config }] };
}

function read(web: Web, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`${web.url}/api/workflows/doubling`, { headers });
}

async function tagOf(web: Web): Promise<string> {
  return (await read(web)).headers.get("etag") ?? "";
}

async function deploy(web: Web, definition: object, headers: Readonly<Record<string, string>>) {
  const response = await fetch(`${web.url}/api/workflows`, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(definition),
  });
  return { status: response.status, body: await response.json() };
}

test("a definition that has not changed is not sent again", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", doubling);
  const tag = await tagOf(web);

  for (const header of [tag, `W/${tag}`, `"other", ${tag}`, "*"]) {
    const same = await read(web, { "If-None-Match": header });
    expect([same.status, await same.text(), same.headers.get("etag")]).toEqual([304, "", tag]);
  }
  await web.call("POST", "/api/workflows", times(3));

  const changed = await read(web, { "If-None-Match": tag });
  expect(changed.status).toBe(200);
  expect(changed.headers.get("etag")).not.toBe(tag);
});

test("a deployment onto a version that is no longer active changes nothing", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", doubling);
  const first = await tagOf(web);
  expect((await deploy(web, times(3), { "If-Match": first })).status).toBe(200);

  const late = await deploy(web, times(4), { "If-Match": first });

  expect(late).toMatchObject({
    status: 412,
    body: {
      code: "workflow_changed",
      error: expect.stringMatching(/version 2 is the active one now\. Nothing was deployed/),
    },
  });
  expect(await (await read(web)).json()).toMatchObject({ version: 2 });
  expect((await deploy(web, times(4), { "If-Match": await tagOf(web) })).status).toBe(200);
});

test("of those who deploy onto one version at the same moment one is taken", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", doubling);
  const tag = await tagOf(web);

  const answers = await Promise.all(
    [3, 4, 5, 6].map((factor) => deploy(web, times(factor), { "If-Match": tag })),
  );

  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
  expect(await (await read(web)).json()).toMatchObject({ version: 2 });
});

test("a workflow that must be new is refused where there is one, and one that must be there where there is none", async () => {
  await using web = await startWeb();
  expect((await deploy(web, doubling, { "If-Match": "*" })).body).toMatchObject({
    code: "workflow_changed",
    error: expect.stringContaining("there is no such workflow"),
  });

  expect((await deploy(web, doubling, { "If-None-Match": "*" })).status).toBe(200);
  expect((await deploy(web, times(3), { "If-None-Match": "*" })).status).toBe(412);
  expect((await deploy(web, times(3), { "If-Match": "*" })).status).toBe(200);
});

test.for([
  ["If-Match", "v1"],
  ["If-Match", '"v1'],
  ["If-None-Match", '"v1-0123456789abcdef"'],
] as const)("a header %s: %s is refused by its name", async ([name, value]) => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", doubling);
  expect(await deploy(web, times(3), { [name]: value })).toMatchObject({
    status: 400,
    body: { code: "input_invalid", error: expect.stringContaining(name) },
  });
});
