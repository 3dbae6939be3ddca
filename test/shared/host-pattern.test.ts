import { expect, test } from "vitest";
import { isHostPattern, isTooWide, matchesHost } from "../../src/shared/host-pattern.ts";

test.for<[string, string, boolean]>([
  ["https://api.example.com/x", "api.example.com", true],
  ["https://API.Example.COM./x", "api.example.com", true],
  ["https://api.example.com:8443/x", "api.example.com", true],
  ["https://api.example.com:8443/x", "api.example.com:8443", true],
  ["https://api.example.com/x", "api.example.com:443", true],
  ["http://api.example.com/x", "api.example.com:443", false],
  ["https://api.example.com/x", "api.example.com:8443", false],
  ["https://a.example.org/", "*.example.org", true],
  ["https://a.b.example.org/", "*.example.org", true],
  ["https://example.org/", "*.example.org", false],
  ["https://evilexample.org/", "*.example.org", false],
  ["https://example.org.evil.test/", "*.example.org", false],
  ["https://example.org@evil.test/", "example.org", false],
  ["https://evil.test/example.org", "example.org", false],
  ["https://evil.test#example.org", "example.org", false],
  ["https://evil.test\\@example.org/", "example.org", false],
  ["https://xn--bcher-kva.example/", "bücher.example", true],
  ["http://2130706433/", "127.0.0.1", true],
  ["http://[0:0:0:0:0:0:0:1]:80/", "[::1]", true],
])("%s is a host of %s: %s", ([url, pattern, matches]) => {
  expect(matchesHost(new URL(url), ["other.example", pattern])).toBe(matches);
});

test.for([
  "",
  "*",
  "*.",
  "a.*.example",
  "https://a.example",
  "a.example/x",
  "a.example:x",
  "u@a.example",
  "a b",
  "a.example?",
])("%j names no host, and matches none", (text) => {
  expect(isHostPattern(text)).toBe(false);
  expect(matchesHost(new URL("https://a.example"), [text])).toBe(false);
});

test.for([
  "*.com",
  "*.com:443",
  "*.COM.",
  "*.dev",
  "*.xn--p1ai",
  "*.рф",
  "*.co.uk",
  "*.Co.Uk",
  "*.com.au:8443",
  "*.or.jp",
  "*.gob.mx",
  "*.10.0.0.1",
  "*.[::1]",
])("%s stands for hosts of everybody", (pattern) => {
  expect(isTooWide(pattern)).toBe(true);
});

test.for([
  "com",
  "co.uk",
  "api.example.com",
  "*.example.com",
  "*.example.co.uk",
  "*.t.co",
  "*.api.co",
  "*.web.de",
  "*.corp",
  "*.internal:8443",
  "10.0.0.1",
  "*",
])("%s does not", (pattern) => {
  expect(isTooWide(pattern)).toBe(false);
});
