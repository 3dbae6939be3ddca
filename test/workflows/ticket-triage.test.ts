import { expect, test } from "vitest";
import { modelDown } from "../support/recording-services.ts";
import { ShippedWorkflow } from "../support/shipped-workflow.ts";

const workflow = await ShippedWorkflow.read("ticket-triage");
const variables = { ticketText: "My API returns 500 errors", customerTier: "enterprise" };
const DRAFT = "Thank you for writing. We have received your ticket.";

test.for([
  { category: "billing", answers: ["billing", DRAFT], channels: ["#finance"] },
  { category: "feature-request", answers: ["feature-request", DRAFT], channels: ["#support"] },
  { category: "urgent-outage", answers: ["urgent-outage", DRAFT], channels: ["#oncall-alerts"] },
  { category: "technical", answers: ["technical", 5, DRAFT], channels: ["#oncall-alerts"] },
  { category: "technical", answers: ["technical", 2, DRAFT], channels: ["#engineering"] },
])("$answers goes to $channels, with a draft for the customer", async (row) => {
  const { view, channels } = await workflow.run({ variables, answers: row.answers });

  expect(view).toMatchObject({
    status: "completed",
    output: { category: row.category, customerEmail: null, draft: DRAFT },
  });
  expect(channels).toEqual(row.channels);
});

test("a ticket that AI cannot classify is sorted by a person", async () => {
  const { view, channels } = await workflow.run({ variables, answers: [modelDown()] });

  expect(view.status).toBe("completed");
  expect(channels).toEqual(["#support"]);
});

test("a ticket is routed even if no answer can be drafted", async () => {
  const { view, channels } = await workflow.run({ variables, answers: ["billing", modelDown()] });

  expect(view).toMatchObject({ status: "completed", output: { category: "billing", draft: null } });
  expect(channels).toEqual(["#finance"]);
});

test("these cases enter every step", () => {
  expect(workflow.notEntered()).toEqual([]);
});
