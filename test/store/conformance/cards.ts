import { describe, expect, test } from "vitest";
import { card, type OpenStore, START } from "../records.ts";

export function cardsConformance(open: OpenStore): void {
  describe("cards", () => {
    test("a card is inserted once: of eight exactly one is first", async () => {
      await using store = await open();

      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          store.cards.insert(card("exec_1", "run", { channel: `C${n}` })),
        ),
      );

      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await store.cards.get("exec_1:run")).toEqual(
        card("exec_1", "run", { channel: `C${answers.indexOf(true)}` }),
      );
    });

    test("a card that is written replaces the stored one, or is stored", async () => {
      await using store = await open();
      await store.cards.insert(card("exec_1", "run"));
      const shown = card("exec_1", "run", { ts: "1800000000.000100", shown: "abc", final: true });
      const other = card("exec_1", "approval", { why: "is_archived" });

      await store.cards.save(shown);
      await store.cards.save(other);

      expect(await store.cards.get("exec_1:run")).toEqual(shown);
      expect(await store.cards.get("exec_1:approval")).toEqual(other);
      expect(await store.cards.get("exec_1:nothing")).toBeNull();
    });

    test("an execution's cards are listed by id", async () => {
      await using store = await open();
      await store.cards.insert(card("exec_1", "run"));
      await store.cards.insert(card("exec_1", "approval"));
      await store.cards.insert(card("exec_11", "run"));

      expect((await store.cards.list("exec_1")).map(({ id }) => id)).toEqual([
        "exec_1:approval",
        "exec_1:run",
      ]);
      expect(await store.cards.list("nobody")).toEqual([]);
    });

    test("executions with an unfinished card are listed, each once, no more than asked for", async () => {
      await using store = await open();
      await store.cards.insert(card("exec_1", "run"));
      await store.cards.insert(card("exec_1", "approval"));
      await store.cards.insert(card("exec_2", "run", { final: true }));
      await store.cards.insert(card("exec_3", "run", { final: true }));
      await store.cards.insert(card("exec_3", "approval"));

      expect([...(await store.cards.listUnfinished(10))].sort()).toEqual(["exec_1", "exec_3"]);
      expect(await store.cards.listUnfinished(1)).toHaveLength(1);

      await store.cards.save(card("exec_3", "approval", { final: true }));
      expect(await store.cards.listUnfinished(10)).toEqual(["exec_1"]);
    });

    test("the cards of an execution are one holder's until it lets go or its time is over", async () => {
      await using store = await open();
      const claim = (holder: string, now: number) =>
        store.cards.claim("exec_1", holder, now, now + 60_000);

      expect(await claim("a", START)).toBe(true);
      expect(await claim("b", START + 59_999)).toBe(false);
      expect(await store.cards.claim("exec_2", "b", START, START + 1)).toBe(true);

      expect(await claim("a", START + 59_999)).toBe(true);
      expect(await claim("b", START + 60_000)).toBe(false);
      expect(await claim("b", START + 119_999)).toBe(true);

      await store.cards.release("exec_1", "a");
      expect(await claim("a", START + 120_000)).toBe(false);
      await store.cards.release("exec_1", "b");
      expect(await claim("a", START + 120_000)).toBe(true);
    });

    test("of eight that want the cards of an execution at once exactly one gets them", async () => {
      await using store = await open();

      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          store.cards.claim("exec_1", `holder-${n}`, START, START + 60_000),
        ),
      );

      expect(answers.filter(Boolean)).toHaveLength(1);
    });
  });
}
