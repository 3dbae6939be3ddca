import { expect, test } from "vitest";
import { createFaultQueue } from "../fault-queue.ts";

const never = new AbortController().signal;

test("gives each fault as often as it was asked for, oldest first", () => {
  const faults = createFaultQueue<{ name: string; times: number }>("slack");
  faults.add({ name: "a", times: 2 });
  faults.add({ name: "b", times: 1 });
  const taken = [1, 2, 3, 4].map(() => faults.take(() => true)?.name);
  expect(taken).toEqual(["a", "a", "b", undefined]);
});

test("passes over faults that do not apply, and keeps them", () => {
  const faults = createFaultQueue<{ name: string; times: number }>("slack");
  faults.add({ name: "a", times: 1 });
  faults.add({ name: "b", times: 1 });
  expect(faults.take((fault) => fault.name === "b")?.name).toBe("b");
  expect(faults.take((fault) => fault.name === "b")).toBeUndefined();
  expect(faults.take(() => true)?.name).toBe("a");
});

test("a reset forgets faults and ends delays at once", async () => {
  const faults = createFaultQueue<{ times: number }>("slack");
  faults.add({ times: 5 });
  const delay = faults.delay(600_000, never);
  faults.reset();
  await delay;
  expect(faults.take(() => true)).toBeUndefined();
});

test("a delay ends when the caller is gone, also when it was gone before", async () => {
  const faults = createFaultQueue<{ times: number }>("slack");
  const gone = new AbortController();
  const delay = faults.delay(600_000, gone.signal);
  gone.abort();
  await delay;
  await faults.delay(600_000, gone.signal);
  await faults.delay(0, never);
});
