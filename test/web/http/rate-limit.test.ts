import { describe, expect, test } from "vitest";
import { createRateLimit } from "../../../src/web/http/rate-limit.ts";

describe("the rate limit", () => {
  test("a caller may use its burst, then as much as comes back with time", () => {
    let now = 0;
    const limit = createRateLimit({ perSecond: 2, burst: 3, now: () => now });

    for (let n = 0; n < 3; n += 1) limit("192.0.2.1");

    expect(() => limit("192.0.2.1")).toThrow(
      expect.objectContaining({ code: "rate_limited", retryAfterMs: 500 }),
    );
    now = 500;
    limit("192.0.2.1");
    expect(() => limit("192.0.2.1")).toThrow(/Too many requests/);
  });

  test("callers do not take from each other, except those of one IPv6 subscriber", () => {
    const limit = createRateLimit({ perSecond: 1, burst: 1, now: () => 0 });

    limit("192.0.2.1");
    limit("192.0.2.2");
    limit("2001:db8:1:2::1");
    limit("2001:db8:1:3::1");

    expect(() => limit("2001:db8:1:2:ffff::9")).toThrow(/Too many requests/);
  });
});
