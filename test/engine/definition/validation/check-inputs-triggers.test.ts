import { describe, expect, test } from "vitest";
import { expectOne, problemsOf, type Row, sample } from "../sample.ts";

describe("inputs and triggers", () => {
  test.for<Row>([
    [
      "options that are missing",
      ["inputs", "item"],
      { type: "select" },
      'inputs.item.options: "options" is missing. List what can be chosen',
    ],
    [
      "options without a choice",
      ["inputs", "item"],
      { type: "string", options: ["a"] },
      'inputs.item.options: "options" means nothing for type string',
    ],
    [
      "kinds of files without a file",
      ["inputs", "item"],
      { type: "string", accept: ["application/pdf"] },
      'inputs.item.accept: "accept" means nothing for type string. Use "type": "file"',
    ],
    [
      "a size of files that is none",
      ["inputs", "item"],
      { type: "file", maxSize: "large" },
      'must be bytes, or a text such as "5 MB"',
    ],
    [
      "an option twice",
      ["inputs", "item"],
      { type: "select", options: ["a", "a"] },
      '"a" is there twice',
    ],
    [
      "an unknown type",
      ["inputs", "item"],
      { type: "strin" },
      'inputs.item.type: "strin" is not possible for "type". Use one of string, text,',
    ],
    [
      "min above max",
      ["inputs", "amount"],
      { type: "number", min: 5, max: 1 },
      'inputs.amount.min: "min" (5) is above "max" (1)',
    ],
    [
      "a bad pattern",
      ["inputs", "item"],
      { type: "string", pattern: "(" },
      "inputs.item.pattern: The pattern cannot be read: missing closing )",
    ],
    [
      "a pattern with look-ahead",
      ["inputs", "item"],
      { type: "string", pattern: "(?=a)" },
      "Look-around and back-references are not supported.",
    ],
    [
      "a default that does not fit",
      ["inputs", "amount"],
      { type: "number", default: "5" },
      'inputs.amount.default: "5" is not a number.',
    ],
    [
      "a default out of bounds",
      ["inputs", "amount"],
      { type: "number", default: 5, max: 1 },
      "inputs.amount.default: 5 is above 1",
    ],
    [
      "both ways of triggers",
      ["trigger"],
      { type: "slash" },
      'triggers: both "trigger" and "triggers" are given. Move all of them into the list "triggers".',
    ],
    [
      "an unknown trigger type",
      ["triggers", 0, "type"],
      "slahs",
      'triggers[0].type: there is no trigger type "slahs". Known types: manual, api, slash, message, mention, reaction, file-shared, member-joined, channel-created, shortcut, schedule, webhook, event, database-change. Did you mean "slash"?',
    ],
    [
      "an unknown key of a trigger",
      ["triggers", 0, "command"],
      "/x",
      'triggers[0].command: "command" is not known here.',
    ],
    [
      "two triggers with one id",
      ["triggers"],
      [
        { type: "slash", id: "a" },
        { type: "manual", id: "a" },
      ],
      'triggers[1].id: "a" is the id of triggers[0] too.',
    ],
    [
      "an id that another has by default",
      ["triggers"],
      [{ type: "slash" }, { type: "manual", id: "slash-1" }],
      'triggers[1].id: "slash-1" is the id of triggers[0] too.',
    ],
    [
      "a trigger without type",
      ["triggers", 0, "type"],
      undefined,
      'triggers[0].type: "type" is missing. Add it: text.',
    ],
  ])("%s", ([, path, value, text]) => expectOne(path, value, text));

  test("one trigger is as good as a list", () => {
    const { triggers: _triggers, ...source } = sample();
    expect(problemsOf({ ...source, trigger: { type: "api" } })).toEqual([]);
    expect(problemsOf(source)).toEqual([]);
    expect(problemsOf({ ...source, trigger: { type: "slash", x: 1 } })).toHaveLength(1);
  });
});

describe("what a trigger gives", () => {
  const started = (trigger: object, inputs: object, to = ""): Record<string, unknown> => ({
    id: "w",
    name: "W",
    trigger,
    inputs,
    steps: [{ id: "a", type: "call", config: { to } }],
  });
  const message = { type: "message", keywords: ["x"] };

  test.for<readonly [object, object, string, string | null]>([
    [message, { n: { type: "number" } }, "{{variables.text}} {{variables.n}}", null],
    [message, { text: { type: "string", required: true } }, "", null],
    [message, { n: { type: "number", required: true, default: 1 } }, "", null],
    [
      message,
      { n: { type: "number", required: true } },
      "",
      'trigger: a trigger of type message cannot give the input "n", which is required. Give the input a default, or make it optional. The trigger gives text, user,',
    ],
    [
      { type: "schedule", cron: "* * * * *" },
      { n: { type: "number", required: true } },
      "",
      'trigger: a trigger of type schedule cannot give the input "n"',
    ],
    [{ type: "webhook", path: "/webhooks/x" }, { n: { type: "number", required: true } }, "", null],
    [
      { type: "webhook", path: "/webhooks/x" },
      { n: { type: "number" } },
      "{{variables.text}}",
      "variables.text: there is no such variable",
    ],
  ])("%j with the inputs %j and %j", ([trigger, inputs, to, text]) => {
    const problems = problemsOf(started(trigger, inputs, to));
    if (text === null) expect(problems).toEqual([]);
    else expect(problems).toEqual([expect.stringContaining(text)]);
  });
});
