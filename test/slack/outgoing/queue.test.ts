import { describe, expect, test } from "vitest";
import type { OutgoingCall } from "../../../src/slack/outgoing/limits.ts";
import type { Place, Urgency } from "../../../src/slack/outgoing/order.ts";
import {
  OutgoingQueue,
  type PostingStep,
  type Turn,
  type TurnOptions,
} from "../../../src/slack/outgoing/queue.ts";
import { createRateLimits } from "../../../src/store/sqlite/rate-limits.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

/** So many posts to one channel go through at once. */
const BURST = 10;

function post(channel: string): OutgoingCall {
  return { method: "chat.postMessage", channel };
}

function run(since: number, urgency: Urgency = "run"): Place {
  return { urgency, since };
}

function letGo(turn: Turn | number): void {
  if (typeof turn !== "number") turn[Symbol.dispose]();
}

function setUp(limits = createRateLimits(), clock = new ManualClock(1_000_000)) {
  const queue = new OutgoingQueue({ limits, clock, random: () => 0 });
  const granted: string[] = [];
  const ask = (
    name: string,
    place: Place = run(0),
    call: OutgoingCall = post("C1"),
    options: TurnOptions = {},
  ): void => {
    void queue.turn(call, place, options).then((turn) => {
      granted.push(turn === null ? `${name} left` : name);
      turn?.[Symbol.dispose]();
    });
  };
  /** Uses up what a channel takes at once. */
  const fill = async (call = post("C1")): Promise<void> => {
    for (let n = 0; n < BURST; n += 1) ask("first", run(-1), call);
    await settle();
    granted.length = 0;
  };
  /** Lets time pass, after what was asked has reached the queue. */
  const pass = async (ms: number): Promise<void> => {
    await settle();
    await clock.advance(ms);
  };
  return { clock, pass, queue, granted, ask, fill, limits };
}

describe("the outgoing queue", () => {
  test("lets a burst through at once and the rest at the rate", async () => {
    const { pass, granted, ask, fill } = setUp();
    await fill();
    for (const name of ["a", "b"]) ask(name);
    await settle();
    expect(granted).toEqual([]);
    await pass(1000);
    expect(granted).toEqual(["a"]);
    await pass(1000);
    expect(granted).toEqual(["a", "b"]);
  });

  test("lets replies go first, then questions, then what runs say, the oldest run first", async () => {
    const { pass, granted, ask, fill } = setUp();
    await fill();
    ask("progress", run(1, "rest"));
    ask("late run", run(9));
    ask("early run", run(4));
    ask("late question", run(9, "question"));
    ask("early question", run(4, "question"));
    ask("reply", run(99, "reply"));
    await pass(6000);
    expect(granted).toEqual([
      "reply",
      "early question",
      "late question",
      "early run",
      "late run",
      "progress",
    ]);
  });

  test("holds back one channel without holding back others", async () => {
    const { pass, queue, granted, ask } = setUp();
    await queue.limited(post("C1"), 5000);
    ask("limited");
    ask("other", run(1), post("C2"));
    await pass(4999);
    expect(granted).toEqual(["other"]);
    await pass(1);
    expect(granted).toEqual(["other", "limited"]);
  });

  test("sends one call at the end of Slack's Retry-After, not a burst", async () => {
    const { pass, queue, granted, ask } = setUp();
    await queue.limited(post("C1"), 3000);
    for (const name of ["a", "b", "c"]) ask(name);
    await pass(3000);
    expect(granted).toEqual(["a"]);
    await pass(2000);
    expect(granted).toEqual(["a", "b", "c"]);
  });

  test("takes two limited channels for the limit of the whole workspace", async () => {
    const { pass, queue, granted, ask } = setUp();
    await queue.limited(post("C1"), 5000);
    await queue.limited(post("C2"), 5000);
    ask("third channel", run(0), post("C3"));
    ask("an edit", run(0), { method: "chat.update" });
    await pass(4900);
    expect(granted).toEqual(["an edit"]);
    await pass(200);
    expect(granted).toEqual(["an edit", "third channel"]);
  });

  test("takes an edit and a post that are limited for two limits", async () => {
    const { pass, queue, granted, ask } = setUp();
    await queue.limited({ method: "chat.update" }, 1000);
    await queue.limited(post("C1"), 30_000);
    ask("another channel", run(0), post("C2"));
    await pass(1000);
    expect(granted).toEqual(["another channel"]);
  });

  test("does not mind a clock that is set back by an hour, nor one that is set on", async () => {
    const { pass, clock, granted, ask, fill } = setUp();
    await fill();
    ask("a");
    ask("b");
    await settle();
    clock.set(-3_600_000);
    await pass(2000);
    expect(granted).toEqual(["a", "b"]);
    clock.set(7_200_000);
    ask("c");
    await pass(1000);
    expect(granted).toEqual(["a", "b", "c"]);
  });

  test("keeps up with thousands that wait in hundreds of channels", async () => {
    const { pass, queue, granted, ask } = setUp();
    const since = performance.now();
    for (let n = 0; n < 5000; n += 1) {
      ask(`post ${n}`, run(n), post(`C${n % 500}`));
      if (n % 20 === 0) await Promise.resolve();
    }
    await pass(30_000);
    // It takes a second or less; with a look through all of them for each it was minutes.
    expect(performance.now() - since).toBeLessThan(20_000);
    expect(granted.length).toBeGreaterThan(100);
    expect(queue.length).toBe(5000 - granted.length);
  });

  test("posts to a channel one after the other, so that they stand in this order", async () => {
    const { queue, granted, ask } = setUp();
    const turn = await queue.turn(post("C1"), run(0));
    ask("second", run(1));
    ask("elsewhere", run(2), post("C2"));
    await settle();
    expect(granted).toEqual(["elsewhere"]);
    turn?.[Symbol.dispose]();
    await settle();
    expect(granted).toEqual(["elsewhere", "second"]);
  });

  test("shares the limits with other processes on the store", async () => {
    const { pass, clock, limits, fill, granted, ask } = setUp();
    await fill();
    const other = setUp(limits, clock);
    ask("mine");
    other.ask("theirs");
    await pass(1000);
    expect([...granted, ...other.granted]).toHaveLength(1);
    await pass(1000);
    expect([...granted, ...other.granted].sort()).toEqual(["mine", "theirs"]);
  });

  test("lets go of what leaves, without taking its room", async () => {
    const { pass, granted, ask, fill } = setUp();
    await fill();
    const leaving = new AbortController();
    ask("a", run(0), post("C1"), { signal: leaving.signal });
    ask("b");
    leaving.abort();
    await pass(1000);
    expect(granted).toEqual(["a left", "b"]);
  });

  test("keeps what may not go yet from delaying the rest", async () => {
    const { pass, granted, ask } = setUp();
    ask("later", run(0), post("C1"), { delayMs: 2000 });
    ask("now", run(1));
    await settle();
    expect(granted).toEqual(["now"]);
    await pass(2000);
    expect(granted).toEqual(["now", "later"]);
  });

  test("waits while the store does not answer, and sends when it does", async () => {
    let isAway = true;
    const inMemory = createRateLimits();
    const { pass, granted, ask } = setUp({
      ...inMemory,
      take: (limits, now) =>
        isAway ? Promise.reject(new Error("away")) : inMemory.take(limits, now),
    });
    ask("a");
    await pass(5000);
    expect(granted).toEqual([]);
    isAway = false;
    await pass(1000);
    expect(granted).toEqual(["a"]);
  });
});

describe("a step in the outgoing queue", () => {
  const step = (id: string, place: Place, signal = new AbortController().signal): PostingStep => ({
    ...{ id, executionId: `run of ${id}` },
    ...{ place, signal },
  });

  test("is sent away while its turn is far off, keeps its place, and posts in order", async () => {
    const { pass, clock, queue, fill } = setUp();
    await fill();
    const posted: string[] = [];
    const come = async (name: string, since: number): Promise<void> => {
      const turn = await queue.turnOrWait(step(name, run(since)), post("C1"));
      if (typeof turn === "number") return void clock.after(turn, () => void come(name, since));
      posted.push(name);
      turn[Symbol.dispose]();
    };
    for (let n = 0; n < 60; n += 1) void come(`step ${n}`, n);
    await pass(60_000);

    expect(posted).toEqual(Array.from({ length: 60 }, (_, n) => `step ${n}`));
    expect(queue.length).toBe(0);
  });

  test("that comes back a little late is not overtaken", async () => {
    const { pass, queue, fill, ask, granted } = setUp();
    await fill();
    for (let n = 0; n < 5; n += 1) ask(`before ${n}`, run(0));
    await settle();
    const backInMs = await queue.turnOrWait(step("away", run(1)), post("C1"));
    ask("younger", run(2));
    await pass(Number(backInMs) + 2500);
    expect(granted).not.toContain("younger");
    void queue.turnOrWait(step("away", run(1)), post("C1")).then((turn) => {
      granted.push("away");
      if (typeof turn !== "number") turn[Symbol.dispose]();
    });
    await pass(1000);
    expect(granted.slice(-2)).toEqual(["away", "younger"]);
  });

  test("that never comes back holds up nothing for long", async () => {
    const { pass, queue, fill, ask, granted } = setUp();
    await fill();
    for (let n = 0; n < 5; n += 1) ask(`before ${n}`, run(0));
    await settle();
    const backInMs = await queue.turnOrWait(step("gone", run(1)), post("C1"));
    ask("younger", run(2));
    await pass(Number(backInMs) + 3000);
    expect(granted).toContain("younger");
  });

  test("of a run that is over keeps no place", async () => {
    const { pass, queue, fill, ask, granted } = setUp();
    await fill();
    for (let n = 0; n < 60; n += 1)
      void queue.turnOrWait(step(`step ${n}`, run(n)), post("C1")).then(letGo);
    await pass(10_000);
    for (let n = 0; n < 60; n += 1) queue.forgetSteps(`run of step ${n}`);

    const turn = queue.turnOrWait(step("new", run(99)), post("C1"));
    ask("card", run(100));
    await pass(1000);

    expect(typeof (await turn)).not.toBe("number");
    letGo(await turn);
    await pass(1000);
    expect(granted).toEqual(["card"]);
  });

  test("that is stopped while it waits leaves the queue, keeps its place, and is as good as untried", async () => {
    const { pass, queue, fill } = setUp();
    await fill();
    const stopping = new AbortController();
    const turn = queue.turnOrWait(step("a", run(0), stopping.signal), post("C1"));
    stopping.abort(new Error("stopped"));
    expect(await turn).toBe(1000);
    expect(queue.length).toBe(0);

    const younger = queue.turnOrWait(step("younger", run(1)), post("C1"));
    await pass(1000);
    const again = await queue.turnOrWait(step("a", run(0)), post("C1"));
    expect(typeof again).not.toBe("number");
    expect(await Promise.race([younger, Promise.resolve("waits")])).toBe("waits");
  });
});
