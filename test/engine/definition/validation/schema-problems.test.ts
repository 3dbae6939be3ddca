import { describe, expect, test } from "vitest";
import { expectOne, problemsOf, type Row } from "../sample.ts";

describe("the form", () => {
  test.for<Row>([
    ["a missing name", ["name"], undefined, 'name: "name" is missing. Add it: text.'],
    [
      "a name that is a number",
      ["name"],
      5,
      'name: "name" has to be text, and is a number. Give text.',
    ],
    [
      "a long name",
      ["name"],
      "x".repeat(121),
      'name: "name" has to have at most 120 characters. Use at most 120 characters.',
    ],
    [
      "a strange id",
      ["id"],
      "-x",
      'id: "id" must begin with a letter or digit and have at most 80 letters, digits, - and _. Change "-x".',
    ],
    ["a version of 0", ["version"], 0, 'version: "version" has to be at least 1.'],
    [
      "a version of 1.5",
      ["version"],
      1.5,
      'version: "version" has to be a whole number, and is 1.5.',
    ],
    [
      "an unknown key",
      ["tirggers"],
      [],
      'tirggers: "tirggers" is not known here. Did you mean "triggers"? Known here: id, name,',
    ],
    [
      "an unknown key of a step",
      ["steps", 0, "retryPolcy"],
      {},
      'steps[0].retryPolcy: "retryPolcy" is not known here. Did you mean "retryPolicy"?',
    ],
    [
      "an unknown key of a retry policy",
      ["steps", 0, "retryPolicy", "maxRetry"],
      1,
      'steps[0].retryPolicy.maxRetry: "maxRetry" is not known here. Did you mean "maxRetries"? Known here: maxRetries, backoffMs.',
    ],
    [
      "an unknown key of a configuration",
      ["steps", 0, "config", "promt"],
      "x",
      'steps[0].config.promt: "promt" is not known here. Did you mean "prompt"? Known here: words, prompt, doubt, outputVariable.',
    ],
    [
      "a missing key of a configuration",
      ["steps", 0, "config", "words"],
      undefined,
      'steps[0].config.words: "words" is missing. Add it: a list.',
    ],
    [
      "a wrong type within a list",
      ["steps", 0, "config", "words"],
      ["ok", 1],
      "steps[0].config.words[1]: element 2 has to be text, and is a number.",
    ],
    [
      "a duration nobody knows",
      ["steps", 0, "timeoutMs"],
      "soon",
      'steps[0].timeoutMs: "timeoutMs" must be a number of milliseconds, or a number with a unit: 300ms, 5s, 10m, 2h, 30d (at most 3650d). Change "soon".',
    ],
    [
      "a duration that is true",
      ["steps", 0, "retryPolicy", "backoffMs"],
      true,
      'steps[0].retryPolicy.backoffMs: "backoffMs" has to be a number or text, and is true or false.',
    ],
    [
      "too many attempts",
      ["steps", 0, "retryPolicy", "maxRetries"],
      99,
      '"maxRetries" has to be at most 20.',
    ],
    [
      "an unknown onFailure",
      ["steps", 0, "onFailure"],
      "skp",
      'steps[0].onFailure: "skp" is not possible for "onFailure". Use one of fail, skip, fallback. Did you mean "skip"?',
    ],
    [
      "next that is a number",
      ["steps", 2, "next"],
      7,
      'steps[2].next: "next" has to be text or an object, and is a number.',
    ],
    [
      "a route that is a number",
      ["steps", 2, "next"],
      { default: 7 },
      'steps[2].next.default: "default" has to be text, and is a number.',
    ],
    [
      "a step that is a text",
      ["steps", 3],
      "x",
      "steps[3]: element 4 has to be an object, and is text.",
    ],
    ["a limit", ["limits"], { maxSteps: 0 }, 'limits.maxSteps: "maxSteps" has to be at least 1.'],
    [
      "a report",
      ["report"],
      { channel: "#x", on: "failures" },
      'report.on: "failures" is not possible for "on". Use one of all, failure, none. Did you mean "failure"?',
    ],
    [
      "a name of an input",
      ["inputs", "a-b"],
      { type: "string" },
      'inputs.a-b: the name "a-b" is not possible.',
    ],
  ])("%s", ([, path, value, text]) => expectOne(path, value, text));

  test("no steps", () => {
    expect(problemsOf({ id: "a", name: "A", steps: [] })).toEqual([
      'steps: "steps" has to have at least 1 element. Use at least 1 element.',
    ]);
    expect(problemsOf({})).toHaveLength(3);
  });
});
