import { expect, test } from "vitest";
import { StoreHealth } from "../../../src/engine/runtime/store-health.ts";
import { AppError } from "../../../src/shared/errors.ts";
import { ManualClock } from "../../support/manual-clock.ts";

test("whether the store takes writes is found out anew after five seconds", async () => {
  const clock = new ManualClock();
  let isFull = true;
  const full = new AppError({ code: "store_unavailable", message: "The disk is full." });
  const set = async () => {
    if (isFull) throw full;
  };
  const check = new StoreHealth({ store: { kv: { set } }, clock });

  await expect(check.assertWritable()).rejects.toThrow("The disk is full.");
  isFull = false;
  await clock.advance(4999);
  await expect(check.assertWritable()).rejects.toThrow("The disk is full.");
  await clock.advance(1);
  await check.assertWritable();
  isFull = true;
  await check.assertWritable();
  await clock.advance(5000);
  await expect(check.assertWritable()).rejects.toThrow("The disk is full.");
});
