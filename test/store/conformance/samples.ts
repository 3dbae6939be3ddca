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
      await store.writeSample(sample("exec_1/judge#1", { expected: "maybe" }));

      await store.writeSample(first);

      expect(await store.listSamples({ workflowId: "refund" })).toStrictEqual([first]);
    });

    test("samples are found by workflow, and by the version of a prompt that decided, in order of time", async () => {
      await using store = await open();
      const prompt = { name: "urgency", version: 1 };
      await store.writeSample(sample("b", { at: START + 1, prompt }));
      await store.writeSample(sample("c", { at: START, prompt, workflowId: "other" }));
      await store.writeSample(sample("a", { at: START + 1 }));
      await store.writeSample(sample("d", { prompt: { name: "urgency", version: 12 } }));

      const ids = async (of: Parameters<typeof store.listSamples>[0]) =>
        (await store.listSamples(of)).map(({ id }) => id);

      expect(await ids({ workflowId: "refund" })).toEqual(["d", "a", "b"]);
      expect(await ids({ prompt })).toEqual(["c", "b"]);
      expect(await ids({ workflowId: "nothing" })).toEqual([]);
    });
  });
}
