import { describe, expect, test } from "vitest";
import type { Json, JsonObject } from "../../../src/shared/json.ts";
import { urlPlace } from "../../../src/shared/places/url-place.ts";
import { fillPlace, fillText, misplacedIn } from "../../support/fill-place.ts";

const HOSTILE = [
  "R&D #1",
  "a=b&limit=999",
  "#",
  "?x=1",
  "50 %",
  "%2F..%2F",
  "a+b",
  "../admin/delete",
  "..\\..\\admin",
  "/",
  "\\",
  ";v=2",
  "a b",
  "\t../",
  "\r\nHost: evil.example",
  "http://evil.example",
  "@evil.example",
  "日本語 ✓",
  "\ud800",
  "{{secrets.KEY}}",
  "\u0000",
  "'\"<>",
];

test.for(HOSTILE)("%j stays one value of the query", (value) => {
  const url = new URL(
    fillText(urlPlace, "https://a.example/s?q={{variables.v}}&limit=1", { v: value }),
  );

  expect([...url.searchParams.keys()]).toEqual(["q", "limit"]);
  expect(url.searchParams.get("limit")).toBe("1");
  expect(url.hash).toBe("");
  expect(url.searchParams.get("q")).toBe(value.toWellFormed());
});

test.for(HOSTILE)("%j stays one segment of the path", (value) => {
  const url = new URL(
    fillText(urlPlace, "https://a.example/orders/{{variables.v}}/items?x=1", { v: value }),
  );

  const segments = url.pathname.split("/").map(decodeURIComponent);
  expect(segments).toEqual(["", "orders", value.toWellFormed(), "items"]);
  expect([url.host, url.search, url.hash]).toEqual(["a.example", "?x=1", ""]);
});

test.for(HOSTILE)("%j stays in the fragment, and in the name of a parameter", (value) => {
  const variables = { v: value };
  const fragment = new URL(fillText(urlPlace, "https://a.example/#{{variables.v}}", variables));
  const name = new URL(fillText(urlPlace, "https://a.example/?{{variables.v}}=1", variables));

  expect([fragment.pathname, fragment.search]).toEqual(["/", ""]);
  expect(decodeURIComponent(fragment.hash.slice(1))).toBe(value.toWellFormed());
  expect([...name.searchParams]).toEqual([[value.toWellFormed(), "1"]]);
});

test.for<[string, JsonObject, string]>([
  ["https://a.example/o/{{variables.v}}", { v: ".." }, "dots alone"],
  ["https://a.example/o/{{variables.v}}/x", { v: "." }, "dots alone"],
  ["https://a.example/o/.{{variables.v}}", { v: "." }, "dots alone"],
  ["https://a.example/o/%2e{{variables.v}}", { v: "." }, "dots alone"],
  ["https://a.example/o/%{{variables.v}}", { v: "2e" }, "dots alone"],
  ["https://a.example/o/{{variables.v}}{{variables.v}}?q=1", { v: "." }, "dots alone"],
  ["https://a.example/o/\t{{variables.v}}", { v: ".." }, "dots alone"],
  ["https:\\\\a.example\\o\\{{variables.v}}", { v: ".." }, "dots alone"],
  ["{{variables.b}}/o/{{variables.v}}", { b: "https://a.example/v1", v: ".." }, "dots alone"],
  ["https://a.example/o/{{variables.v}}", { v: null }, "is empty"],
  ["https://a.example/o/{{variables.v}}/items", { v: "" }, "is empty"],
])("%s with %j leads to no other path", ([text, variables, reason]) => {
  const filled = fillText(urlPlace, text, variables);

  expect(filled).toMatch(/^refused: /);
  expect(filled).toContain(reason);
});

test.for<[string, Json, string]>([
  ["https://a.example/o/{{variables.v}}", 42, "https://a.example/o/42"],
  ["https://a.example/o/v{{variables.v}}.json", "1.5", "https://a.example/o/v1.5.json"],
  ["https://a.example/o/..{{variables.v}}", "x", "https://a.example/o/..x"],
  ["https://a.example/?q={{variables.v}}", null, "https://a.example/?q="],
  ["https://a.example/?q={{variables.v}}", { a: 1 }, "https://a.example/?q=%7B%22a%22%3A1%7D"],
  ["https://a.example?q={{variables.v}}", "a/b", "https://a.example?q=a%2Fb"],
  ["{{variables.v}}", "https://a.example/?a=1&b=2#c", "https://a.example/?a=1&b=2#c"],
  [
    "https://a.example/{{secrets.KEY}}/{{variables.v}}",
    "a/b",
    "https://a.example/{{secrets.KEY}}/a%2Fb",
  ],
  ["{{secrets.BASE}}/o/{{variables.v}}", "a/b", "{{secrets.BASE}}/o/a%2Fb"],
  [
    "mailto:{{variables.v}}?subject=x",
    "ann@a.example?bcc=eve",
    "mailto:ann@a.example%3Fbcc%3Deve?subject=x",
  ],
])("%s with %j is %s", ([text, v, filled]) => {
  expect(fillPlace(urlPlace, text, { v })).toBe(filled);
});

describe("a host", () => {
  test.for([
    "https://{{variables.h}}/x",
    "https://{{variables.h}}",
    "https://api.{{variables.h}}.example/x",
    "https://a.example:{{variables.h}}/x",
    "https://{{variables.h}}@a.example/x",
    "https://a.example{{variables.h}}",
    "https:/{{variables.h}}/x",
    "https:///{{variables.h}}/x",
    "https:\\\\{{variables.h}}/x",
    "ht\ntps://{{variables.h}}/x",
    " https://{{variables.h}}/x",
    "{{variables.h}}/x",
    "{{variables.h}}://a.example",
    "{{secrets.BASE}}{{variables.h}}/x",
    "//{{variables.h}}/x",
  ])("of data is a problem at deployment: %j", (text) => {
    expect(misplacedIn(urlPlace, text)?.message).toContain("{{variables.h}} in its host");
  });

  test.for([
    "https://a.example/{{variables.h}}",
    "https://a.example?{{variables.h}}",
    "https://a.example#{{variables.h}}",
    "https://{{secrets.HOST}}/x?q={{variables.h}}",
    "https://bot:{{secrets.PASS}}@a.example/{{variables.h}}",
    "{{secrets.BASE}}/o/{{variables.h}}",
  ])("of the definition is none: %j", (text) => {
    expect(misplacedIn(urlPlace, text)).toBeNull();
  });

  test.for<[string, string, string]>([
    ["https://{{variables.h}}/x", "a.example", "https://a.example/x"],
    ["https://{{variables.h}}/x", "a.example:8080", "https://a.example:8080/x"],
    ["https://{{variables.h}}.a.example/x", "eu-1", "https://eu-1.a.example/x"],
    ["{{variables.h}}/x", "https://a.example/v1", "https://a.example/v1/x"],
    ["{{variables.h}}?q=1", "http://a.example", "http://a.example?q=1"],
    ["{{variables.h}}://a.example/", "http", "http://a.example/"],
  ])("in a version that is deployed already is filled: %s with %s", ([text, h, filled]) => {
    expect(fillPlace(urlPlace, text, { h })).toBe(filled);
  });

  test.for<[string, string]>([
    ["https://{{variables.h}}.a.example/x", "evil.example/"],
    ["https://{{variables.h}}.a.example/x", "evil.example#"],
    ["https://{{variables.h}}.a.example/x", "evil.example\\"],
    ["https://{{variables.h}}.a.example/x", "bot@evil.example?"],
    ["https://a.example{{variables.h}}", "@evil.example"],
    ["https://a.example{{variables.h}}/x", ":8080/admin"],
    ["{{variables.h}}/x", "https://evil.example/?"],
    ["{{variables.h}}/x", "javascript:alert(1)//"],
    ["{{variables.h}}/x", "https://evil.example#"],
  ])("is not left by %s with %j", ([text, h]) => {
    expect(fillPlace(urlPlace, text, { h })).toMatch(/^refused: \{\{variables\.h\}\}/);
  });
});
