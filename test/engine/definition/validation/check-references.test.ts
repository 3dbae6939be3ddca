import { describe, expect, test } from "vitest";
import { changed, expectOne, problemsOf, type Row, validate, warningsOf } from "../sample.ts";

describe("references", () => {
  const prompt = ["steps", 0, "config", "prompt"] as const;
  const to = ["steps", 2, "config", "to"] as const;

  test.for<Row>([
    [
      "a broken template",
      prompt,
      "{{variables.a + 1}}",
      'steps[0].config.prompt: Unexpected "+" in "{{variables.a + 1}}"',
    ],
    ["an open template", to, "{{", "steps[2].config.to: A {{ is not closed by }}"],
    [
      "an unknown root",
      prompt,
      "{{variable.amount}}",
      'steps[0].config.prompt: "variable" is not known. Paths begin with variables, stepResults, execution, trigger, executionId, workflowId, costAccumulator. Did you mean "variables"?',
    ],
    ["a bare variable", prompt, "{{amount}}", '"amount" is not known. Write variables.amount.'],
    [
      "an unknown step",
      to,
      "{{stepResults.scren.output}}",
      'steps[2].config.to: stepResults.scren.output: there is no step "scren". Steps are screen, ask, pay. Did you mean "screen"?',
    ],
    [
      "a later step",
      prompt,
      "{{stepResults.pay.output}}",
      'steps[0].config.prompt: "pay" cannot have run before "screen". Refer to an earlier step',
    ],
    [
      "the step itself",
      prompt,
      "{{stepResults.screen.output}}",
      '"screen" cannot have run before "screen"',
    ],
    [
      "an unknown variable",
      prompt,
      "{{variables.amuont}}",
      'steps[0].config.prompt: variables.amuont: there is no such variable. Declare it in "inputs", or let a step write it with "outputVariable". Known: amount, item, verdict. Did you mean "amount"?',
    ],
    [
      "a variable that is written later",
      prompt,
      "{{variables.verdict}}",
      'variables.verdict, which "screen" writes, cannot have run before "screen"',
    ],
    [
      "a field that results do not have",
      to,
      "{{stepResults.screen.decision}}",
      'stepResults.screen has no "decision". What the step gives is its output: write stepResults.screen.output.decision. A result has output, status,',
    ],
    ["a misspelled alias", to, "{{stepResults.screen.verdct}}", 'Did you mean "verdict"?'],
    [
      "an unknown member of execution",
      to,
      "{{execution.idempotency}}",
      '"execution" has no "idempotency". It has id,',
    ],
    [
      "a secret in a prompt",
      prompt,
      "Key: {{secrets.BANK}}",
      "steps[0].config.prompt: the secret BANK must not stand here: it would be stored, shown or sent to a model. Use {{secrets.NAME}} in the parameters of a service step alone.",
    ],
    [
      "a secret in an approval",
      ["steps", 1, "config", "message"],
      "{{secrets.BANK}}",
      "steps[1].config.message: the secret BANK must not stand here",
    ],
    [
      "a secret in an expression",
      ["output"],
      "secrets.BANK",
      "output: the secret BANK must not stand here",
    ],
    ["a broken output", ["output"], "1 +", "output: The expression ends too early."],
    [
      "an output of no step",
      ["output"],
      "stepResults['no-pe'].output",
      `output: stepResults.no-pe.output: there is no step "no-pe"`,
    ],
    [
      "a hyphenated id in CEL",
      ["output"],
      "stepResults.no-pe.output",
      "output: stepResults.no-pe is read as a subtraction, because of the hyphen. Write stepResults['no-pe'].",
    ],
  ])("%s", ([, path, value, text]) => expectOne(path, value, text));

  test("a step that may not have run is a warning, unless has() asks first", () => {
    const source = changed([...to], "{{stepResults.ask.output.decision}}");
    expect(problemsOf(source)).toEqual([]);
    expect(warningsOf(source)).toEqual([
      'steps[2].config.to: "ask" may not have run before "pay". A run that comes here without it fails: lead every route through it, or ask with has(…) in a transform step first.',
    ]);
    expect(warningsOf(changed(["output"], "stepResults.pay.output"))[0]).toContain(
      'output: "pay" may not have run before the end of the run',
    );
    expect(
      validate(changed(["output"], "has(stepResults.pay.output) ? stepResults.pay.output : null"))
        .warnings,
    ).toEqual([]);
    expect(problemsOf(changed(["output"], "has(stepResults.pya.output)"))).toHaveLength(1);
  });

  test("without inputs every variable is possible", () => {
    const source = changed(["inputs"], undefined);
    expect(validate(source).problems).toEqual([]);
  });

  test("a variable named like a prototype's member is unknown", () => {
    expect(
      problemsOf(changed([...prompt], "{{variables.constructor}} {{stepResults.toString.output}}")),
    ).toHaveLength(2);
  });
});
