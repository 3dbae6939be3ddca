import { expect, test } from "vitest";
import { decideByPolicy } from "../../../model/rules/policy.ts";
import { question } from "../ask.ts";

const VALUES = ["approve", "review", "reject"];

test.for([
  {
    prompt: "10% or less approve, 10 to 20 need review, more than 20 reject. Discount: 15",
    values: VALUES,
    value: "review",
  },
  {
    prompt: "Approve if amount < 100. Reject if amount >= 100. Amount: 100",
    values: VALUES,
    value: "reject",
  },
  {
    prompt: "Approve if it is at most $1k and reject over $1k. Total: $1,000.50",
    values: VALUES,
    value: "reject",
  },
  {
    prompt: "Auto-approve: under $50; Review: $50 to $500; Reject: over $500. Cost: $50",
    values: VALUES,
    value: "review",
  },
  {
    prompt: "Auto-approve under 100; between 100 and 1,000 manager; otherwise vp. Amount: 2500",
    values: ["auto", "manager", "vp"],
    value: "vp",
  },
  {
    prompt:
      "Under $500 auto-approve, $500-$5000 need manager approval, over $5000 need VP approval. Amount: $6000",
    values: ["auto-approve", "manager-approval", "vp-approval"],
    value: "vp-approval",
  },
  {
    prompt:
      "Up to 5 days auto-approve, more than 5 days need review, over 30 days reject. Days: 40",
    values: VALUES,
    value: "reject",
  },
  {
    prompt: "Up to 5 days auto-approve, more than 5 days need review. Days: 7",
    values: VALUES,
    value: "review",
  },
])("$prompt → $value", ({ prompt, values, value }) => {
  expect(decideByPolicy(question(prompt), values)).toMatchObject({
    value,
    confidence: expect.closeTo(0.92, 1),
  });
});

test("reads the amount from the data when the prompt names none", () => {
  const prompt = "Expenses under $500 auto-approve, over $500 need review.";
  expect(decideByPolicy(question(prompt, '{"amount": 700}'), VALUES)?.value).toBe("review");
  expect(decideByPolicy(question(prompt, "a chair for $70"), VALUES)?.value).toBe("approve");
});

test("asks for a review, unsure, when there is no amount or no sensible one", () => {
  const prompt = "Expenses under $500 auto-approve, over $500 reject.";
  for (const given of ["", " Amount: $-5", " Amount: $500"]) {
    expect(decideByPolicy(question(prompt + given), VALUES)).toMatchObject({ value: "review" });
  }
});

test("a policy within the data is none", () => {
  const asked = question("Approve, review or reject?", "under $500 auto-approve. Amount: $5");
  expect(decideByPolicy(asked, VALUES)).toBeUndefined();
});

test("says nothing about prompts without a policy", () => {
  expect(decideByPolicy(question("Rate the severity from 1-5."), ["P1", "P2"])).toBeUndefined();
});
