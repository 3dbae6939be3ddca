import { expect, test } from "vitest";
import { DraftSpending } from "../../../src/engine/drafts/draft-spending.ts";
import { GENERATION } from "../../../src/engine/model/execution-id.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { call } from "../../store/records.ts";
import { ManualClock } from "../../support/manual-clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

async function open() {
  const store = await openSqliteStore({ path: ":memory:" });
  const clock = new ManualClock(Date.UTC(2026, 10, 30, 12));
  const read: number[] = [];
  const listCosts: typeof store.calls.listCosts = async (query) => {
    const calls = await store.calls.listCosts(query);
    read.push(calls.length);
    return calls;
  };
  const spending = new DraftSpending({ ...store.calls, listCosts }, clock);
  let count = 0;
  const spend = async (by: string | undefined, at: number, costNano: number | null) => {
    const draft = { workflowId: GENERATION, at, costNano, ...(by !== undefined && { by }) };
    await store.calls.insert(call(`call_${(count += 1)}`, "gen_1", draft));
  };
  return {
    store,
    clock,
    read,
    spending,
    spend,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

test("what drafts cost is summed up by person, and what was settled is not read again", async () => {
  await using bench = await open();
  const { clock, read, spending, spend } = bench;
  for (let n = 0; n < 50; n += 1) await spend("U0BOB", clock.now() - HOUR - n, 2);
  await spend("U0ALICE", clock.now() - HOUR, 30);
  await spend(undefined, clock.now() - HOUR, 400);
  await spend("U0BOB", clock.now(), null);

  expect(await spending.of("U0BOB")).toBe(100);
  expect(await spending.of("U0ALICE")).toBe(30);
  expect(await spending.of(undefined)).toBe(400);
  expect(await spending.of("U0CAROL")).toBe(0);
  expect(read).toEqual([53, 1, 1, 1]);
});

test("a call that is recorded late, with the time at which it began, is counted", async () => {
  await using bench = await open();
  const { clock, spending, spend } = bench;
  const began = clock.now();
  expect(await spending.of("U0BOB")).toBe(0);
  await clock.advance(10 * MINUTE);
  expect(await spending.of("U0BOB")).toBe(0);
  await spend("U0BOB", began, 7);
  expect(await spending.of("U0BOB")).toBe(7);
  await clock.advance(HOUR);
  expect(await spending.of("U0BOB")).toBe(7);
});

test("a month begins with nothing, and a clock that was set back counts anew", async () => {
  await using bench = await open();
  const { clock, spending, spend } = bench;
  await spend("U0BOB", clock.now(), 7);
  await clock.advance(11 * HOUR);
  expect(await spending.of("U0BOB")).toBe(7);
  await clock.advance(HOUR);
  expect(await spending.of("U0BOB")).toBe(0);
  clock.set(-HOUR);
  expect(await spending.of("U0BOB")).toBe(7);
});
