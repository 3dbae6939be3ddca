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

test("an event is found by its name, and starts one workflow again", async () => {
  await using web = await startWeb();
  const steps = [{ id: "note", type: "transform", config: { expression: "variables.amount" } }];
  const trigger = { type: "event", eventName: "invoice.paid" };
  await web.call("POST", "/api/workflows", { id: "book", name: "Book", trigger, steps });
  const event = { name: "invoice.paid", payload: { amount: 7 }, id: "inv-1" };
  const { eventId } = (await web.call("POST", "/api/events", event)).body;

  const { events } = (await web.call("GET", "/api/events?name=invoice.paid")).body;
  const path = `/api/events/${encodeURIComponent(eventId)}/replay`;
  const { status, body } = await web.call("POST", path, { workflowId: "book" });

  expect(events).toMatchObject([{ eventId, name: "invoice.paid", payload: { amount: 7 } }]);
  expect({ status, body }).toMatchObject({ status: 200, body: { eventId, workflowId: "book" } });
  await untilStatus(web.engine, body.executionId, "completed");
  expect((await web.engine.executions.list({ workflowId: "book" })).executions).toHaveLength(2);
});

test.for<readonly [string, string, unknown, number, string]>([
  ["POST", "/api/events/none/replay", { workflowId: "waiter" }, 404, "event_not_found"],
  ["POST", "/api/events/none/replay", { workflowId: "none" }, 404, "workflow_not_found"],
  ["POST", "/api/events/none/replay", {}, 400, "input_invalid"],
  ["GET", "/api/events", undefined, 400, "input_invalid"],
  ["GET", "/api/events?name=two%20words", undefined, 400, "input_invalid"],
  ["GET", "/api/events?name=a&limit=201", undefined, 400, "input_invalid"],
  ["GET", "/api/events?name=a&since=yesterday", undefined, 400, "input_invalid"],
])("%s %s with %j is refused", async ([method, path, body, status, code]) => {
  await using web = await startWeb();
  await web.call("POST", "/api/workflows", waiter);
  expect(await web.call(method, path, body)).toMatchObject({ status, body: { code } });
});
