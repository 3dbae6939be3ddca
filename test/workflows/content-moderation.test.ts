import { expect, test } from "vitest";
import { modelDown, refused } from "../support/recording-services.ts";
import { ShippedWorkflow } from "../support/shipped-workflow.ts";

const workflow = await ShippedWorkflow.read("content-moderation");
const variables = { content: "Lovely walk in the park today", author: "U0DAVE" };
const says = (action: string) => ({ action, reason: "because of the rules" });
const DAY = 86_400_000;

test("what breaks no rule is published without a person", async () => {
  const { view, calls } = await workflow.run({ variables, answers: [says("approve")] });

  expect(view).toMatchObject({
    status: "completed",
    output: { result: "published", author: "U0DAVE" },
    requests: [],
  });
  expect(calls).toMatchObject([
    {
      name: "slack.sendMessage",
      params: { channel: "#general", message: expect.stringContaining("Lovely walk") },
    },
  ]);
});

test("what breaks a rule is not published, and its author hears why", async () => {
  const { view, calls } = await workflow.run({ variables, answers: [says("reject")] });

  expect(view.output).toEqual({
    result: "rejected",
    author: "U0DAVE",
    reason: "because of the rules",
  });
  expect(calls).toMatchObject([
    { params: { channel: "U0DAVE", message: expect.stringContaining("because of the rules") } },
  ]);
});

test("an author who cannot be told does not keep the run from ending", async () => {
  const { view } = await workflow.run({ variables, answers: [says("reject")], services: refused });

  expect(view).toMatchObject({ status: "completed", output: { result: "rejected" } });
});

test.for([
  ["approve", "published", ["#general"]],
  ["reject", "rejected", ["U0DAVE"]],
] as const)(
  "what is in doubt goes to a person, who says %s",
  async ([choice, result, channels]) => {
    const ended = await workflow.run({
      variables,
      answers: [says("flag")],
      deeds: [["U0BOB", choice]],
    });

    expect(ended.view).toMatchObject({ status: "completed", output: { result } });
    expect(ended.view.requests[0]?.opened).toMatchObject({
      channel: "#approvals",
      approvers: ["@moderators"],
      message: variables.content,
    });
    expect(ended.channels).toEqual(channels);
  },
);

test("nothing is published when nobody looks in time", async () => {
  const answers = [says("flag")];
  const ended = await workflow.run({ variables, answers, deeds: [{ waitMs: 2 * DAY }] });

  expect(ended.view.output).toEqual({ result: "not-reviewed", author: "U0DAVE" });
  expect(ended.channels).toEqual(["#approvals"]);
});

test("without a screening a person decides", async () => {
  const deeds = [["U0BOB", "reject"]] as const;
  const { view } = await workflow.run({ variables, answers: [modelDown()], deeds });

  expect(view.output).toMatchObject({
    result: "rejected",
    reason: expect.stringContaining("screening failed"),
  });
});

test("these cases enter every step", () => {
  expect(workflow.notEntered()).toEqual([]);
});
