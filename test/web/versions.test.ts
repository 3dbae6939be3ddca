import { expect, test } from "vitest";
import { doubling, startWeb } from "./start-web.ts";

const tripling = {
  ...doubling,
  steps: [{ id: "double", type: "transform", config: { expression: "variables.amount * 3" } }],
};

test("another content under a taken number is answered with the difference and the next free number", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", { ...doubling, version: 1 });

  const refused = await web.call("POST", "/api/workflows", { ...tripling, version: 1 });

  expect(refused).toMatchObject({
    status: 409,
    body: {
      code: "definition_conflict",
      nextVersion: 2,
      diff: {
        changes: [
          {
            area: "step",
            of: "double",
            member: "config.expression",
            from: "variables.amount * 2",
            to: "variables.amount * 3",
          },
        ],
      },
    },
  });
});

test("versions are listed, compared and activated", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", doubling);
  await web.call("POST", "/api/workflows", tripling);

  const { body } = await web.call("GET", "/api/workflows/doubling/diff?from=1&to=2");
  expect(body).toMatchObject({ from: 1, to: 2, changes: [{ of: "double" }] });

  expect(
    (await web.call("POST", "/api/workflows/doubling/activate", { version: 1 })).body,
  ).toMatchObject({ success: true, version: 1, previous: 2 });
  expect((await web.call("GET", "/api/workflows/doubling/versions")).body).toMatchObject({
    versions: [
      { version: 2, active: false, deployedBy: "api" },
      { version: 1, active: true },
    ],
  });
});

test("a comparison with a version that does not exist names those that do", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", doubling);

  expect(await web.call("GET", "/api/workflows/doubling/diff?from=1&to=4")).toMatchObject({
    status: 404,
    body: { error: expect.stringContaining("It has: 1") },
  });
  expect((await web.call("GET", "/api/workflows/doubling/diff?from=1")).status).toBe(400);
});
