import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readPricesFile } from "../../src/app/prices-file.ts";

async function read(text: string) {
  const folder = await mkdtemp(join(tmpdir(), "heddle-prices-"));
  try {
    const path = join(folder, "prices.json");
    await writeFile(path, text);
    return readPricesFile(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

test("prices are read by model", async () => {
  const prices = { "local/llama": { inputUsdPerMillion: 0.1, outputUsdPerMillion: 0.4 } };

  expect(await read(JSON.stringify(prices))).toEqual(prices);
});

test.for([
  ["{", /is not valid JSON: at line 1, column 2/],
  [
    '{"a/b": {"inputUsdPerMillion": 0.12345678901234567890, "outputUsdPerMillion": 1}}',
    /inputUsdPerMillion: this number is too large or has more digits/,
  ],
  ['{"a/b": {}, "a/b": {}}', /\["a\/b"\]: this name stands more than once/],
  ["[]", /the file: /],
  ['{"gpt-4o": {"inputUsdPerMillion": -1}}', /gpt-4o: inputUsdPerMillion: must not be negative/],
  ['{"gpt-4o": {"inputUsdPerMillion": 1}}', /gpt-4o: outputUsdPerMillion/],
  [
    '{"gpt-4o": {"input": 1, "outputUsdPerMillion": 1, "inputUsdPerMillion": 1}}',
    /gpt-4o: .*input/,
  ],
] as const)("what is wrong with %s is said, with an example", async ([text, expected]) => {
  await expect(read(text)).rejects.toThrow(expected);
});

test("a file that is not there is named", () => {
  expect(() => readPricesFile("/nowhere/prices.json")).toThrow(
    "PRICES_FILE (/nowhere/prices.json) cannot be read.",
  );
});
