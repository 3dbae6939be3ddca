import { describe, expect, test } from "vitest";
import { KeptAnswers } from "../../../src/engine/gate/kept-answers.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

const REQUEST = { scope: "U0BOB POST /api/pause", key: "k1", asked: { a: 1 } };

async function open() {
  const store = await openSqliteStore({ path: ":memory:" });
  const clock = new ManualClock();
  let count = 0;
  return {
    store,
    clock,
    answers: new KeptAnswers({ store, clock }),
    work: async () => ({ status: 200, body: { count: ++count } }),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

describe("a request with a key", () => {
  test("does its work once in a day, and gets the same answer each time", async () => {
    await using kept = await open();
    const { answers, work, clock } = kept;

    const first = await answers.once(REQUEST, work);
    const again = await answers.once({ ...REQUEST, asked: { a: 1 } }, work);
    await clock.advance(86_399_999);
    const late = await answers.once(REQUEST, work);
    await clock.advance(1);
    const next = await answers.once(REQUEST, work);

    expect([first, again, late, next].map(({ body }) => body)).toEqual([
      { count: 1 },
      { count: 1 },
      { count: 1 },
      { count: 2 },
    ]);
    expect([first, again].map(({ isRepeat }) => isRepeat)).toEqual([false, true]);
  });

  test("is refused with what another one had asked, and apart for another caller", async () => {
    await using kept = await open();
    const { answers, work } = kept;
    await answers.once(REQUEST, work);

    await expect(answers.once({ ...REQUEST, asked: { a: 2 } }, work)).rejects.toMatchObject({
      code: "key_reused",
    });
    expect(await answers.once({ ...REQUEST, scope: "U0EVE" }, work)).toMatchObject({
      body: { count: 2 },
    });
  });

  test("comes again in a moment while the first is under way; if its process dies, after half a minute", async () => {
    await using kept = await open();
    const { answers, work, clock } = kept;
    // Its process died: time passes for the others alone.
    const dead = new KeptAnswers({ store: kept.store, clock: new ManualClock(clock.now()) });
    const { promise, resolve } = Promise.withResolvers<{ status: number; body: null }>();
    const first = dead.once(REQUEST, () => promise);

    await expect(answers.once(REQUEST, work)).rejects.toMatchObject({
      code: "request_under_way",
      retryAfterMs: 1000,
    });
    await clock.advance(29_000);
    await expect(answers.once(REQUEST, work)).rejects.toThrow("not answered yet");
    await clock.advance(1000);
    expect(await answers.once(REQUEST, work)).toMatchObject({ body: { count: 1 } });
    resolve({ status: 200, body: null });
    await first;

    expect(await answers.once(REQUEST, work)).toMatchObject({ body: { count: 1 } });
  });

  test("waits for a request that takes long, as long as its process lives", async () => {
    await using kept = await open();
    const { answers, work, clock } = kept;
    const { promise, resolve } = Promise.withResolvers<{ status: number; body: string }>();
    const first = answers.once(REQUEST, () => promise);
    await expect(answers.once(REQUEST, work)).rejects.toThrow("not answered yet");
    for (let turn = 0; turn < 60; turn += 1) {
      await clock.advance(10_000);
      await settle();
      await expect(answers.once(REQUEST, work)).rejects.toThrow("not answered yet");
    }

    resolve({ status: 200, body: "at last" });
    await first;
    await clock.advance(60_000);

    expect(await answers.once(REQUEST, work)).toMatchObject({ body: "at last", isRepeat: true });
  });

  test("does its work again after one that failed, or whose answer passes", async () => {
    await using kept = await open();
    const { answers, work } = kept;

    await expect(answers.once(REQUEST, () => Promise.reject(new Error("down")))).rejects.toThrow(
      "down",
    );
    await answers.once(REQUEST, async () => ({ status: 503, body: null, isPassing: true }));

    expect(await answers.once(REQUEST, work)).toMatchObject({ body: { count: 1 } });
  });
});
