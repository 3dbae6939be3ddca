import { expect, test } from "vitest";
import { modelDown } from "../support/recording-services.ts";
import { ShippedWorkflow } from "../support/shipped-workflow.ts";

const workflow = await ShippedWorkflow.read("expense-approval");
const says = (decision: string) => ({ decision, reason: "by the policy" });
const expense = (amount: number) => ({ amount, item: "Laptop stand" });
const DAY = 86_400_000;

test("a small expense is approved by the policy alone", async () => {
  const answers = [says("auto-approve")];
  const { view, channels } = await workflow.run({ variables: expense(45), answers });

  expect(view).toMatchObject({
    status: "completed",
    output: { result: "approved", amount: 45 },
    requests: [],
  });
  expect(channels).toEqual(["#approvals"]);
});

test("what the policy forbids is rejected without a person", async () => {
  const { view, calls } = await workflow.run({
    variables: expense(60),
    answers: [says("reject")],
  });

  expect(view.output).toMatchObject({ result: "rejected" });
  expect(calls[0]?.params["message"]).toContain("by the policy");
});

test.for(["needs-review", "auto-approve"])(
  "640 dollars go to a person, also when AI says %s",
  async (decision) => {
    const { view } = await workflow.run({
      variables: expense(640),
      answers: [says(decision)],
      deeds: [["U0BOB", "approve"]],
    });

    expect(view.output).toEqual({ result: "approved", amount: 640, item: "Laptop stand" });
    expect(view.requests).toMatchObject([{ opened: { required: 1, excluded: ["U0ALICE"] } }]);
  },
);

test("a person's no is a rejection", async () => {
  const deeds = [["U0BOB", "reject"]] as const;
  const answers = [says("needs-review")];
  const { view } = await workflow.run({ variables: expense(640), answers, deeds });

  expect(view.output).toMatchObject({ result: "rejected" });
});

test("what nobody decides expires, which is no rejection", async () => {
  const { view } = await workflow.run({
    variables: expense(640),
    answers: [says("needs-review")],
    deeds: [{ waitMs: 3 * DAY }],
  });

  expect(view.output).toMatchObject({ result: "expired" });
});

test("over 5000 dollars two people have to agree", async () => {
  const { view } = await workflow.run({
    variables: expense(6400),
    answers: [says("auto-approve")],
    deeds: [
      ["U0BOB", "approve"],
      ["U0CAROL", "approve"],
    ],
  });

  expect(view.output).toMatchObject({ result: "approved", amount: 6400 });
  expect(view.requests).toMatchObject([{ votes: [{ by: "U0BOB" }, { by: "U0CAROL" }] }]);
});

test("without a screening a person decides, and is told so", async () => {
  const deeds = [["U0CAROL", "approve"]] as const;
  const { view } = await workflow.run({ variables: expense(45), answers: [modelDown()], deeds });

  expect(view.output).toMatchObject({ result: "approved" });
  expect(view.requests[0]?.opened.message).toMatch(/screening failed/i);
});

test("these cases enter every step", () => {
  expect(workflow.notEntered()).toEqual([]);
});
