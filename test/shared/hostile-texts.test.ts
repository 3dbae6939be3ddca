import { expect, test } from "vitest";
import { hostileTexts, TEXT_READERS } from "../support/bombs/texts.ts";
import { cpuTime } from "../support/cpu-time.ts";

/** Long enough that work in proportion to the square of it takes seconds, and in proportion to it milliseconds. */
const LENGTH = 30_000;
const MOST_MS = 500;

test.for(TEXT_READERS.map((reader) => [reader.name, reader] as const))(
  "%s takes no long time for any text",
  ([, { read, length }]) => {
    const slow: string[] = [];
    for (const [name, text] of hostileTexts(Math.min(length, LENGTH))) {
      const spent = cpuTime(() => {
        try {
          read(text);
        } catch {
          // A refusal is an answer.
        }
      });
      if (spent > MOST_MS) slow.push(`${name}: ${Math.round(spent)} ms`);
    }
    expect(slow).toEqual([]);
  },
);
