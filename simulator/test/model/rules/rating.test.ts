import { expect, test } from "vitest";
import { type Bounds, rate } from "../../../model/rules/rating.ts";
import { decideYesNo } from "../../../model/rules/yes-no.ts";
import { question } from "../ask.ts";

const OPEN: Bounds = { min: undefined, max: undefined, isInteger: false };

test.for([
  { prompt: "Rate the severity from 1 to 5.", data: "production down, data loss", value: 5 },
  {
    prompt: "Rate the severity from 1 to 5, where 1 is the most severe.",
    data: "production down, data loss",
    value: 1,
  },
  { prompt: "Score the satisfaction out of 10.", data: "awful, terrible, worst", value: 1 },
  {
    prompt: "Score the satisfaction 0-100.",
    data: "great, excellent, amazing, love it",
    value: 98,
  },
  { prompt: "How many seats are wanted?", data: "We need 25 seats", value: 25 },
  { prompt: "What is the total amount?", data: "Invoice 4711, sum $1,250.50", value: 1250.5 },
])("$prompt $data → $value", ({ prompt, data, value }) => {
  expect(rate(question(prompt, data), OPEN).value).toBe(value);
});

test.for([
  { min: 1, max: 5, isInteger: true },
  { min: -1, max: 1, isInteger: false },
  { min: 0, max: 0, isInteger: true },
  { min: 3, max: undefined, isInteger: true },
  { min: undefined, max: -2, isInteger: false },
])("stays within %o", (bounds) => {
  for (const data of ["production down, everyone, data loss", "typo", "great", "99999"]) {
    for (const prompt of ["Rate the severity.", "Score this.", "How many?"]) {
      const { value } = rate(question(prompt, data), bounds);
      expect(value).toBeGreaterThanOrEqual(bounds.min ?? -Infinity);
      expect(value).toBeLessThanOrEqual(bounds.max ?? Infinity);
      if (bounds.isInteger) expect(Number.isInteger(value)).toBe(true);
    }
  }
});

test.for([
  { prompt: "Is this spam?", data: "Click here for free money", value: true },
  { prompt: "Is this spam?", data: "See you at the meeting", value: false },
  { prompt: "Is this urgent?", data: "Production is down", value: true },
  { prompt: "Is this safe to publish?", data: "I will kill you", value: false },
  { prompt: "Does it violate the rules? Is it offensive?", data: "you idiot", value: true },
  {
    prompt: "Should it be approved? Under $50 is approved, over $50 needs review. Amount: $20",
    data: "",
    value: true,
  },
  {
    prompt:
      "Does it need human review? Under $50 is fine to pay, over $50 needs review. Amount: $90",
    data: "",
    value: true,
  },
  { prompt: "Is it a duck?", data: "quack", value: false },
])("$prompt $data → $value", ({ prompt, data, value }) => {
  expect(decideYesNo(question(prompt, data)).value).toBe(value);
});
