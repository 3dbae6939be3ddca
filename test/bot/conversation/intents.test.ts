import { describe, expect, test } from "vitest";
import { readDraftIntent, readIntent } from "../../../src/bot/conversation/intents.ts";

const WORKFLOWS = [
  { id: "expense-approval", name: "Expense approval" },
  { id: "ticket-triage", name: "Customer ticket triage" },
];

describe("a message to the bot is read without a model when it", () => {
  test.for<readonly [string, object]>([
    ["thanks!", { kind: "thanks" }],
    ["Vielen Dank 🙏", { kind: "thanks" }],
    ["ありがとうございます", { kind: "thanks" }],
    ["Good morning!", { kind: "greeting" }],
    ["", { kind: "greeting" }],
    ["what waits for me?", { kind: "pending" }],
    ["Is there anything pending for me?", { kind: "pending" }],
    ["what's waiting for my approval", { kind: "pending" }],
    [
      "what did customer ticket triage cost last week?",
      { kind: "costs", workflow: "ticket-triage", days: 7 },
    ],
    ["how much did we spend today?", { kind: "costs", workflow: null, days: 1 }],
    ["Show me the costs of the last 14 days", { kind: "costs", workflow: null, days: 14 }],
    ["why was run 3f2a1 rejected?", { kind: "why", run: "3f2a1" }],
    ["Why did my last run fail?", { kind: "why", run: null }],
    ["how are my runs going?", { kind: "status" }],
    ["where is my request?", { kind: "status" }],
    ["which workflows are there?", { kind: "list" }],
    ["what does expense approval do?", { kind: "show", workflow: "expense-approval" }],
    ["run expense approval for 80 dollars", { kind: "run", workflow: "expense-approval" }],
    ["please start the Expense-Approval", { kind: "run", workflow: "expense-approval" }],
    ["cancel my last run", { kind: "cancel", run: null }],
    ["stop run 3f2a1b", { kind: "cancel", run: "3f2a1b" }],
    [
      "change expense approval so that Carol approves",
      { kind: "amend", workflow: "expense-approval" },
    ],
    ["what can you do?", { kind: "help" }],
    ["I need a workflow that posts the menu every day", { kind: "build" }],
    ["Please can you build something like an approval for travel", { kind: "build" }],
    ["set up a daily digest of new tickets", { kind: "build" }],
    ["We want an automation for onboarding", { kind: "build" }],
    ["build me an approval for purchases over $500", { kind: "build" }],
    ["Every Monday at nine post the open tickets to #support", { kind: "build" }],
    ["Whenever someone reacts with a ticket, make an issue", { kind: "build" }],
  ])("says: %s", ([text, expected]) => {
    expect(readIntent(text, WORKFLOWS)).toEqual(expected);
  });

  test.for([
    "?",
    "the printer burns",
    "run away with me",
    "I need an approval for my travel",
    "what is the weather?",
    "every day",
    "Was wartet auf mich?",
    "approve",
    "expense approval",
  ])("but not when it could mean anything: %s", (text) => {
    expect(readIntent(text, WORKFLOWS)).toBeNull();
  });

  test("also of a hundred thousand characters, at once", () => {
    for (const part of ["the ", "why the ", "run ", "please ", "a", "?", "\n", "when ever "])
      expect(() => readIntent(part.repeat(100_000 / part.length), WORKFLOWS)).not.toThrow();
  });
});

describe("a message in the thread of a draft is read without a model when it", () => {
  test.for<readonly [string, string]>([
    ["undo", "undo"],
    ["Undo that, please.", "undo"],
    ["rückgängig machen", "undo"],
    ["go back", "undo"],
    ["discard", "discard"],
    ["cancel it", "discard"],
    ["never mind!", "discard"],
    ["deploy it", "deploy"],
    ["Looks good, ship it", "deploy"],
    ["what does it do?", "explain"],
    ["erklär mir das", "explain"],
    ["thanks :pray:", "thanks"],
    ["make it two approvers", "change"],
    ["Also post the result to #finance", "change"],
    ["please don't ask Carol", "change"],
    ["it should only run on weekdays", "change"],
    ["when nobody answers in a day, remind them", "change"],
    ["Can you add a reminder after two hours", "change"],
  ])("says: %s", ([text, expected]) => {
    expect(readDraftIntent(text)).toBe(expected);
  });

  test.for([
    "two approvers",
    "Bitte zwei Genehmiger",
    "can it also send a mail?",
    "why does it ask Carol?",
    "undo the approval and ask Bob",
    "cancel the run when Carol says no",
  ])("but not when it could mean anything: %s", (text) => {
    expect(readDraftIntent(text)).toBeNull();
  });
});
