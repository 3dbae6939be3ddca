import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const IBAN = "DE02 1203 <0000> 2020";

const PAY: JsonObject = {
  id: "pay",
  name: "Pay",
  permissions: { view: ["U0ERIN"] },
  inputs: {
    amount: { type: "number", required: true },
    iban: { type: "string", sensitive: true, required: true },
    pin: { type: "integer", sensitive: true, required: true },
  },
  steps: [
    {
      id: "judge",
      type: "ai-decision",
      config: {
        prompt: "May {{variables.amount}} go to {{variables.iban}}?",
        outputFormat: "enum",
        allowedValues: ["yes", "no"],
        outputVariable: "verdict",
      },
      next: "look",
    },
    {
      id: "look",
      type: "transform",
      sensitive: true,
      config: {
        expression: '{"owner": "Erika Mustermann", "score": 4711}',
        outputVariable: "account",
      },
      next: "ask",
    },
    {
      id: "ask",
      type: "approval",
      config: {
        title: "Pay {{variables.amount}} to {{variables.account.owner}}?",
        message: "Account {{variables.iban}}, score {{variables.account.score}}, not 47112.",
        approvers: ["U0BOB"],
      },
      next: { approve: "end", reject: "end" },
    },
  ],
};

const VALUES = { amount: 640, iban: IBAN, pin: 12 };

function open(answer: JsonObject | AppError): Promise<WorkflowHarness> {
  return WorkflowHarness.open(PAY, { answers: () => answer, admins: ["U0CAROL"] });
}

const FINE = { value: "yes", reason: `${IBAN.toLowerCase()} is known`, confidence: 1 };

describe("sensitive inputs and outputs", () => {
  test.each([
    ["the starter", "U0ALICE"],
    ["who decides in the run", "U0BOB"],
    ["an admin", "U0CAROL"],
    ["the operator", "api"],
  ])("are shown to %s", async (_who, reader) => {
    await using harness = await open(FINE);
    const { executionId } = await harness.start("pay", VALUES);

    const view = await harness.engine.executions.get(executionId, reader);

    expect(view.masked).toBeUndefined();
    expect(view.variables).toMatchObject({ iban: IBAN, pin: 12 });
    expect(view.requests[0]?.opened.title).toBe("Pay 640 to Erika Mustermann?");
  });

  test.each([
    ["who may view all runs", "U0ERIN"],
    ["a channel", undefined],
  ])("are masked for %s wherever they occur, and only they", async (_who, reader) => {
    await using harness = await open(FINE);
    const { executionId, requests } = await harness.start("pay", VALUES);

    const view = await harness.engine.executions.get(executionId, reader);

    expect(view.masked).toBe(true);
    expect(view.variables).toEqual({
      amount: 640,
      iban: "•••",
      pin: "•••",
      account: "•••",
      verdict: "yes",
    });
    expect(view.stepResults["judge"]).toMatchObject({ reason: "••• is known" });
    expect(view.stepResults["look"]?.output).toBe("•••");
    expect(view.steps.map(({ output }) => output)).toEqual(["yes", "•••"]);
    const opened = view.requests[0]?.opened;
    expect(opened?.title).toBe("Pay 640 to •••?");
    expect(opened?.message).toBe("Account •••, score •••, not 47112.");
    // What cards and buttons need stays.
    expect(opened).toMatchObject({ id: requests[0]?.opened.id, hash: requests[0]?.opened.hash });
    expect(opened?.approvers).toEqual(["U0BOB"]);
    expect(JSON.stringify(view)).not.toMatch(/DE02|Mustermann|4711[^2]/i);
  });

  test("are masked in what models were asked and have answered", async () => {
    await using harness = await open(FINE);
    const { executionId } = await harness.start("pay", VALUES);
    const { evaluations } = harness.engine;

    const masked = await evaluations.audit(executionId, undefined, "U0ERIN");
    const whole = await evaluations.audit(executionId, undefined, "U0BOB");

    expect(JSON.stringify(masked)).not.toMatch(/DE02/i);
    expect(masked.decisions[0]?.calls[0]?.messages.at(-1)?.content).toMatch(/May 640 go to/);
    expect(JSON.stringify(whole)).toContain("DE02");
    await expect(evaluations.audit(executionId, undefined, "U0DAVE")).rejects.toMatchObject({
      code: "not_allowed",
    });
  });

  test("are masked in errors", async () => {
    const error = new AppError({ code: "model_rejected", message: `No model knows ${IBAN}.` });
    await using harness = await open(error);
    const { executionId } = await harness.start("pay", VALUES);

    const { error: shown, errors } = await harness.engine.executions.get(executionId);

    expect(shown?.message).toContain("No model knows •••.");
    expect(JSON.stringify(errors)).not.toContain("DE02");
  });
});
