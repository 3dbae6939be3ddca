import { expect, test } from "vitest";
import { EngineEvents } from "../../../src/engine/runtime/engine-events.ts";

test("listeners hear of an event at once, in the order in which they were added, until they are removed", () => {
  const events = new EngineEvents();
  const heard: string[] = [];
  events.on("wake", ({ executionId }) => heard.push(`first ${executionId}`));
  const remove = events.on("wake", ({ executionId }) => heard.push(`second ${executionId}`));

  events.emit("wake", { executionId: "exec_1" });
  remove();
  events.emit("wake", { executionId: "exec_2" });

  expect(heard).toEqual(["first exec_1", "second exec_1", "first exec_2"]);
});

test("what a listener throws reaches the part that published the event, and is no unhandled rejection", () => {
  const events = new EngineEvents();
  events.on("committed", () => {
    throw new Error("no figures");
  });

  expect(() => events.emit("committed", { executionId: "exec_1", events: [] })).toThrow(
    "no figures",
  );
});

test("a publisher that waits continues when all listeners are done", async () => {
  const events = new EngineEvents();
  const refreshed = Promise.withResolvers<void>();
  events.on("workflowActivated", () => refreshed.promise);
  let isOver = false;
  const waiting = events.emitAndWait("workflowActivated", null).then(() => {
    isOver = true;
  });

  await Promise.resolve();
  expect(isOver).toBe(false);
  refreshed.resolve();
  await waiting;
  expect(isOver).toBe(true);
});
