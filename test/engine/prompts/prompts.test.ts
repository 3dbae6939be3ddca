import { describe, expect, test } from "vitest";
import { figuresOf } from "../../../src/engine/prompts/compare-versions.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { call, sample } from "../../store/records.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const FIRST = "Is it urgent? {{variables.text}}";
const SECOND = "Must somebody act today? {{variables.text}}";

function judge(promptRef: string, inputs: JsonObject = { text: { type: "text" } }): JsonObject {
  return {
    id: "judge",
    name: "Judge",
    inputs,
    steps: [{ id: "decide", type: "ai-decision", config: { promptRef, outputFormat: "boolean" } }],
  };
}

/** An engine that knows the prompt `urgency` and, if wanted, a workflow that names it. */
async function harness(definition?: JsonObject): Promise<WorkflowHarness> {
  const opened = await WorkflowHarness.open(
    {
      id: "other",
      name: "Other",
      steps: [{ id: "a", type: "transform", config: { expression: "1" } }],
    },
    { answers: () => true },
  );
  await opened.engine.prompts.add({ name: "urgency", text: FIRST, by: "U0ALICE" });
  if (definition) {
    expect(await opened.engine.workflows.deploy(definition, { by: "test" })).toMatchObject({
      deployed: true,
    });
  }
  return opened;
}

/** What the model was asked last, without the rules. */
function asked(opened: WorkflowHarness): string {
  return opened.questions.at(-1)?.messages[1]?.content ?? "";
}

describe("a step with a named prompt", () => {
  test("asks the active version, and its record names it", async () => {
    await using opened = await harness(judge("urgency"));

    const { executionId } = await opened.start("judge", { text: "Fire!" });

    expect(asked(opened)).toMatch(/^Is it urgent\? /);
    expect((await opened.engine.evaluations.audit(executionId)).decisions).toMatchObject([
      { prompt: { name: "urgency", version: 1 } },
    ]);
  });

  test("asks one version for ever if the definition pins it", async () => {
    await using opened = await harness(judge("urgency@1"));
    await opened.engine.prompts.add({ name: "urgency", text: SECOND, by: "api", activate: true });

    await opened.start("judge", { text: "Fire!" });

    expect(asked(opened)).toMatch(/^Is it urgent\? /);
  });

  test.each([
    [judge("urgncy"), /there is no prompt "urgncy".*There are: urgency/],
    [judge("urgency@7"), /there is no prompt "urgency@7"/],
    [judge("urgency", { note: { type: "text" } }), /promptRef: .*variables.text/],
  ])("is not deployed when the prompt does not fit: %#", async (definition, problem) => {
    await using opened = await harness();

    const result = await opened.engine.workflows.deploy(definition, { by: "test" });

    const problems = result.deployed ? [] : result.problems;
    const told = problems.map(({ path, message, fix }) => `${path}: ${message} ${fix}`).join("\n");
    expect(told).toMatch(problem);
  });
});

describe("another version", () => {
  test("is asked once it is promoted, and no longer after a rollback", async () => {
    await using opened = await harness(judge("urgency"));
    const { prompts } = opened.engine;

    const added = await prompts.add({
      name: "urgency",
      text: SECOND,
      by: "U0BOB",
      note: "plainer",
    });
    expect(added).toEqual({ name: "urgency", version: 2, changed: true, active: false });
    await prompts.promote("urgency", 2, "U0BOB");
    await opened.start("judge", { text: "Fire!" });
    expect(asked(opened)).toMatch(/^Must somebody act/);

    expect(await prompts.rollBack("urgency", "U0BOB")).toMatchObject({ active: 1, previous: 2 });
    await opened.start("judge", { text: "Fire!" });
    expect(asked(opened)).toMatch(/^Is it urgent/);
  });

  test("gets its share of the executions, each of which keeps what it began with", async () => {
    await using opened = await harness(judge("urgency"));
    const { prompts } = opened.engine;
    await prompts.add({ name: "urgency", text: SECOND, by: "api" });
    await prompts.split("urgency", 2, 30, "api");
    const versions: number[] = [];
    for (let n = 0; n < 200; n += 1) {
      const { executionId } = await opened.engine.executions.start({
        workflowId: "judge",
        variables: { text: "Fire!" },
        variableForm: "json",
        trigger: { type: "api" },
        executionId: `exec_${String(n).padStart(16, "0")}`,
      });
      const head = await opened.store.executions.get(executionId);
      versions.push(head?.start.prompts?.["urgency"] ?? 0);
    }

    const share = versions.filter((version) => version === 2).length;
    expect(share).toBeGreaterThan(40);
    expect(share).toBeLessThan(80);
    expect(versions).not.toContain(0);
    const second = `exec_${String(versions.indexOf(2)).padStart(16, "0")}`;
    await opened.rest(second);
    expect((await opened.engine.evaluations.audit(second)).decisions).toMatchObject([
      { prompt: { version: 2 } },
    ]);
  });

  test("does not reach a run that began before it was promoted", async () => {
    const definition = judge("urgency");
    const pause = { id: "pause", type: "wait", config: { duration: "1h" }, next: "decide" };
    await using opened = await harness({
      ...definition,
      steps: [pause, ...(definition["steps"] as JsonObject[])],
    });
    const { executionId } = await opened.engine.executions.start({
      workflowId: "judge",
      variables: { text: "Fire!" },
      variableForm: "json",
      trigger: { type: "api" },
    });
    await opened.engine.prompts.add({ name: "urgency", text: SECOND, by: "api", activate: true });

    await opened.advance(executionId, 3_600_000);

    expect(asked(opened)).toMatch(/^Is it urgent/);
  });

  test("that a workflow could not fill in is not asked: what was asked before stays", async () => {
    await using opened = await harness(judge("urgency"));
    const { prompts } = opened.engine;
    const text = "From {{variables.sender}}: {{variables.text}}";
    await prompts.add({ name: "urgency", text, by: "api" });

    await expect(prompts.promote("urgency", 2, "api")).rejects.toMatchObject({
      code: "prompt_invalid",
      message: expect.stringMatching(/workflow "judge" cannot ask this text.*variables\.sender/),
    });
    await expect(prompts.split("urgency", 2, 10, "api")).rejects.toMatchObject({
      code: "prompt_invalid",
    });
    expect(await prompts.get("urgency")).toMatchObject({ active: 1, split: null });
  });

  test("with a text that is there already is that version", async () => {
    await using opened = await harness();

    expect(
      await opened.engine.prompts.add({ name: "urgency", text: FIRST, by: "api" }),
    ).toMatchObject({ version: 1, changed: false, active: true });
  });
});

describe("what cannot be", () => {
  test.each([
    ["Urgency", FIRST, /not a name for a prompt/],
    ["empty", " ", /is empty/],
    ["broken", "{{variables.text", /cannot be read/],
    ["leak", "{{secrets.KEY}}", /never shown to a model/],
    ["long", "x".repeat(100_001), /at most 100000/],
  ])("the prompt %s is refused", async (name, text, message) => {
    await using opened = await harness();

    await expect(opened.engine.prompts.add({ name, text, by: "api" })).rejects.toMatchObject({
      code: "prompt_invalid",
      message: expect.stringMatching(message),
    });
  });

  test("names, versions and shares that do not exist are named", async () => {
    await using opened = await harness();
    const { prompts } = opened.engine;

    await expect(prompts.get("urgncy")).rejects.toThrow(/Did you mean "urgency"/);
    await expect(prompts.promote("urgency", 9, "api")).rejects.toThrow(/no version 9. It has: 1/);
    await expect(prompts.split("urgency", 1, 10, "api")).rejects.toThrow(/is the active version/);
    await expect(prompts.split("urgency", 1, 100, "api")).rejects.toThrow(/from 0 to 99/);
    await expect(prompts.rollBack("urgency", "api")).rejects.toThrow(/nothing to go back to/);
  });
});

describe("a file of the prompts folder", () => {
  test("is taken once, and again when it has changed", async () => {
    await using opened = await harness();
    const { prompts } = opened.engine;

    expect(await prompts.addFile("tone.md", "Is it rude? {{variables.text}}")).toMatchObject({
      name: "tone",
      version: 1,
      active: true,
    });
    expect(await prompts.addFile("tone.md", "Is it rude? {{variables.text}}")).toBeNull();
    expect(await prompts.addFile("tone.md", "Is it friendly? {{variables.text}}")).toMatchObject({
      version: 2,
      active: true,
    });
  });

  test("does not overrule people: it is kept as a version", async () => {
    await using opened = await harness();

    const added = await opened.engine.prompts.addFile("urgency.md", SECOND);

    expect(added).toMatchObject({ version: 2, active: false });
    expect(await opened.engine.prompts.get("urgency")).toMatchObject({ active: 1 });
  });
});

describe("the figures of a version", () => {
  test("count decisions, not calls, and say what is unknown", () => {
    const prompt = { name: "urgency", version: 1 };
    const one = (id: string, fields: object) => ({
      ...call(id, "exec_1", { prompt }),
      valid: true,
      ...fields,
    });

    const figures = figuresOf(
      [
        one("exec_1/decide#1:1:1", { valid: false, latencyMs: 100, costNano: 1000 }),
        one("exec_1/decide#1:1:2", { latencyMs: 300, costNano: 2000 }),
        one("exec_2/decide#1:1:1", { latencyMs: 50, costNano: null }),
        one("exec_2/decide#1:2:1", { latencyMs: 50, costNano: 1000 }),
      ],
      [sample("exec_1/decide#1"), sample("exec_2/decide#1", { actual: true })],
    );

    expect(figures).toEqual({
      decisions: 2,
      calls: 4,
      invalidRate: 0.25,
      costNano: 2000,
      unknownCosts: 1,
      latencyMs: { median: 100, p95: 400 },
      labelled: 2,
      overturned: 1,
      overturnedRate: 0.5,
    });
  });

  test("of a version that was never asked are unknown", () => {
    expect(figuresOf([], [])).toMatchObject({ decisions: 0, invalidRate: null, latencyMs: null });
  });

  test("stand side by side, newest first", async () => {
    await using opened = await harness(judge("urgency"));
    const { prompts } = opened.engine;
    await opened.start("judge", { text: "Fire!" });
    await prompts.add({ name: "urgency", text: SECOND, by: "api", activate: true });
    await opened.start("judge", { text: "Fire!" });
    await opened.start("judge", { text: "Water!" });

    expect(await prompts.compare("urgency")).toMatchObject({
      versions: [
        { version: 2, role: "active", percent: 100, decisions: 2, invalidRate: 0, overturned: 0 },
        { version: 1, role: "previous", percent: 0, decisions: 1 },
      ],
    });
  });
});
