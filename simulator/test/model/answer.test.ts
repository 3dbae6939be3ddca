import { expect, test } from "vitest";
import { ask, askEnum, askJson, askWithSchema, envelope } from "./ask.ts";

const INVOICE = "Invoice 4711 from Acme, total $1,250.00, due 2026-12-01, contact pay@acme.com";

test("fills objects by type, name and reference", () => {
  const schema = {
    type: "object",
    properties: {
      invoice: {
        type: "object",
        properties: {
          total: { type: "number" },
          due_date: { type: "string" },
          email: { type: ["string", "null"] },
          phone: { type: "string" },
        },
      },
      tags: { type: "array", items: { enum: ["billing", "outage"] } },
      kind: { $ref: "#/$defs/kind" },
      source: { const: "mail" },
      summary: { type: "string", maxLength: 20 },
    },
    $defs: { kind: { anyOf: [{ type: "null" }, { enum: ["billing", "other"] }] } },
  };
  expect(askWithSchema(`Read this. <data>${INVOICE}</data>`, schema)).toEqual({
    invoice: { total: 1250, due_date: "2026-12-01", email: "pay@acme.com", phone: "unknown" },
    tags: ["billing"],
    kind: "billing",
    source: "mail",
    summary: "Invoice 4711 from…",
  });
});

test("finds the fields that a prompt lists", () => {
  const prompt =
    "Return JSON with fields category (billing, technical, general), priority and summary. Ticket: <data>The API crashes. Error 500.</data>";
  expect(askJson(prompt)).toEqual({
    category: "technical",
    priority: "medium",
    summary: "The API crashes. Error 500.",
    reason: expect.stringContaining("Stand-in model"),
  });
});

test("finds the fields of an example", () => {
  const prompt =
    'Return {"action": "approve|flag|reject", "score": 5, "tags": [], "isSpam": true, "reason": "..."} for <data>Click here for crypto</data>';
  expect(askJson(prompt)).toEqual({
    action: "flag",
    score: expect.any(Number),
    tags: ["click", "crypto"],
    isSpam: true,
    reason: expect.stringContaining("Stand-in model"),
  });
});

test("fills an envelope that is described in words", () => {
  const prompt =
    'Classify. <data>refund please</data> Allowed values: billing, technical. Answer as JSON {"value": …, "reason": …, "confidence": …}.';
  const expected = {
    value: "billing",
    confidence: 0.95,
    reason: expect.stringContaining("refund"),
  };
  expect(askJson(prompt)).toEqual(expected);
  expect(JSON.parse(ask(prompt, { kind: "text" }))).toEqual(expected);
});

test("follows a schema that the prompt spells out, in the envelope that it describes", () => {
  const schema =
    '{"type":"object","properties":{"decision":{"enum":["approve","reject"]},"reason":{"type":"string"}}}';
  const prompt = `Approve under $50, reject over $50. Amount: $90. The value follows this JSON schema: ${schema}`;
  const reason = "Stand-in model: 90 is over 50, so reject";
  const value = { decision: "reject", reason };
  expect(askJson(prompt)).toEqual(value);
  expect(
    askJson(
      `${prompt}\nAnswer with {"value": …, "reason": "…", "confidence": …}. No JSON around it.`,
    ),
  ).toEqual({ value, reason, confidence: 0.95 });
});

test("takes only what is joined by 'or' for alternatives", () => {
  const text = ask("Write it as short and simple text. <data>All is well.</data>", {
    kind: "text",
  });
  expect(text).toMatch(/^All is well\./);
});

test("answers yes or no, summaries and drafts", () => {
  expect(askEnum("Is this urgent? <data>production down</data>", ["yes", "no"])["value"]).toBe(
    "yes",
  );
  const text = ask("Summarize: <data>The disk is full. We made room.</data>", { kind: "text" });
  expect(text).toMatch(/^The disk is full\. We made room\.\n\n\(Stand-in model: /);
  const draft = askWithSchema(
    "Draft a reply.\nCategory: billing\nTicket: <data>My card was charged twice.</data>",
    envelope({ type: "string" }),
  );
  expect(draft["value"]).toContain('"My card was charged twice."');
});

test.for([
  "```\nThe package never arrived\n```",
  '"""The package never arrived"""',
  "<<<DATA 8f3\nThe package never arrived\nDATA 8f3>>>",
  "<<<UNTRUSTED>>>\nThe package never arrived\n<<<END UNTRUSTED>>>",
  '<data-9c2 name="ticket">\nThe package never arrived\n</data-9c2>',
  "----- BEGIN DATA -----\nThe package never arrived\n----- END DATA -----",
])("knows the fence %j", (fenced) => {
  const values = ["billing", "shipping", "other"];
  expect(askEnum(`Classify the ticket.\n${fenced}`, values)["value"]).toBe("shipping");
});

test("is done in time with text made to keep it busy", () => {
  for (const piece of ["<a>", "a, b, ", "fields a b, ", "(a ", "$1,", "a b c: "]) {
    const text = piece.repeat(100_000);
    expect(askJson(`Return JSON with a. <data>${text}</data>`)).toHaveProperty("reason");
  }
});
