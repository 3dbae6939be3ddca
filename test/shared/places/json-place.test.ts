import { describe, expect, test } from "vitest";
import type { Json } from "../../../src/shared/json.ts";
import { isJsonText, jsonPlace } from "../../../src/shared/places/json-place.ts";
import { fillText } from "../../support/fill-place.ts";

const HOSTILE: readonly Json[] = [
  'say "hi"',
  '", "admin": true, "x": "',
  "back\\slash",
  "\\",
  '\\"',
  "line\nbreak",
  "\r\n\t",
  "\u0000\u0001",
  "\u2028\u2029",
  "}",
  "]]}}",
  "null",
  "true",
  "12",
  '{"$ne": null}',
  "日本語 😀",
  "{{secrets.KEY}}",
  "</script>",
  "",
  "/* */",
  { a: 'b"c' },
  ["x", 1],
];

describe("a value in JSON text", () => {
  test.for(HOSTILE)("stays within its quotes: %j", (value) => {
    const text = fillText(jsonPlace, '{"text": "a {{variables.v}} b", "safe": 1}', { v: value });

    const parsed: unknown = JSON.parse(text.replaceAll("{{'{{'}}", "{{"));
    const shown = typeof value === "string" ? value : JSON.stringify(value);
    expect(parsed).toEqual({ text: `a ${shown} b`, safe: 1 });
  });

  test.for<Json>([...HOSTILE, 12, 1.5, true, null])(
    "keeps its type without quotes: %j",
    (value) => {
      const text = fillText(jsonPlace, '{"v": {{variables.v}}, "safe": [{{variables.v}}]}', {
        v: value,
      });

      const parsed: unknown = JSON.parse(text.replaceAll("{{'{{'}}", "{{"));
      expect(parsed).toEqual({ v: value, safe: [value] });
    },
  );

  test("may be a part of a name, and quotes that are escaped end nothing", () => {
    const text = fillText(jsonPlace, String.raw`{"say \"{{variables.v}}\"": "\\{{variables.v}}"}`, {
      v: '"',
    });

    expect(JSON.parse(text)).toEqual({ 'say """': '\\"' });
  });
});

const value = { template: "{{variables.v}}", isSecret: false, value: undefined };

test.for<[readonly (string | typeof value)[], boolean]>([
  [['{"a": "', value, '"}'], true],
  [['{"a": ', value, "}"], true],
  [["[", value, ", ", value, "]"], true],
  [["[", value, "] Disk full"], false],
  [['{"a": "', value, "}"], false],
  [['{"a": 1', value, "}"], false],
  [["{", value, ": 1}"], false],
  [["Hello ", value], false],
])("%j is JSON: %s", ([pieces, isJson]) => {
  expect(isJsonText(pieces)).toBe(isJson);
});
