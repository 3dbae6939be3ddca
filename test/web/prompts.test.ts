import { expect, test } from "vitest";
import { startWeb } from "./start-web.ts";

const PROMPT = "/api/prompts/urgency";

test("a prompt is added, split, promoted, rolled back and read over HTTP", async () => {
  await using web = await startWeb();

  expect(await web.call("POST", PROMPT, { text: "Is it urgent?" })).toMatchObject({
    status: 200,
    body: { success: true, name: "urgency", version: 1, changed: true, active: true },
  });
  await web.call("POST", PROMPT, { text: "Is it really urgent?", note: "stricter" });
  expect(
    (await web.call("POST", `${PROMPT}/split`, { version: 2, percent: 20 })).body,
  ).toMatchObject({ active: 1, split: { version: 2, percent: 20 }, updatedBy: "api" });
  expect((await web.call("POST", `${PROMPT}/promote`, { version: 2 })).body).toMatchObject({
    active: 2,
    previous: 1,
    split: null,
  });
  expect((await web.call("POST", `${PROMPT}/rollback`)).body).toMatchObject({ active: 1 });
  expect((await web.call("GET", PROMPT)).body).toMatchObject({
    name: "urgency",
    active: 1,
    versions: [
      { version: 2, text: "Is it really urgent?", note: "stricter", createdBy: "api" },
      { version: 1, text: "Is it urgent?", note: null },
    ],
  });
  expect((await web.call("GET", "/api/prompts")).body).toMatchObject({
    prompts: [{ name: "urgency", active: 1, split: null }],
  });
  expect((await web.call("GET", `${PROMPT}/comparison`)).body).toMatchObject({
    name: "urgency",
    versions: [
      { version: 2, role: "previous", decisions: 0 },
      { version: 1, role: "active", decisions: 0 },
    ],
  });
});

test.for([
  ["POST", PROMPT, { text: 7 }, 400, /text/],
  ["POST", PROMPT, { text: "{{secrets.KEY}}" }, 400, /never shown to a model/],
  ["POST", "/api/prompts/nothing/promote", { version: 1 }, 404, /no prompt .*nothing/],
  ["POST", "/api/prompts/nothing/split", { version: 1, percent: "20" }, 400, /percent/],
  ["GET", "/api/prompts/nothing", undefined, 404, /no prompt .*nothing/],
] as const)("%s %s with %j is refused", async ([method, path, body, status, message]) => {
  await using web = await startWeb();

  const reply = await web.call(method, path, body);

  expect(reply.status).toBe(status);
  expect(JSON.stringify(reply.body)).toMatch(message);
});
