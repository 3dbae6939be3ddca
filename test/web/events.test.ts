import { expect, test } from "vitest";
import { startWeb, untilStatus } from "./start-web.ts";

const waiter = {
  id: "waiter",
  name: "Waiter",
  steps: [{ id: "paid", type: "wait", config: { event: "invoice.paid" } }],
};

test("an event told over HTTP wakes the run that waits for it; a repeat says so", async () => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", waiter);
  const started = await web.call("POST", "/api/workflows/waiter/execute");
  const event = { name: "invoice.paid", payload: { amount: 7 }, id: "inv-1" };

  const { status, body } = await web.call("POST", "/api/events", event);
  const again = await web.call("POST", "/api/events", event);

  expect(status).toBe(200);
  expect(body).toEqual({ eventId: "given:invoice.paid:inv-1", status: "accepted" });
  expect(again.body).toEqual({ ...body, duplicate: true });
  await untilStatus(web.engine, started.body.executionId, "completed");
  const view = await web.engine.executions.get(started.body.executionId);
  expect(view.output).toMatchObject({ event: { payload: { amount: 7 } } });
});

test.for([
  [undefined, "name"],
  [{ name: "" }, "name"],
  [{ name: "two words" }, "name"],
  [{ name: "a", payload: [1] }, "payload"],
  [{ name: "a", id: "" }, "id"],
  [{ name: "waiter.completed" }, "name"],
  [[], ""],
] as const)("%j is refused and kept nowhere", async ([event, path]) => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", waiter);

  const { status, body } = await web.call("POST", "/api/events", event);

  expect(status).toBe(400);
  expect(body.problems).toMatchObject([{ path, fix: expect.any(String) }]);
  expect(await web.store.events.pending(9)).toEqual([]);
});
