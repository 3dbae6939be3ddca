import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { withReference } from "../../scripts/http-reference/reference.ts";

test("docs/http.md says of every endpoint what its declaration says", async () => {
  const text = await readFile(new URL("../../docs/http.md", import.meta.url), "utf8");

  expect(text, "run: npm run http-reference").toBe(withReference(text));
});
