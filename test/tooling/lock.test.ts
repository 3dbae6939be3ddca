import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { missingFrom } from "../../scripts/complete-lock.ts";

const lockText = await readFile(new URL("../../package-lock.json", import.meta.url), "utf8");

test("the lock file names the optional packages of every platform, or npm ci would refuse it", () => {
  const missing = [...missingFrom(JSON.parse(lockText)).keys()];

  expect(missing, "run: node scripts/complete-lock.ts").toEqual([]);
});

test("the lock file names no download address, so that it serves with every registry", () => {
  expect(lockText).not.toMatch(/"resolved": *"http/);
});
