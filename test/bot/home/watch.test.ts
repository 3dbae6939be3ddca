import pino from "pino";
import { expect, test } from "vitest";
import { HomeWatch } from "../../../src/bot/home/watch.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** A watch whose readings are noted; those of a person in `held` end when the test says so. */
function startWatch() {
  const clock = new ManualClock();
  const read: string[] = [];
  const held = new Map<string, Promise<void>>();
  const watch = new HomeWatch({
    clock,
    logger: pino({ level: "silent" }),
    onChange: () => () => undefined,
    refresh: async (userId) => {
      read.push(userId);
      await held.get(userId);
    },
  });
  watch.start();
  return { clock, read, held, watch };
}

test("a page that is opened again while another one is read is kept up to date from then on", async () => {
  const { clock, read, held, watch } = startWatch();
  watch.opened("U0ALICE");
  watch.opened("U0BOB");
  await clock.advance(9 * MINUTE + 45 * SECOND);
  const { promise, resolve } = Promise.withResolvers<void>();
  held.set("U0ALICE", promise);
  read.length = 0;
  watch.changed();
  await clock.advance(10 * SECOND);
  expect(read).toEqual(["U0ALICE"]);

  await clock.advance(MINUTE);
  watch.opened("U0BOB");
  resolve();
  await settle();
  await clock.advance(2 * MINUTE);

  expect(read).toContain("U0BOB");
  await watch.stop();
});

test("of more than a hundred open pages those that were opened last are kept up to date", async () => {
  const { clock, read, watch } = startWatch();
  for (let n = 0; n <= 100; n += 1) watch.opened(`U${n}`);
  // Readings do not count as openings.
  await clock.advance(MINUTE);
  watch.opened("U1");
  watch.opened("U101");
  read.length = 0;
  watch.changed();
  await clock.advance(MINUTE);

  const people = new Set(read);
  expect(people.size).toBe(100);
  expect([people.has("U0"), people.has("U2"), people.has("U1")]).toEqual([false, false, true]);
  await watch.stop();
});
