import { describe, expect, test } from "vitest";
import { call, type OpenStore, prompt, promptVersion, START } from "../records.ts";

export function promptsConformance(open: OpenStore): void {
  describe("named prompts", () => {
    test("a version is inserted once: of eight exactly one is first", async () => {
      await using store = await open();

      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          store.prompts.insertVersion(promptVersion("urgency", 1, { text: `text ${n}` })),
        ),
      );

      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await store.prompts.getVersion("urgency", 1)).toStrictEqual(
        promptVersion("urgency", 1, { text: `text ${answers.indexOf(true)}` }),
      );
      expect(await store.prompts.getVersion("urgency", 2)).toBeNull();
    });

    test("versions are listed newest number first, those of this name alone", async () => {
      await using store = await open();
      for (const number of [2, 10, 1]) {
        await store.prompts.insertVersion(promptVersion("urgency", number, { note: "$a.b 💸" }));
      }
      await store.prompts.insertVersion(promptVersion("urgency-2", 3));

      const versions = await store.prompts.listVersions("urgency");

      expect(versions.map(({ version }) => version)).toEqual([10, 2, 1]);
      expect(versions[0]?.note).toBe("$a.b 💸");
      expect(await store.prompts.listVersions("nothing")).toEqual([]);
    });

    test("a prompt that is written replaces the stored one whole, or is stored; they are listed by name", async () => {
      await using store = await open();
      await store.prompts.save(prompt("urgency", { files: { "urgency.md": "hash", "$a.b": "x" } }));
      await store.prompts.save(prompt("billing"));
      const written = prompt("urgency", {
        active: 2,
        previous: 1,
        split: { version: 3, percent: 20 },
      });

      await store.prompts.save(written);

      expect(await store.prompts.get("urgency")).toStrictEqual(written);
      expect(await store.prompts.get("nothing")).toBeNull();
      expect((await store.prompts.list()).map(({ name }) => name)).toEqual(["billing", "urgency"]);
    });

    test("the calls of a version are found newest first, with what counts for its figures", async () => {
      await using store = await open();
      const v1 = { name: "urgency", version: 1 };
      const { value: _value, ...refused } = call("c2", "exec_1", { prompt: v1, at: START + 2 });
      await store.calls.insert({ ...refused, problem: "not JSON", costNano: null });
      await store.calls.insert(call("c1", "exec_1", { prompt: v1, value: null, latencyMs: 12 }));
      await store.calls.insert(call("c3", "exec_2", { prompt: v1, at: START + 2 }));
      await store.calls.insert(call("c4", "exec_2", { prompt: { name: "urgency", version: 11 } }));
      await store.calls.insert(call("c5", "exec_2"));

      const calls = await store.calls.listOfPrompt(v1, 10);

      const model = "gpt-4o-mini";
      expect(calls).toStrictEqual([
        { id: "c3", at: START + 2, model, costNano: 4200, latencyMs: 420, valid: true },
        { id: "c2", at: START + 2, model, costNano: null, latencyMs: 420, valid: false },
        { id: "c1", at: START, model, costNano: 4200, latencyMs: 12, valid: true },
      ]);
      expect(await store.calls.listOfPrompt(v1, 1)).toHaveLength(1);
    });
  });
}
