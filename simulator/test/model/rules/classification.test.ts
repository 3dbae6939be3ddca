import { expect, test } from "vitest";
import { classify, classifyMany } from "../../../model/rules/classification.ts";
import { moderate } from "../../../model/rules/moderation.ts";
import { pickDegree } from "../../../model/rules/severity.ts";
import { question } from "../ask.ts";

test.for([
  {
    values: ["positive", "neutral", "negative"],
    data: "I love this, great work",
    value: "positive",
  },
  {
    values: ["positive", "neutral", "negative"],
    data: "The worst chair, I hate it",
    value: "negative",
  },
  { values: ["positive", "neutral", "negative"], data: "It is a chair", value: "neutral" },
  { values: ["spam", "ham"], data: "Act now, you are a winner", value: "spam" },
  { values: ["spam", "ham"], data: "Lunch with the team tomorrow?", value: "ham" },
  {
    values: ["shipping", "billing", "other"],
    data: "The package never arrived",
    value: "shipping",
  },
  { values: ["security", "hr"], data: "This looks like phishing", value: "security" },
  { values: ["gardening", "cooking"], data: "a book about cooking", value: "cooking" },
])("$data → $value", ({ values, data, value }) => {
  expect(classify(question("Classify this.", data), values).value).toBe(value);
});

test("gives every value that is meant, in the order of the values", () => {
  const asked = question("Tag this.", "Refund my invoice, the app crashed");
  expect(classifyMany(asked, ["technical", "sales", "billing"])).toEqual(["technical", "billing"]);
});

test.for([
  {
    values: ["low", "medium", "high", "critical"],
    data: "Production down for all users",
    value: "critical",
  },
  { values: ["critical", "high", "medium", "low"], data: "a typo on staging", value: "low" },
  {
    values: ["SEV3", "SEV1", "SEV2"],
    data: "outage, data loss, everyone is affected",
    value: "SEV1",
  },
])("picks the degree $value for: $data", ({ values, data, value }) => {
  expect(pickDegree(question("How severe?", data), values)?.value).toBe(value);
});

test("takes only degrees for degrees, and only stances for moderation", () => {
  expect(pickDegree(question("?"), ["low", "billing"])).toBeUndefined();
  expect(moderate(question("?"), ["billing", "technical"])).toBeUndefined();
});

test("rejects harm even when no value asks for a review", () => {
  expect(moderate(question("?", "a bomb"), ["allow", "remove"])?.value).toBe("remove");
  expect(moderate(question("?", "a flower"), ["allow", "remove"])?.value).toBe("allow");
});
