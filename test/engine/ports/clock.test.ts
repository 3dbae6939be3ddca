import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { pause } from "../../../src/engine/ports/clock.ts";
import { ManualClock } from "../../support/manual-clock.ts";

describe("a pause", () => {
  test("ends in time, and leaves nothing at the signal", async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();

    const paused = pause(clock, 1000, signal);
    await clock.advance(1000);
    await paused;

    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  test("ends with the signal's reason", async () => {
    const stop = new AbortController();

    const paused = pause(new ManualClock(), 1000, stop.signal);
    stop.abort(new Error("stopped"));

    await expect(paused).rejects.toThrow("stopped");
    await expect(pause(new ManualClock(), 1000, stop.signal)).rejects.toThrow("stopped");
  });
});
