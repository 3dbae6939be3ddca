import { afterAll, beforeAll, expect, test } from "vitest";
import { ANSWERS } from "../support/bombs/answers.ts";
import { BOMBS } from "../support/bombs/bombs.ts";
import { BombSite } from "../support/bombs/site.ts";

/** The most that one request, one run or one message may keep the event loop. */
const MOST_MS = 200;
/** What else happens in a process may fall into the same turn, such as a large collection of garbage: the least of so many counts. */
const TRIES = 3;

let site: BombSite;
beforeAll(async () => {
  site = await BombSite.open(ANSWERS);
  await site.longestTurn();
});
afterAll(() => site[Symbol.asyncDispose]());

test.for(BOMBS.map((bomb, index) => [bomb.name, bomb, index] as const))(
  "the event loop of the bot is not kept by %s",
  { timeout: 120_000 },
  async ([, bomb, index]) => {
    const tries: number[] = [];
    do {
      await bomb.drop(site, `bomb-${index}-${tries.length}`);
      tries.push(await site.longestTurn());
    } while (Math.min(...tries) > MOST_MS && tries.length < TRIES);

    expect(Math.min(...tries)).toBeLessThanOrEqual(MOST_MS);
    expect(site.errors).toEqual([]);
  },
);
