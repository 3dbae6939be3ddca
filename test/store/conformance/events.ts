import { describe, expect, test } from "vitest";
import type { EventRecord } from "../../../src/engine/ports/events.ts";
import { type OpenStore, START } from "../records.ts";

function event(id: string, fields: Partial<EventRecord> = {}): EventRecord {
  return { id, name: "invoice.paid", at: START, payload: { "a.$b": [1, null] }, ...fields };
}

export function eventsConformance(open: OpenStore): void {
  describe("events", () => {
    test("an event is pending until it is settled, and is found all the same", async () => {
      await using store = await open();
      const source = { executionId: "exec_1", workflowId: "w", depth: 2, stepId: "pay" };
      const answerable = [{ person: "U0BOB", why: "edited", of: "exec_0" }] as const;
      const told = event("e1", { source, answerable });

      expect(await store.events.insert(told)).toBe(true);
      expect(await store.events.pending(10)).toEqual([told]);
      await store.events.settle(["e1"]);

      expect(await store.events.pending(10)).toEqual([]);
      expect(await store.events.list({ name: "invoice.paid", from: 0, limit: 10 })).toEqual([told]);
      expect(await store.events.insert(told)).toBe(false);
      expect(await store.events.get("e1")).toEqual(told);
      expect(await store.events.get("e2")).toBeNull();
    });

    test("a repeat is refused, and the first content stands", async () => {
      await using store = await open();
      await store.events.insert(event("e1"));

      expect(await store.events.insert(event("e1", { payload: {} }))).toBe(false);

      expect(await store.events.pending(10)).toEqual([event("e1")]);
    });

    test("those of a name are listed from a time on, oldest first, page by page", async () => {
      await using store = await open();
      const times = [START + 2, START, START + 2, START + 1, START + 9];
      for (const [index, at] of times.entries())
        await store.events.insert(event(`e${index}`, { at }));
      await store.events.insert(event("other", { name: "invoice.lost", at: START + 1 }));
      const query = { name: "invoice.paid", from: START + 1, limit: 2 };

      const first = await store.events.list(query);
      const after = first.at(-1);
      const second = await store.events.list({ ...query, ...(after && { after }) });

      expect(first.map(({ id }) => id)).toEqual(["e3", "e0"]);
      expect(second.map(({ id }) => id)).toEqual(["e2", "e4"]);
    });

    test("who waits for a name is listed until it waits no more", async () => {
      await using store = await open();
      for (const id of ["exec_2", "exec_1", "exec_3", "exec_1"])
        await store.events.subscribe(id, "invoice.paid");
      await store.events.subscribe("exec_1", "invoice.lost");

      const first = await store.events.listSubscribers("invoice.paid", { limit: 2 });
      expect(first).toEqual(["exec_1", "exec_2"]);
      const rest = { after: "exec_2", limit: 2 };
      expect(await store.events.listSubscribers("invoice.paid", rest)).toEqual(["exec_3"]);

      await store.events.unsubscribe("exec_1", "invoice.paid");
      await store.events.unsubscribe("exec_1", "invoice.paid");
      expect(await store.events.listSubscribers("invoice.paid", { limit: 9 })).toEqual([
        "exec_2",
        "exec_3",
      ]);
      expect(await store.events.listSubscribers("invoice.lost", { limit: 9 })).toEqual(["exec_1"]);
    });
  });
}
