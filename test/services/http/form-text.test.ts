import { expect, test } from "vitest";
import { toFormText } from "../../../src/services/http/form-text.ts";
import type { Json } from "../../../src/shared/json.ts";

test.for<[Json, string]>([
  [{ a: "b c", "e f": "ü&" }, "a=b c&e f=ü&"],
  [{ a: { b: 1, c: [1, 2] }, n: null, t: true }, "a[b]=1&a[c][]=1&a[c][]=2&t=true"],
  [{ list: [1, { x: 2 }, [3]] }, "list[0]=1&list[1][x]=2&list[2][]=3"],
  [[1, { a: 2 }], "0=1&1[a]=2"],
  [JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}'), "__proto__[a]=1&constructor=2"],
  [{ none: [] }, ""],
])("%j is the form %s", ([value, form]) => {
  const fields = [...new URLSearchParams(toFormText(value))].map((field) => field.join("="));
  expect(fields.join("&")).toBe(form);
});
