import { describe, expect, test } from "vitest";
import { isAppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

/** A definition that computes `value`; other content for every other value. */
function computing(value: number, rest: JsonObject = {}): JsonObject {
  const step = { id: "compute", type: "transform", config: { expression: String(value) } };
  return { id: "numbers", name: "Numbers", steps: [step], ...rest };
}

const BY = { by: "U0ALICE" };

describe("deploying", () => {
  test("numbers versions, and the newest becomes the active one", async () => {
    await using harness = await WorkflowHarness.open(computing(1));

    expect(await harness.engine.workflows.deploy(computing(2), BY)).toMatchObject({
      version: 2,
      changed: true,
    });

    expect(await harness.engine.workflows.get("numbers")).toMatchObject({
      version: 2,
      active: true,
      deployedBy: "U0ALICE",
    });
    expect(await harness.engine.workflows.get("numbers", 1)).toMatchObject({
      version: 1,
      active: false,
    });
  });

  test("the active content again changes nothing", async () => {
    await using harness = await WorkflowHarness.open(computing(1));

    expect(await harness.engine.workflows.deploy(computing(1), BY)).toMatchObject({
      version: 1,
      changed: false,
    });
  });

  test("under a number of its own choice keeps the number", async () => {
    await using harness = await WorkflowHarness.open(computing(1, { version: 7 }));

    expect(await harness.engine.workflows.get("numbers")).toMatchObject({ version: 7 });
    expect(await harness.engine.workflows.deploy(computing(2), BY)).toMatchObject({ version: 8 });
  });

  test("other content under a taken number is refused, naming the next free one", async () => {
    await using harness = await WorkflowHarness.open(computing(1, { version: 3 }));

    const refused = await harness.engine.workflows
      .deploy(computing(2, { version: 3 }), BY)
      .catch((error: unknown) => error);

    expect(isAppError(refused, "definition_conflict")).toBe(true);
    expect(refused).toMatchObject({
      message: expect.stringContaining("version 4"),
      details: {
        nextVersion: 4,
        diff: { changes: [{ of: "compute", member: "config.expression", from: "1", to: "2" }] },
      },
    });
  });

  test("equal content under a taken number never re-activates it", async () => {
    await using harness = await WorkflowHarness.open(computing(1, { version: 1 }));
    await harness.engine.workflows.deploy(computing(2), BY);

    expect(await harness.engine.workflows.deploy(computing(1, { version: 1 }), BY)).toMatchObject({
      changed: false,
      active: false,
    });

    expect(await harness.engine.workflows.get("numbers")).toMatchObject({ version: 2 });
  });

  test("a run under way keeps the version that it started with", async () => {
    const pausing = (value: number): JsonObject => ({
      ...computing(value),
      steps: [
        { id: "nap", type: "wait", config: { duration: "1h" }, next: "compute" },
        { id: "compute", type: "transform", config: { expression: String(value) } },
      ],
    });
    await using harness = await WorkflowHarness.open(pausing(1));
    const { executionId } = await harness.engine.executions.start({
      workflowId: "numbers",
      variables: {},
      variableForm: "json",
      trigger: { type: "api" },
    });
    await harness.engine.workflows.deploy(pausing(2), BY);

    await harness.clock.advance(3_600_000);

    expect(await harness.engine.executions.get(executionId)).toMatchObject({
      status: "completed",
      output: 1,
      workflowVersion: 1,
    });
  });

  test("is undone by activating an earlier version", async () => {
    await using harness = await WorkflowHarness.open(computing(1));
    await harness.engine.workflows.deploy(computing(2), BY);

    expect(await harness.engine.workflows.activate("numbers", 1, "U0ALICE")).toMatchObject({
      previous: 2,
    });

    expect(await harness.engine.workflows.get("numbers")).toMatchObject({
      version: 1,
      active: true,
    });
  });

  test("is rolled back to the version with the next lower number, and no further than the first", async () => {
    await using harness = await WorkflowHarness.open(computing(1));
    await harness.engine.workflows.deploy(computing(2, { version: 7 }), BY);
    await harness.engine.workflows.deploy(computing(3), BY);

    expect(await harness.engine.workflows.rollBack("numbers", "U0ALICE")).toMatchObject({
      version: 7,
    });
    expect(await harness.engine.workflows.rollBack("numbers", "U0ALICE")).toMatchObject({
      version: 1,
    });
    await expect(harness.engine.workflows.rollBack("numbers", "U0ALICE")).rejects.toThrow(
      "is the first",
    );

    expect(await harness.engine.workflows.versions("numbers")).toMatchObject([
      { version: 8, active: false },
      { version: 7, active: false },
      { version: 1, active: true, deployedBy: "test" },
    ]);
  });
});

describe("a file of the workflows folder", () => {
  test("is deployed once, and again only when it changed", async () => {
    await using harness = await WorkflowHarness.open(computing(0, { id: "other" }));

    expect(await harness.engine.workflows.deployFile("numbers.json", computing(1))).toMatchObject({
      version: 1,
    });
    expect(await harness.engine.workflows.deployFile("numbers.json", computing(1))).toMatchObject({
      outcome: "unchanged",
      newer: null,
    });
    expect(await harness.engine.workflows.deployFile("numbers.json", computing(2))).toMatchObject({
      outcome: "deployed",
      version: 2,
    });
  });

  test("does not undo a newer version that was made elsewhere", async () => {
    await using harness = await WorkflowHarness.open(computing(0, { id: "other" }));
    await harness.engine.workflows.deployFile("numbers.json", computing(1));
    await harness.engine.workflows.deploy(computing(5), BY);

    expect(await harness.engine.workflows.deployFile("numbers.json", computing(1))).toMatchObject({
      outcome: "unchanged",
      newer: { version: 2, deployedBy: "U0ALICE" },
    });

    expect(await harness.engine.workflows.get("numbers")).toMatchObject({ version: 2 });
  });

  test("that changed while a version from Slack is active is stored and kept back", async () => {
    await using harness = await WorkflowHarness.open(computing(0, { id: "other" }));
    await harness.engine.workflows.deployFile("numbers.json", computing(1));
    await harness.engine.workflows.deploy(computing(5), BY);

    expect(await harness.engine.workflows.deployFile("numbers.json", computing(2))).toMatchObject({
      outcome: "kept_back",
      version: 3,
      newer: { version: 2 },
    });
    expect(await harness.engine.workflows.deployFile("numbers.json", computing(3))).toMatchObject({
      outcome: "kept_back",
      version: 4,
    });
    expect(await harness.engine.workflows.get("numbers")).toMatchObject({ version: 2 });

    await harness.engine.workflows.activate("numbers", 4, "U0ALICE");
    expect(await harness.engine.workflows.deployFile("numbers.json", computing(6))).toMatchObject({
      outcome: "deployed",
      version: 5,
    });
  });

  test("that says what was deployed in Slack belongs together with it from then on", async () => {
    await using harness = await WorkflowHarness.open(computing(0, { id: "other" }));
    await harness.engine.workflows.deploy(computing(1), BY);

    expect(await harness.engine.workflows.deployFile("numbers.json", computing(1))).toMatchObject({
      outcome: "deployed",
      version: 1,
    });
  });

  test("that still carries an old number becomes the next version when it changed", async () => {
    await using harness = await WorkflowHarness.open(computing(0, { id: "other" }));
    await harness.engine.workflows.deployFile("numbers.json", computing(1, { version: 1 }));

    expect(
      await harness.engine.workflows.deployFile("numbers.json", computing(2, { version: 1 })),
    ).toMatchObject({ version: 2 });
  });
});

test("a misspelled workflow is answered with the nearest name", async () => {
  await using harness = await WorkflowHarness.open(computing(1));

  await expect(harness.engine.workflows.get("nombers")).rejects.toThrow('Did you mean "numbers"?');
});
