import { describe, expect, test } from "vitest";
import type { AnswerRecord } from "../../../src/engine/ports/answers.ts";
import { type OpenStore, START } from "../records.ts";

function claimOf(holder: string, parts: Partial<AnswerRecord> = {}): AnswerRecord {
  return { id: "a1", askedHash: "h", holder, expiresAt: START + 1000, answer: null, ...parts };
}

export function answersConformance(open: OpenStore): void {
  describe("answers to requests that may be repeated", () => {
    test("of eight callers at once one has the work, and all hear whose it is", async () => {
      await using store = await open();

      const known = await Promise.all(
        Array.from({ length: 8 }, (_, n) => store.answers.claim(claimOf(`h${n}`), START)),
      );

      expect(new Set(known.map(({ holder }) => holder)).size).toBe(1);
      expect(known[0]).toEqual(claimOf(known[0]?.holder ?? ""));
    });

    test("are found until they expire, and the key is free from then on", async () => {
      await using store = await open();
      await store.answers.claim(claimOf("h1"), START);
      const answered = claimOf("h1", {
        expiresAt: START + 5000,
        answer: { status: 200, body: { "$odd.key": [null, "é"] } },
      });
      await store.answers.save(answered);

      expect(await store.answers.claim(claimOf("h2"), START + 4999)).toEqual(answered);
      expect(
        await store.answers.claim(claimOf("h3", { expiresAt: START + 9000 }), START + 5000),
      ).toMatchObject({ holder: "h3", answer: null });
    });

    test("are written and freed by who has the work alone", async () => {
      await using store = await open();
      await store.answers.claim(claimOf("h1"), START);

      await store.answers.save(claimOf("h2", { answer: { status: 200, body: 1 } }));
      await store.answers.remove("a1", "h2");
      expect(await store.answers.claim(claimOf("h3"), START)).toEqual(claimOf("h1"));
      await store.answers.remove("a1", "h1");

      expect(await store.answers.claim(claimOf("h3"), START)).toEqual(claimOf("h3"));
    });
  });
}
