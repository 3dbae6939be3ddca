import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ERROR_CODES, type ErrorCode, type Fault, faultOf } from "../../src/shared/errors.ts";
import { statusOf } from "../../src/web/http/error-response.ts";

const SECTIONS: Readonly<Record<string, Fault>> = {
  "Whoever asked can put it right": "user",
  "The author of the workflow can put it right": "author",
  "The operator can put it right": "operator",
  "An outside system is the cause": "outside",
  "We are the cause": "internal",
};

test("docs/errors.md has each code once, under whose fault it is, with its HTTP status", async () => {
  const text = await readFile(join(import.meta.dirname, "../../docs/errors.md"), "utf8");
  const documented = text.split(/^## /m).flatMap((section) => {
    const fault = SECTIONS[section.split("\n")[0] ?? ""];
    const rows = section.matchAll(/^\| `(\w+)` +\| (\d+) +\| .+ \| .+ \|$/gm);
    return [...rows].map(([, code, status]) => ({ code, status: Number(status), fault }));
  });

  const codes = ERROR_CODES as readonly ErrorCode[];
  const expected = codes.map((code) => ({ code, status: statusOf(code), fault: faultOf(code) }));

  expect(documented.sort(byCode)).toEqual(expected.sort(byCode));
});

function byCode(
  a: { readonly code?: string | undefined },
  b: { readonly code?: string | undefined },
): number {
  return (a.code ?? "").localeCompare(b.code ?? "");
}
