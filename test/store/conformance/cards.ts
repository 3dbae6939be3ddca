import { describe, expect, test } from "vitest";
import { card, type OpenStore } from "../records.ts";

export function cardsConformance(open: OpenStore): void {
  describe("cards", () => {
    test("a card is inserted once: of eight exactly one is first", async () => {
      await using store = await open();

      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          store.insertCard(card("exec_1", "run", { channel: `C${n}` })),
        ),
      );

      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await store.readCard("exec_1:run")).toEqual(
        card("exec_1", "run", { channel: `C${answers.indexOf(true)}` }),
      );
    });

    test("a card that is written replaces the stored one, or is stored", async () => {
      await using store = await open();
      await store.insertCard(card("exec_1", "run"));
      const shown = card("exec_1", "run", { ts: "1800000000.000100", shown: "abc", final: true });
      const other = card("exec_1", "approval");

      await store.writeCard(shown);
      await store.writeCard(other);

      expect(await store.readCard("exec_1:run")).toEqual(shown);
      expect(await store.readCard("exec_1:approval")).toEqual(other);
      expect(await store.readCard("exec_1:nothing")).toBeNull();
    });

    test("an execution's cards are listed by id", async () => {
      await using store = await open();
      await store.insertCard(card("exec_1", "run"));
      await store.insertCard(card("exec_1", "approval"));
      await store.insertCard(card("exec_11", "run"));

      expect((await store.listCards("exec_1")).map(({ id }) => id)).toEqual([
        "exec_1:approval",
        "exec_1:run",
      ]);
      expect(await store.listCards("nobody")).toEqual([]);
    });

    test("executions with an unfinished card are listed, each once, no more than asked for", async () => {
      await using store = await open();
      await store.insertCard(card("exec_1", "run"));
      await store.insertCard(card("exec_1", "approval"));
      await store.insertCard(card("exec_2", "run", { final: true }));
      await store.insertCard(card("exec_3", "run", { final: true }));
      await store.insertCard(card("exec_3", "approval"));

      expect([...(await store.listUnfinishedCards(10))].sort()).toEqual(["exec_1", "exec_3"]);
      expect(await store.listUnfinishedCards(1)).toHaveLength(1);

      await store.writeCard(card("exec_3", "approval", { final: true }));
      expect(await store.listUnfinishedCards(10)).toEqual(["exec_1"]);
    });
  });
}
