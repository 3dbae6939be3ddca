import { expect, test } from "vitest";
import { decideTogether } from "../support/approval-load.ts";

test("ten people decide a hundred approvals at once: each click is acknowledged, none is lost or counted twice", async () => {
  const report = await decideTogether({
    approvals: 100,
    people: 10,
    realistic: false,
    waitsForCards: false,
  });

  expect(report.unacknowledged).toBe(0);
  expect(report.problems).toEqual([]);
});
