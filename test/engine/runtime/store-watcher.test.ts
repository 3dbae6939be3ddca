import { describe, expect, test } from "vitest";
import type { Change, ChangeListener } from "../../../src/engine/ports/changes.ts";
import { StoreWatcher } from "../../../src/engine/runtime/store-watcher.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

const POLL_MS = 250;

/** A watcher over a store that reports changes when the test says so. */
function open(look: (kind: Change) => Promise<void> = async () => undefined) {
  const clock = new ManualClock();
  const looks: Record<Change, number> = { executions: 0, pauses: 0, workflows: 0 };
  const said: string[] = [];
  const states: boolean[] = [];
  const store: { listener: ChangeListener | null; readonly watch: Watch } = {
    listener: null,
    watch: (listener) => {
      store.listener = listener;
      return {
        async [Symbol.asyncDispose]() {
          store.listener = null;
        },
      };
    },
  };
  const count = (kind: Change) => async () => {
    looks[kind] += 1;
    await look(kind);
  };
  const log = (_fields: object, text: string): unknown => said.push(text);
  const watcher = new StoreWatcher({
    store,
    clock,
    logger: { info: log, warn: log, error: log, debug: log },
    pollMs: POLL_MS,
    polls: {
      executions: count("executions"),
      pauses: count("pauses"),
      workflows: count("workflows"),
    },
    onWatchState: (isLive) => states.push(isLive),
  });
  watcher.start();
  return { clock, looks, said, states, store, watcher };
}

type Watch = (listener: ChangeListener) => AsyncDisposable;

describe("what other processes left", () => {
  test("is looked for at short intervals until changes ring, then once a second, then again at short intervals", async () => {
    const { clock, looks, store } = open();
    await clock.advance(1000);
    expect(looks).toEqual({ executions: 4, pauses: 4, workflows: 4 });

    store.listener?.stateChanged({ kind: "live" });
    await settle();
    await clock.advance(3500);
    // At once, because something may have been missed, and then three times.
    expect(looks).toEqual({ executions: 8, pauses: 8, workflows: 8 });

    store.listener?.stateChanged({ kind: "broken", problem: "It broke." });
    await clock.advance(1000);
    expect(looks).toEqual({ executions: 13, pauses: 13, workflows: 13 });
  });

  test("is looked at when it rings, and only what changed", async () => {
    const { clock, looks, store } = open();
    store.listener?.stateChanged({ kind: "live" });
    await clock.advance(500);

    store.listener?.changed("pauses");
    await clock.advance(1);

    expect(looks).toEqual({ executions: 1, pauses: 2, workflows: 1 });
  });

  test("a stream that never comes to rest makes ten looks a second at most", async () => {
    const { clock, looks, store } = open();
    store.listener?.stateChanged({ kind: "live" });
    await clock.advance(500);

    for (let ms = 0; ms < 1000; ms += 5) {
      for (let n = 0; n < 50; n += 1) store.listener?.changed("executions");
      await clock.advance(5);
    }

    expect(looks.executions).toBeGreaterThanOrEqual(9);
    expect(looks.executions).toBeLessThanOrEqual(12);
    expect(looks.workflows).toBe(2);
  });

  test("what rings during a look is looked at once more after it, however often it rang", async () => {
    const looking = Promise.withResolvers<void>();
    const { clock, looks, store } = open(async (kind) =>
      kind === "executions" ? looking.promise : undefined,
    );
    store.listener?.changed("executions");
    await clock.advance(5);
    for (let n = 0; n < 20; n += 1) store.listener?.changed("executions");
    await clock.advance(5000);
    expect(looks.executions).toBe(1);

    looking.resolve();
    await settle();
    await clock.advance(100);
    expect(looks.executions).toBe(2);
    await clock.advance(POLL_MS - 1);
    expect(looks.executions).toBe(2);
  });

  test("is found by the clock that passes when somebody sets the clock back by a day", async () => {
    const { clock, looks, store } = open();
    store.listener?.changed("executions");
    await clock.advance(5);
    clock.set(-86_400_000);
    store.listener?.changed("executions");
    await clock.advance(100);

    expect(looks.executions).toBe(2);
  });

  test("the log and the gauge say how one hears of it, once for each change", async () => {
    const { said, states, store } = open();
    store.listener?.stateChanged({ kind: "live" });
    store.listener?.stateChanged({ kind: "broken", problem: "It broke." });
    store.listener?.stateChanged({ kind: "broken", problem: "It is still broken." });
    store.listener?.stateChanged({ kind: "live" });

    expect(said).toEqual([
      "a change stream tells at once what other processes do",
      "the change stream broke: what other processes do is looked for every 250 ms until it is open again",
      "a change stream tells at once what other processes do",
    ]);
    expect(states).toEqual([true, false, true]);
  });

  test("a database without change streams is one line in the log", () => {
    const { said, store } = open();
    store.listener?.stateChanged({ kind: "unsupported", problem: "Refused." });

    expect(said).toEqual([
      "no change streams here: what other processes do is looked for every 250 ms",
    ]);
  });

  test("stopping waits for the look under way, ends the watch and begins no other look", async () => {
    const looking = Promise.withResolvers<void>();
    const { clock, looks, store, watcher } = open(() => looking.promise);
    store.listener?.changed("executions");
    await clock.advance(1);
    let isStopped = false;
    const stopped = watcher.stop().then(() => {
      isStopped = true;
    });
    await settle();
    expect(isStopped).toBe(false);

    looking.resolve();
    await stopped;
    await clock.advance(10_000);
    expect(looks).toEqual({ executions: 1, pauses: 0, workflows: 0 });
    expect(store.listener).toBeNull();
  });
});
