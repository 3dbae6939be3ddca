import { expect, test } from "vitest";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const HOUR = 3_600_000;
const SOME = {
  id: "some",
  name: "Some",
  steps: [{ id: "nap", type: "wait", config: { duration: 1 } }],
};
const MENU = JSON.stringify({ ...SOME, id: "menu", name: "Menu" });

/** Has one draft written, or says why not. */
async function write(harness: WorkflowHarness, person: string, n: number): Promise<string> {
  const { drafts } = harness.engine;
  const place = { channel: "D0", threadTs: `${n}.0`, description: "a workflow that naps" };
  const draft = await drafts.open({ key: `${person}:${n}`, ownerId: person, ...place });
  return drafts.write(draft?.id ?? "").then(
    () => "written",
    (error: unknown) => (error instanceof Error ? error.message : "?"),
  );
}

async function writeMany(harness: WorkflowHarness, person: string, count: number): Promise<string> {
  let last = "";
  for (let n = 0; n < count; n += 1) last = await write(harness, person, n);
  return last;
}

test("a person has twenty rounds an hour written, then is asked to wait; others are not", async () => {
  await using harness = await WorkflowHarness.open(SOME, { answers: () => MENU });

  expect(await writeMany(harness, "U0BOB", 20)).toBe("written");
  expect(await write(harness, "U0BOB", 20)).toBe(
    "At most 20 workflows and changes are written for one person in an hour. Ask again in 3 minutes.",
  );
  expect(harness.questions).toHaveLength(20);
  expect(await write(harness, "U0CAROL", 0)).toBe("written");

  await harness.clock.advance(HOUR);
  expect(await writeMany(harness, "U0BOB", 45)).toContain("Ask again in");
});

test("drafts of a person end at the month's budget, whatever the model costs, unless an admin gives more", async () => {
  // The stand-in answers cost a fraction of a cent each; the budget is less than that.
  await using harness = await WorkflowHarness.open(SOME, {
    answers: () => MENU,
    draftBudgetUsd: 0.00001,
  });

  expect(await write(harness, "U0BOB", 0)).toBe("written");
  const refused = await write(harness, "U0BOB", 1);
  expect(refused).toContain("This month's budget for drafts of <@U0BOB> is used up");
  expect(refused).toContain("/workflow budget person <@U0BOB>");
  expect(harness.questions).toHaveLength(1);

  await harness.engine.costs.setBudget("person", "U0BOB", 5, "U0ADMIN");
  await harness.clock.advance(6000);
  expect(await write(harness, "U0BOB", 2)).toBe("written");
});

test("a request that is too long is refused before it counts", async () => {
  await using harness = await WorkflowHarness.open(SOME, { answers: () => MENU });
  const place = { channel: "D0", threadTs: "1.0", description: "nap ".repeat(3000) };
  const draft = await harness.engine.drafts.open({ key: "k", ownerId: "U0BOB", ...place });

  await expect(harness.engine.drafts.write(draft?.id ?? "")).rejects.toThrow(
    "The description has 12000 characters; at most 8000 are taken",
  );
  expect(harness.questions).toEqual([]);
});
