import { describe, expect, test } from "vitest";
import { RateLimiter, type Ticket } from "../../../src/bot/reconciler/rate-limiter.ts";
import { ManualClock, settle } from "../../support/manual-clock.ts";

function setUp() {
  const clock = new ManualClock(1_000_000);
  const pacer = new RateLimiter(clock, () => ({ capacity: 2, perSecond: 1 }));
  const granted: string[] = [];
  const ask = (name: string, ticket: Partial<Ticket> = {}) => {
    const whole: Ticket = {
      keys: ["post C1"],
      rank: 1,
      since: clock.now(),
      notBefore: 0,
      signal: new AbortController().signal,
      ...ticket,
    };
    void pacer.take(whole).then((isGranted) => granted.push(isGranted ? name : `${name} left`));
  };
  return { clock, pacer, granted, ask };
}

describe("Pacer", () => {
  test("lets a burst through at once and the rest at the rate", async () => {
    const { clock, granted, ask } = setUp();
    for (const name of ["a", "b", "c", "d"]) ask(name);
    await settle();
    expect(granted).toEqual(["a", "b"]);
    await clock.advance(1000);
    expect(granted).toEqual(["a", "b", "c"]);
    await clock.advance(1000);
    expect(granted).toEqual(["a", "b", "c", "d"]);
  });

  test("gives room to what is urgent first, then to what waits longest", async () => {
    const { clock, granted, ask } = setUp();
    for (const name of ["a", "b"]) ask(name);
    ask("late edit", { rank: 3, since: 5 });
    ask("early edit", { rank: 3, since: 4 });
    ask("approval");
    await clock.advance(3000);
    expect(granted).toEqual(["a", "b", "approval", "early edit", "late edit"]);
  });

  test("holds back one kind without holding back others", async () => {
    const { clock, pacer, granted, ask } = setUp();
    pacer.pause("post C1", 5000);
    ask("paused");
    ask("other", { keys: ["post C2"] });
    await clock.advance(4999);
    expect(granted).toEqual(["other"]);
    await clock.advance(1);
    expect(granted).toEqual(["other", "paused"]);
  });

  test("lets go of whoever stops waiting, without taking their room", async () => {
    const { clock, granted, ask } = setUp();
    const leaving = new AbortController();
    for (const name of ["a", "b"]) ask(name);
    ask("c", { signal: leaving.signal });
    ask("d");
    leaving.abort();
    await clock.advance(1000);
    expect(granted).toEqual(["a", "b", "c left", "d"]);
  });
});
