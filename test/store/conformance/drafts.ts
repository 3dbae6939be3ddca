import { describe, expect, test } from "vitest";
import { draft, type OpenStore, START } from "../records.ts";

export function draftsConformance(open: OpenStore): void {
  describe("drafts", () => {
    test("a draft is inserted once: of eight exactly one is first", async () => {
      await using store = await open();

      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          store.drafts.insert(draft("draft_1", { description: `number ${n}` })),
        ),
      );

      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await store.drafts.get("draft_1")).toEqual(
        draft("draft_1", { description: `number ${answers.indexOf(true)}` }),
      );
    });

    test("a draft that is written replaces the stored one whole, or is stored", async () => {
      await using store = await open();
      await store.drafts.insert(draft("draft_1", { description: "$a.b 💸" }));
      const written = draft("draft_1", {
        source: { id: "menu", "$odd.key": [null, 1.5] },
        round: 2,
        status: "deployed",
        messageTs: "1800000000.000200",
        settledBy: "U0ALICE",
        version: 3,
        updatedAt: START + 1,
      });

      await store.drafts.save(written);
      await store.drafts.save(draft("draft_2"));

      expect(await store.drafts.get("draft_1")).toStrictEqual(written);
      expect(await store.drafts.get("draft_2")).toStrictEqual(draft("draft_2"));
      expect(await store.drafts.get("draft_3")).toBeNull();
    });

    test("the newest draft of a thread is found, and none of another thread or channel", async () => {
      await using store = await open();
      await store.drafts.insert(draft("draft_3", { createdAt: START }));
      await store.drafts.insert(draft("draft_1", { createdAt: START + 5 }));
      await store.drafts.insert(draft("draft_2", { createdAt: START + 5 }));
      await store.drafts.insert(draft("draft_9", { threadTs: "2", createdAt: START + 9 }));
      const { channel, threadTs } = draft("draft_1");

      expect((await store.drafts.findInThread(channel, threadTs))?.id).toBe("draft_2");
      expect((await store.drafts.findInThread(channel, "2"))?.id).toBe("draft_9");
      expect(await store.drafts.findInThread("D0ALICE", threadTs)).toBeNull();
      expect(await store.drafts.findInThread(channel, "3")).toBeNull();
    });

    test("the drafts of a channel are listed, those of its newest threads first", async () => {
      await using store = await open();
      const drafts = [
        draft("draft_1", { threadTs: "1800000001.000100", createdAt: START }),
        draft("draft_2", { threadTs: "1800000002.000100", createdAt: START + 2 }),
        draft("draft_3", { threadTs: "1800000002.000100", createdAt: START + 1 }),
        draft("draft_4", { channel: "D0ALICE", threadTs: "1800000009.000100" }),
      ];
      for (const one of drafts) await store.drafts.insert(one);
      const { channel } = draft("draft_1");

      const listed = await store.drafts.listIn(channel, 3);
      expect(listed.map(({ id }) => id)).toEqual(["draft_3", "draft_2", "draft_1"]);
      expect(await store.drafts.listIn(channel, 1)).toEqual(listed.slice(0, 1));
      expect(await store.drafts.listIn("D0NOBODY", 3)).toEqual([]);
    });

    test("the newest drafts of all channels are listed", async () => {
      await using store = await open();
      await store.drafts.insert(draft("draft_1", { createdAt: START }));
      await store.drafts.insert(draft("draft_2", { createdAt: START + 2, channel: "D0ALICE" }));
      await store.drafts.insert(draft("draft_3", { createdAt: START + 2 }));
      const listIds = async (since: number, limit: number) =>
        (await store.drafts.listNewest(since, limit)).map(({ id }) => id);

      expect(await listIds(START, 2)).toEqual(["draft_3", "draft_2"]);
      expect(await listIds(START + 1, 9)).toEqual(["draft_3", "draft_2"]);
      expect(await listIds(START, 9)).toEqual(["draft_3", "draft_2", "draft_1"]);
    });

    test("are read back to the oldest, and are gone once they are removed", async () => {
      await using store = await open();
      for (const [id, createdAt] of [
        ["d1", START],
        ["d2", START + 1],
        ["d3", START + 2],
      ] as const)
        await store.drafts.insert(draft(id, { createdAt }));
      const ids = async (before: number, limit: number) =>
        (await store.drafts.listBefore(before, limit)).map(({ id }) => id);

      expect(await ids(Number.MAX_SAFE_INTEGER, 2)).toEqual(["d3", "d2"]);
      expect(await ids(START + 2, 9)).toEqual(["d2", "d1"]);
      await store.drafts.remove("d2");
      await store.drafts.remove("d2");

      expect(await store.drafts.get("d2")).toBeNull();
      expect(await ids(Number.MAX_SAFE_INTEGER, 9)).toEqual(["d3", "d1"]);
    });
  });
}
