import { describe, expect, test } from "vitest";
import { type OpenStore, version, workflow } from "../records.ts";

export function workflowsConformance(open: OpenStore): void {
  describe("workflows", () => {
    test("a version is read as it was inserted", async () => {
      await using store = await open();
      const stored = version("refund", 3, { definition: { id: "refund", steps: [{ id: "a" }] } });

      expect(await store.workflows.insertVersion(stored)).toBe(true);

      expect(await store.workflows.getVersion("refund", 3)).toEqual(stored);
      expect(await store.workflows.getVersion("refund", 2)).toBeNull();
      expect(await store.workflows.getVersion("other", 3)).toBeNull();
    });

    test("what a version's names stood for is kept with it", async () => {
      await using store = await open();
      const pins = [{ kind: "channel", name: "#ops.$1", pin: "<#C1|ops.$1>" }] as const;
      const stored = version("refund", 4, { pins });

      await store.workflows.insertVersion(stored);

      expect(await store.workflows.getVersion("refund", 4)).toEqual(stored);
      expect(await store.workflows.listVersions("refund")).not.toContainEqual(
        expect.objectContaining({ pins }),
      );
    });

    test("a number is taken once: of eight deploys exactly one gets it", async () => {
      await using store = await open();

      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          store.workflows.insertVersion(version("refund", 1, { contentHash: `rival-${n}` })),
        ),
      );

      expect(answers.filter(Boolean)).toHaveLength(1);
      expect((await store.workflows.getVersion("refund", 1))?.contentHash).toBe(
        `rival-${answers.indexOf(true)}`,
      );
      expect(await store.workflows.insertVersion(version("other", 1))).toBe(true);
    });

    test("versions are listed newest number first, without their definitions", async () => {
      await using store = await open();
      for (const number of [2, 10, 9, 1])
        await store.workflows.insertVersion(version("refund", number));
      await store.workflows.insertVersion(version("refund-2", 1));

      const listed = await store.workflows.listVersions("refund");

      expect(listed.map((one) => one.version)).toEqual([10, 9, 2, 1]);
      const { definition: _, ...summary } = version("refund", 10);
      expect(listed[0]).toEqual(summary);
      expect(await store.workflows.listVersions("nobody")).toEqual([]);
    });

    test("who archived a workflow is kept until it is stored without", async () => {
      await using store = await open();
      const archived = { by: "U0ALICE", at: 1_700_000_000_123 };

      await store.workflows.save({ ...workflow("refund"), archived });

      expect(await store.workflows.get("refund")).toEqual({ ...workflow("refund"), archived });
      expect(await store.workflows.list()).toMatchObject([{ archived }]);
      await store.workflows.save(workflow("refund"));
      expect(await store.workflows.get("refund")).toEqual(workflow("refund"));
    });

    test("a workflow is stored, replaced and listed by id", async () => {
      await using store = await open();
      expect(await store.workflows.get("refund")).toBeNull();

      await store.workflows.save(workflow("triage"));
      await store.workflows.save(workflow("refund"));
      const renamed = workflow("refund", {
        name: "Refund 💸",
        activeVersion: 2,
        files: { "refund.workflow.json": "abc", $set: "def" },
      });
      await store.workflows.save(renamed);

      expect(await store.workflows.get("refund")).toEqual(renamed);
      expect(await store.workflows.list()).toEqual([renamed, workflow("triage")]);
    });
  });
}
