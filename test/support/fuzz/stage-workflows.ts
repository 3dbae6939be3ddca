import type { JsonObject } from "../../../src/shared/json.ts";

/** Says again what it was given. */
const ECHO: JsonObject = {
  id: "echo",
  name: "Echo",
  inputs: { note: { type: "text", required: true } },
  triggers: [
    { type: "slash" },
    { type: "webhook", path: "/webhooks/echo", public: true },
    { type: "event", eventName: "note.written" },
  ],
  output: "variables.note",
  steps: [
    {
      id: "say",
      type: "service",
      config: { service: "slack", channel: "#general", message: "Note: {{variables.note}}" },
    },
  ],
};

/** Takes one input of each type. */
const EVERY_INPUT: JsonObject = {
  id: "every-input",
  name: "Every input",
  inputs: {
    text: { type: "string", pattern: "^[a-z ]*$" },
    long: { type: "text" },
    number: { type: "number", min: 0, max: 1000 },
    whole: { type: "integer" },
    flag: { type: "boolean" },
    choice: { type: "select", options: ["red", "green"] },
    day: { type: "date" },
    mail: { type: "email" },
    link: { type: "url" },
    person: { type: "user" },
    where: { type: "channel" },
    several: { type: "multi-select", options: ["a", "b"] },
    paper: { type: "file" },
    iban: { type: "string", sensitive: true },
  },
  triggers: [{ type: "slash" }, { type: "webhook", path: "/webhooks/every", secret: "HOOK" }],
  steps: [{ id: "take", type: "transform", config: { set: { all: "variables" } } }],
};

/** Asks for a decision with a comment, with values to edit, and for more. */
const ASK: JsonObject = {
  id: "ask",
  name: "Ask",
  inputs: {
    amount: { type: "number", default: 10 },
    item: { type: "string", default: "Laptop stand" },
  },
  triggers: [{ type: "slash" }, { type: "shortcut" }],
  steps: [
    {
      id: "approve",
      type: "approval",
      config: {
        channel: "#approvals",
        title: "{{variables.item}} for {{variables.amount}}?",
        approvers: ["@finance", "U0ALICE"],
        allowSelfApproval: true,
        editable: { amount: { type: "number" } },
        choices: [
          { id: "approve", label: "Approve", style: "primary" },
          { id: "reject", label: "Reject", style: "danger", comment: "optional" },
        ],
      },
      next: { approve: "pay", reject: "end" },
    },
    {
      id: "pay",
      type: "service",
      config: {
        service: "slack",
        channel: "#approvals",
        message: "Paid {{variables.amount}} for {{variables.item}}",
      },
    },
  ],
};

/** Is started by what people write and by how they react. */
const LISTEN: JsonObject = {
  id: "listen",
  name: "Listen",
  triggers: [
    { type: "message", keywords: ["outage"], channels: ["#general"] },
    { type: "message", pattern: "(?i)error.{0,50}timeout" },
    { type: "reaction", emoji: "ticket" },
  ],
  steps: [
    {
      id: "answer",
      type: "service",
      config: { service: "slack", channel: "#general", message: "Seen: {{variables.text}}" },
    },
  ],
};

/** Asks the model. */
const JUDGE: JsonObject = {
  id: "judge",
  name: "Judge",
  inputs: { text: { type: "text", default: "I was charged twice." } },
  triggers: [{ type: "slash" }, { type: "webhook", path: "/webhooks/judge", public: true }],
  steps: [
    {
      id: "topic",
      type: "ai-decision",
      config: {
        prompt: "What is this about? {{variables.text}}",
        outputFormat: "enum",
        allowedValues: ["billing", "technical"],
      },
      next: { billing: "end", default: "end" },
    },
  ],
};

/** Waits for an event, or for an hour. */
const WAIT: JsonObject = {
  id: "patience",
  name: "Patience",
  steps: [{ id: "wait", type: "wait", config: { event: "order.paid", timeout: "1h" } }],
};

/** Fails at once, and can be tried again. */
const FAIL: JsonObject = {
  id: "fail",
  name: "Fail",
  steps: [{ id: "divide", type: "transform", config: { expression: "variables.nothing.at.all" } }],
};

/** Goes from start to end without waiting for anything, such as a turn in a channel. */
const STEADY: JsonObject = {
  id: "steady",
  name: "Steady",
  steps: [{ id: "repeat", type: "transform", config: { expression: "variables.note" } }],
};

export const STAGE_WORKFLOWS: readonly JsonObject[] = [
  STEADY,
  ECHO,
  EVERY_INPUT,
  ASK,
  LISTEN,
  JUDGE,
  WAIT,
  FAIL,
];
