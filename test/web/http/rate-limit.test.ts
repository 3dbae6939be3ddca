import { describe, expect, test } from "vitest";
import { createRateLimits } from "../../../src/web/http/rate-limit.ts";

describe("the rate limit", () => {
  test("a caller may use its burst, then as much as comes back with time", () => {
    let now = 0;
    const limits = createRateLimits({ perSecond: 2, burst: 3, now: () => now });
    const limit = (address: string) => limits.admit("token", address);

    for (let n = 0; n < 3; n += 1) limit("192.0.2.1");

    expect(() => limit("192.0.2.1")).toThrow(
      expect.objectContaining({ code: "rate_limited", retryAfterMs: 500 }),
    );
    now = 500;
    limit("192.0.2.1");
    expect(() => limit("192.0.2.1")).toThrow(/Too many requests/);
  });

  test("callers do not take from each other, except those of one IPv6 subscriber", () => {
    const limits = createRateLimits({ perSecond: 1, burst: 1, now: () => 0 });
    const limit = (address: string) => limits.admit("token", address);

    limit("192.0.2.1");
    limit("192.0.2.2");
    limit("2001:db8:1:2::1");
    limit("2001:db8:1:3::1");

    expect(() => limit("2001:db8:1:2:ffff::9")).toThrow(/Too many requests/);
  });

  test("those that are refused take nothing from those that are admitted, and are limited all together, too", () => {
    const limits = createRateLimits({ perSecond: 1, burst: 2, now: () => 0 });
    const refuse = (address: string) => limits.refuse(address);

    refuse("192.0.2.1");
    refuse("192.0.2.1");
    expect(() => refuse("192.0.2.1")).toThrow(/Too many refused requests from this address/);
    for (let n = 2; n < 20; n += 1) refuse(`192.0.2.${n}`);
    expect(() => refuse("192.0.2.99")).toThrow("Too many refused requests: at most 10 per second");

    limits.admit("token", "192.0.2.1");
    limits.admit("webhook /webhooks/a", "192.0.2.1");
    limits.admit("token", "192.0.2.1");
    expect(() => limits.admit("token", "192.0.2.1")).toThrow(/Too many requests/);
    limits.admit("webhook /webhooks/a", "192.0.2.1");
  });
});
