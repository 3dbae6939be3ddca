import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drawDiagrams, PICTURES } from "../../scripts/diagrams/draw-diagrams.ts";

test("the pictures in docs/diagrams.md show the workflows as they are", async () => {
  const pictures = await drawDiagrams();

  expect(pictures.size).toBeGreaterThan(1);
  for (const [name, svg] of pictures)
    expect(await readFile(join(PICTURES, name), "utf8"), "run: npm run diagrams").toBe(svg);
});
