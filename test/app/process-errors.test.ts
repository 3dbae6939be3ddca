import { EventEmitter } from "node:events";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { watchProcessErrors } from "../../src/app/process-errors.ts";
import { createTelemetry } from "../../src/web/telemetry.ts";

/** What is watched, its log, and why the bot was ended. */
function watch() {
  const source = new EventEmitter();
  const log: string[] = [];
  const ends: string[] = [];
  const telemetry = createTelemetry();
  let now = 0;
  const stop = watchProcessErrors(source, {
    logger: pino({ level: "error" }, { write: (line) => log.push(line) }),
    count: telemetry.unhandled,
    elapsed: () => now,
    onFatal: (why) => ends.push(why),
  });
  const backlog = { queued: 0, openRequests: 0, lagMs: 0 };
  return {
    ...{ source, log, ends, stop },
    metrics: async () => (await telemetry.render(backlog)).text,
    advance: (ms: number) => (now += ms),
  };
}

describe("a rejection that nothing handles", () => {
  test("is logged once with its cause and counted, and the bot continues", async () => {
    const { source, log, ends, metrics } = watch();
    const cause = new Error("the socket was gone");

    source.emit("unhandledRejection", new Error("no answer", { cause }));

    expect(log).toHaveLength(1);
    expect(log[0]).toContain("no answer");
    expect(log[0]).toContain("the socket was gone");
    expect(ends).toEqual([]);
    expect(await metrics()).toContain("heddle_unhandled_failures_total 1");
  });

  test("may be of anything", () => {
    const { source, log, ends } = watch();
    for (const odd of [undefined, null, "text", 1, { a: 1 }])
      source.emit("unhandledRejection", odd);
    expect([log.length, ends]).toEqual([5, []]);
  });

  test("again and again within a minute ends the bot", () => {
    const { source, ends, advance } = watch();
    const reject = (times: number) => {
      for (let n = 0; n < times; n += 1) source.emit("unhandledRejection", new Error("again"));
    };
    reject(100);
    advance(61_000);
    reject(100);
    expect(ends).toEqual([]);
    reject(1);
    expect(ends).toEqual(["more than 100 failures in a minute"]);
  });
});

test("an exception outside every promise leaves the state unknown and ends the bot", () => {
  const { source, log, ends } = watch();

  source.emit("uncaughtException", new Error("broken"));

  expect(log[0]).toContain("broken");
  expect(ends).toEqual(["uncaught exception"]);
});

test("it lets go of the process when the bot stops", () => {
  const { source, stop } = watch();
  stop();
  expect(source.eventNames()).toEqual([]);
});
