import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AnswerFormat } from "../../../src/engine/ai/envelope.ts";
import { parseAnswer } from "../../../src/engine/ai/parse-answer.ts";
import type { Json } from "../../../src/shared/json.ts";
import { cpuTime } from "../../support/cpu-time.ts";

const TICKET: AnswerFormat = {
  kind: "enum",
  allowedValues: ["billing", "technical", "feature-request", "Urgent Outage"],
};
const REVIEW: AnswerFormat = {
  kind: "enum",
  allowedValues: ["review", "needs-review", "C", "C++"],
};
const SEVERITY: AnswerFormat = { kind: "number", min: 1, max: 5, integer: true };
const AMOUNT: AnswerFormat = { kind: "number" };
const YES_NO: AnswerFormat = { kind: "boolean" };
const FREE: AnswerFormat = { kind: "json" };
const DECISION: AnswerFormat = {
  kind: "json",
  schema: {
    type: "object",
    properties: { decision: { type: "string", enum: ["approve", "reject"] } },
    required: ["decision"],
    additionalProperties: false,
  },
};

function valueOf(text: string, format: AnswerFormat, isCutOff = false): Json | undefined {
  const answer = parseAnswer(text, format, isCutOff);
  return answer.ok ? answer.value : undefined;
}

function complaintOf(text: string, format: AnswerFormat, isCutOff = false): string {
  const answer = parseAnswer(text, format, isCutOff);
  return answer.ok ? `understood ${JSON.stringify(answer.value)}` : answer.complaint;
}

describe("an allowed value is found in", () => {
  test.each([
    ["billing", "billing"],
    ["Billing.", "billing"],
    ['"BILLING"', "billing"],
    ["**billing**", "billing"],
    ["`billing`!", "billing"],
    ["- billing", "billing"],
    ["```\nbilling\n```", "billing"],
    ["I would classify this as billing", "billing"],
    ["Category: billing", "billing"],
    ["The category is: *billing*.", "billing"],
    ["Let me see.\nAnswer: Feature Request", "feature-request"],
    ["feature_request", "feature-request"],
    ["urgent outage", "Urgent Outage"],
    ["<think>billing or technical?</think>\ntechnical", "technical"],
    ['{"value": "Technical", "reason": "x", "confidence": 0.9}', "technical"],
    ['```json\n{"value": "technical"}\n```', "technical"],
    ['Sure! {"value": "technical"} Hope that helps.', "technical"],
    ['{"category": "billing"}', "billing"],
    ['{"category": "billing", "reason": "money"}', "billing"],
    ['{"value": "billing", "reason": "The customer wr', "billing"],
  ])("%j", (text, value) => {
    expect(valueOf(text, TICKET)).toBe(value);
  });

  test.each([
    ["needs-review", "needs-review"],
    ["I think it needs review", "needs-review"],
    ["please review", "review"],
    ["C", "C"],
    ["C++", "C++"],
    ["It is C++.", "C++"],
  ])("%j when another value is a part of it", (text, value) => {
    expect(valueOf(text, REVIEW)).toBe(value);
  });

  test.each([
    ["billing or technical", /more than one allowed value \(billing, technical\)/],
    ["billing\n\nThe customer was not charged for a technical reason.", /more than one/],
    ["This is not billing. It is technical.", /more than one/],
    ["Billing? No, technical.", /more than one/],
    ["Billing? No.", /"Billing\? No" is not one of the allowed values alone/],
    ["Probably billing", /not one of the allowed values alone/],
    ["billing, unless they paid twice", /not one of/],
    ["Nicht billing", /not one of/],
    ["~~billing~~", /not one of/],
    ['{"value": "billing"} Wait, that is wrong.', /in doubt/],
    ['{"value": "billing"} Technical fits, too.', /in doubt/],
    ["first billing\nthen technical", /more than one/],
    ["It is not billing", /not one of the allowed/],
    ["The invoice isn't about billing at all", /not one of/],
    ["non-billing", /not one of/],
    ["rebilling", /not one of/],
    ["refund", /"refund" is not one of the allowed values. Answer with exactly one of "billing"/],
    ['{"value": ["billing"]}', /not one of/],
    ['{"value": null}', /not one of/],
    ['{"a": "billing", "b": "billing"}', /no member "value"/],
    ['{"value": "billing"} {"value": "technical"}', /several/],
    ['{"value": "bill', /not one of|cut off/],
    ["", /empty/],
    [" \n\t ", /empty/],
    ["x".repeat(5000), /far too long/],
    ["x".repeat(200_000), /far too long/],
  ])("%j is no answer", (text, complaint) => {
    expect(complaintOf(text, TICKET)).toMatch(complaint);
  });
});

describe("a number is found in", () => {
  test.each([
    ["4", 4],
    ["4.", 4],
    ["**4**", 4],
    ["Severity: 4", 4],
    ["4/5", 4],
    ["4 out of 5", 4],
    ["four", 4],
    ["I'd rate this a 4 on a scale from 1 to 5.", 4],
    ["On a scale of 1-5 this is 3", 3],
    ['{"value": 4, "reason": "5 users", "confidence": 1}', 4],
    ['{"value": "4"}', 4],
    ['{"severity": 4}', 4],
    ['{"value": 3, "rea', 3],
  ])("%j", (text, value) => {
    expect(valueOf(text, SEVERITY)).toBe(value);
  });

  test.each([
    ["$1,200.50", 1200.5],
    ["-12", -12],
    ["The total is -3.5", -3.5],
    ["1e3", 1000],
  ])("%j without bounds", (text, value) => {
    expect(valueOf(text, AMOUNT)).toBe(value);
  });

  test.each([
    ["6", /6 is too large. Answer with a whole number from 1 to 5/],
    ["0", /0 is too small/],
    ["3.5", /not a whole number/],
    ["high", /"high" is not a number/],
    ["3 or 4", /several numbers \(3, 4\)/],
    ["3-4", /not a number alone/],
    ["4?", /not a number alone/],
    ["4/10", /not a number alone/],
    ["P4", /not a number alone/],
    ["about 4", /not a number alone/],
    ["1e999", /not a number/],
    ['{"value": true}', /not a number/],
    ['{"value": 4', /not a number alone/],
  ])("%j is no answer", (text, complaint) => {
    expect(complaintOf(text, SEVERITY)).toMatch(complaint);
  });
});

describe("a number is no answer with what can change it:", () => {
  test.each([
    "1.5k",
    "about 2 million",
    "minus 5",
    "- 7",
    "(500)",
    "2026-11-30",
    "85%",
    "3 hours",
    "200 cents",
    "~12",
    "> 12",
    "12+",
    "10²",
    "twenty-four",
    "four hundred",
    "Thousands: 5",
    "5 (in millions)",
    "1,5",
    "1'200",
    "007",
  ])("%j", (text) => {
    expect(complaintOf(text, AMOUNT)).toMatch(/not a number|several numbers/);
  });

  test.each(["1.200 €", "1,200", "12.500", '{"value": "1.200"}'])(
    "%j, which has two readings",
    (text) => {
      expect(complaintOf(text, AMOUNT)).toMatch(/can be read as two numbers/);
    },
  );

  test.each([
    ["€ 1200", 1200],
    ["1200.50 EUR", 1200.5],
    ["0.125", 0.125],
    ["1,200,000", 1_200_000],
    ["−5", -5],
    ["Amount: $640", 640],
  ])("a currency cannot, nor what has one reading: %j", (text, value) => {
    expect(valueOf(text, AMOUNT)).toBe(value);
  });

  test("percent are read where a hundred is the most", () => {
    expect(valueOf("85%", { kind: "number", min: 0, max: 100 })).toBe(85);
    expect(complaintOf("1%", { kind: "number", min: 0, max: 1 })).toMatch(/not a number alone/);
  });
});

describe("yes or no is found in", () => {
  test.each([
    ["true", true],
    ["No.", false],
    ["Yes, because it is spam", true],
    ["The answer is yes", true],
    ["Spam: true", true],
    ['{"value": false, "reason": "yes"}', false],
    ['{"value": "no"}', false],
    ['{"is_spam": true}', true],
  ])("%j", (text, value) => {
    expect(valueOf(text, YES_NO)).toBe(value);
  });

  test.each([
    "maybe",
    "true or false?",
    "Yes or no? No.",
    "It is not true",
    "No, this is true art",
    "Yes, unless it is forged",
    "Yes and no",
    "No problem",
    '{"value": 2}',
    "No idea",
  ])("%j is no answer", (text) => {
    expect(complaintOf(text, YES_NO)).toMatch(/true/);
  });
});

describe("JSON is found in", () => {
  test.each([
    ['{"a": 1}', { a: 1 }],
    ['Here you are:\n```json\n{"a": {"b": "}"}}\n```\nBye {smile}', { a: { b: "}" } }],
    ["[1, 2]", [1, 2]],
    ['{"value": 1, "reason": "x"}', { value: 1, reason: "x" }],
  ])("%j", (text, value) => {
    expect(valueOf(text, FREE)).toEqual(value);
  });

  test.each([
    ["no object", /no valid JSON/],
    ['"text"', /no valid JSON/],
    ['{"a": 1} {"a": 2}', /several/],
    ['{"a": ', /no valid JSON/],
    [`${"[".repeat(5000)}${"]".repeat(5000)}`, /nested more than 100 levels deep/],
  ])("%j is no answer", (text, complaint) => {
    expect(complaintOf(text, FREE)).toMatch(complaint);
  });

  test("a schema holds for the value in its envelope and for a bare one", () => {
    expect(valueOf('{"value": {"decision": "approve"}, "reason": "x"}', DECISION)).toEqual({
      decision: "approve",
    });
    expect(valueOf('{"decision": "reject"}', DECISION)).toEqual({ decision: "reject" });
    expect(valueOf('{"value": {"decision": "reject"}, "reason": "cut o', DECISION, true)).toEqual({
      decision: "reject",
    });
  });

  test("what does not follow the schema is named by its place", () => {
    expect(complaintOf('{"value": {"decision": "maybe", "x": 1}}', DECISION)).toMatch(
      /"decision": .*"approve".*; Unrecognized key: "x"/,
    );
    expect(complaintOf("{}", DECISION)).toMatch(/"decision"/);
  });

  test("a pattern in a schema cannot hang the process", () => {
    const schema = { type: "string", pattern: "^(a+)+$" };

    const format: AnswerFormat = { kind: "json", schema };
    expect(complaintOf(JSON.stringify({ value: `${"a".repeat(40)}!` }), format)).toMatch(
      /must match pattern "\^\(a\+\)\+\$"/,
    );
  });
});

describe("an allowed value in another form of Unicode", () => {
  const cafe: AnswerFormat = { kind: "enum", allowedValues: ["caf\u00e9", "th\u00e9"] };

  test.each([
    "cafe\u0301",
    "Cafe\u0301.",
    "The category is cafe\u0301.",
    '{"value": "cafe\u0301"}',
  ])("is the same: %j", (text) => {
    expect(valueOf(text, cafe)).toBe("caf\u00e9");
  });

  test("may be the one that is declared", () => {
    const declared = "cafe\u0301";

    expect(valueOf("caf\u00e9", { kind: "enum", allowedValues: [declared] })).toBe(declared);
  });
});

describe("reasoning never reaches people:", () => {
  test.each([
    "<think>Rude.</think>\n\nDear Ann",
    "<think>Rude.</think>Dear Ann",
    "Okay, she is rude.\n</think>\n\nDear Ann",
    "Okay, she is rude.</think>Dear Ann",
    "Okay, she is rude </think>Dear Ann",
    "Okay, she is rude.</think> Dear Ann",
    "<thought>Rude.</thought>\nDear Ann",
    "<thinking>\nRude.\n</thinking>\n<reasoning>And late.</reasoning>\nDear Ann",
    '<thinking foo="1">Rude.</thinking>\nDear Ann',
    "[THINK]Rude.[/THINK]Dear Ann",
    "◁think▷Rude.◁/think▷Dear Ann",
    "<|begin_of_thought|>Rude.<|end_of_thought|>\n<|begin_of_solution|>Dear Ann<|end_of_solution|>",
    "<think>a <think>b</think> c</think>\nDear Ann",
    "<think>The tag <think> begins it.</think>\nDear Ann",
    "<think>Use `</think>` with care.</think>\nDear Ann",
    "<|channel|>analysis<|message|>Rude.<|end|><|start|>assistant<|channel|>final<|message|>Dear Ann<|return|>",
    "<|start|>assistant<|channel|>analysis<|message|>Rude.<|end|><|start|>assistant<|channel|>commentary<|message|>Hm<|end|><|start|>assistant<|channel|>final<|message|>Dear Ann",
    "analysisShe is rude.assistantfinalDear Ann",
    "<think>Rude.</think><answer>Dear Ann</answer>",
  ])("%j", (text) => {
    expect(valueOf(text, { kind: "text" })).toBe("Dear Ann");
  });

  test.each([
    ["<think>She is rude, so I", /empty/],
    ["[THINK]She is rude", /empty/],
    ["<|channel|>analysis<|message|>She is rude.", /empty/],
    ["Dear Ann,\n<think>\nTell her about Bob?\n</think>\nthank you.", /tags of reasoning/],
    ["Dear Ann, thank you.\n<think>She is", /tags of reasoning/],
    ["Dear Ann. <think> Rude. </think> Thank you.", /tags of reasoning/],
    ["<think> begins the thoughts and </think> ends them.", /tags of reasoning/],
  ])("not even where it does not end, or stands in the middle: %j", (text, complaint) => {
    expect(complaintOf(text, { kind: "text" })).toMatch(complaint);
  });

  test.each([
    "Models write <think> before their thoughts and </think> after them.",
    "The tags <think>…</think> are removed, as is [THINK].",
    "Wrap it like this:\n```\n<think>\nsteps\n</think>\n```\nThen answer.",
    "End with `</think>`.",
    "Write '<think>' first.",
    "Wrap it as <think>text</think>, then answer.",
    "The tag </think> ends it.",
    "analysis of the market: assistant final report is due.",
    "Analysis of 2026\n\nSales grew.",
  ])("but what speaks about its tags keeps its middle: %j", (text) => {
    expect(valueOf(text, { kind: "text" })).toBe(text);
  });
});

describe("plain text", () => {
  test("that is nothing but back quotes does not hang the process", () => {
    const text = "`".repeat(90_000);
    expect(cpuTime(() => expect(valueOf(text, { kind: "text" })).toBe(text))).toBeLessThan(1000);
  });

  test.each([
    [
      "Here is the invoice you asked for:\n\nNo. 12",
      "Here is the invoice you asked for:\n\nNo. 12",
    ],
    ["Sure, here is the reply:\nDear Ann", "Sure, here is the reply:\nDear Ann"],
    ["Dear customer,\n\nthanks.", "Dear customer,\n\nthanks."],
    ['"Dear customer"', "Dear customer"],
    ["```\nDear customer\n```", "Dear customer"],
    ['He said "yes"', 'He said "yes"'],
  ])("%j", (text, value) => {
    expect(valueOf(text, { kind: "text" })).toBe(value);
  });

  test("that was cut off is no answer", () => {
    expect(complaintOf("Dear cust", { kind: "text" }, true)).toMatch(/cut off/);
  });
});

describe("an answer that was cut off", () => {
  test("counts when its value is complete", () => {
    expect(valueOf('{"value": "billing", "reason": "The', TICKET, true)).toBe("billing");
  });

  test.each([
    ["I think that this is bill", TICKET],
    ['{"value": 12', AMOUNT],
    ['{"value": {"decision": "app', DECISION],
    ['{"a": 1}', FREE],
  ])("does not count otherwise: %j", (text, format) => {
    expect(complaintOf(text, format, true)).toMatch(/cut off/);
  });
});

describe("reason and confidence", () => {
  test("come along, tidied", () => {
    const answer = parseAnswer(
      '{"value": "billing", "reason": " An\\n```invoice``` ", "confidence": 0.8}',
      TICKET,
    );

    expect(answer).toEqual({ ok: true, value: "billing", reason: "An invoice", confidence: 0.8 });
  });

  test.each([
    ["1.2", 1],
    ["95", 0.95],
    ['"90%"', 0.9],
    ['"0.5"', 0.5],
    ["1000000000000000", undefined],
    ["-1", undefined],
    ['"high"', undefined],
    ["null", undefined],
  ])("a confidence of %s counts as %s", (given, confidence) => {
    const answer = parseAnswer(`{"value": "billing", "confidence": ${given}}`, TICKET);

    expect(answer).toMatchObject({ ok: true });
    expect(answer.ok && answer.confidence).toBe(confidence);
  });

  test("an endless reason is cut", () => {
    const answer = parseAnswer(
      JSON.stringify({ value: "billing", reason: "x".repeat(999) }),
      TICKET,
    );

    expect(answer.ok && answer.reason?.length).toBe(300);
  });
});

test("whatever a model says, the value is allowed or there is a complaint", () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(TICKET, SEVERITY, YES_NO, FREE), (text, format) => {
      const answer = parseAnswer(text, format);
      if (!answer.ok) expect(answer.complaint).not.toBe("");
      else if (format.kind === "enum") expect(format.allowedValues).toContain(answer.value);
      else if (format.kind === "number") expect([1, 2, 3, 4, 5]).toContain(answer.value);
    }),
  );
});
