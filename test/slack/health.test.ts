import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { SlackHealth } from "../../src/slack/health.ts";
import { NO_METERS } from "../../src/slack/meters.ts";
import { ManualClock } from "../support/manual-clock.ts";

function setUp() {
  const clock = new ManualClock();
  const remedies: string[] = [];
  const health = new SlackHealth({
    ...{ clock, logger: pino({ level: "silent" }), meters: NO_METERS },
    onRefused: (remedy) => remedies.push(remedy),
  });
  return { clock, health, remedies };
}

describe("a process is ready", () => {
  test("in HTTP mode, which has no socket", async () => {
    const { clock, health } = setUp();
    await clock.advance(3_600_000);
    expect(health.notReady()).toBeNull();
  });

  test("until it has been without a socket for five minutes, and when it has one again", async () => {
    const { clock, health } = setUp();
    health.expectSockets();
    health.meters.sockets(1);
    await clock.advance(3_600_000);
    expect(health.notReady()).toBeNull();

    health.meters.sockets(0);
    await clock.advance(299_000);
    expect(health.notReady()).toBeNull();
    await clock.advance(61_000);
    expect(health.notReady()).toMatch(/no connection to Slack for 6 minutes/);

    health.meters.sockets(1);
    expect(health.notReady()).toBeNull();
  });

  test("no more when Slack refuses the app, which is reported once", () => {
    const { health, remedies } = setUp();
    health.refuseApp("link_disabled");
    health.refuseApp("invalid_auth");
    expect(health.notReady()).toContain("Socket Mode was switched off");
    expect(remedies).toEqual([health.notReady()]);
  });
});
