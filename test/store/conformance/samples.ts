import { describe, expect, test } from "vitest";
import { type OpenStore, START, sample } from "../records.ts";

export function samplesConformance(open: OpenStore): void {
  describe("samples", () => {
    test("a sample that is written replaces the stored one whole, or is stored", async () => {
      await using store = await open();
      const first = sample("exec_1/judge#1", {
        inputs: { "$odd.key": [null, 1.5], text: "💸" },
        stepResults: { look: { output: { a: 1 } } },
        note: "It burns, plainly.",
      });
      await store.samples.save(sample("exec_1/judge#1", { expected: "maybe" }));

      await store.samples.save(first);

      expect(await store.samples.list({ workflowId: "refund" })).toStrictEqual([first]);
    });

    test("samples are found by workflow, and by the version of a prompt that decided, in order of time", async () => {
      await using store = await open();
      const prompt = { name: "urgency", version: 1 };
      await store.samples.save(sample("b", { at: START + 1, prompt }));
      await store.samples.save(sample("c", { at: START, prompt, workflowId: "other" }));
      await store.samples.save(sample("a", { at: START + 1 }));
      await store.samples.save(sample("d", { prompt: { name: "urgency", version: 12 } }));

      const ids = async (of: Parameters<typeof store.samples.list>[0]) =>
        (await store.samples.list(of)).map(({ id }) => id);

      expect(await ids({ workflowId: "refund" })).toEqual(["d", "a", "b"]);
      expect(await ids({ prompt })).toEqual(["c", "b"]);
      expect(await ids({ workflowId: "nothing" })).toEqual([]);
    });
  });
}
