import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createSampleFiles } from "../../src/adapters/sample-files.ts";
import { aiStepsOf, Definition } from "../../src/engine/definition/schema.ts";
import { parseSamples } from "../../src/engine/evaluation/samples.ts";
import { WorkflowHarness } from "../support/workflow-harness.ts";

const FOLDER = join(import.meta.dirname, "../../workflows");
const files = (await readdir(FOLDER)).filter((name) => name.endsWith(".json"));
const samples = createSampleFiles(join(FOLDER, "evals"));

/** A value of the form that a step decides, whatever it says. */
const ANSWERS: Readonly<Record<string, unknown>> = { number: 3, text: "Thank you.", boolean: true };

describe.for(files)("the samples of %s", (file) => {
  test("are at least twenty for each decision, all different, with labels that it can decide", async () => {
    const definition = Definition.parse(JSON.parse(await readFile(join(FOLDER, file), "utf8")));
    for (const { id, config } of aiStepsOf(definition.steps)) {
      const found = await samples.read(definition.id, id);
      const parsed = parseSamples(found?.text ?? "", found?.place ?? `${definition.id}/${id}`);

      expect(parsed.length, id).toBeGreaterThanOrEqual(20);
      const inputs = parsed.map((sample) => JSON.stringify(sample.inputs));
      expect(new Set(inputs).size, id).toBe(inputs.length);
      if (!Array.isArray(config["allowedValues"])) continue;
      const labels = parsed.flatMap(({ expected }) =>
        typeof expected === "string" ? expected : Object.values(Object(expected)).flat(),
      );
      expect(config["allowedValues"]).toEqual(expect.arrayContaining(labels));
    }
  });

  test("can all be asked", async () => {
    const definition: unknown = JSON.parse(await readFile(join(FOLDER, file), "utf8"));
    const { id, steps } = Definition.parse(definition);
    const texts: Record<string, string> = {};
    for (const step of aiStepsOf(steps)) {
      texts[`${id}/${step.id}`] = (await samples.read(id, step.id))?.text ?? "";
    }
    await using harness = await WorkflowHarness.open(definition, {
      samples: texts,
      answers: ({ format }) =>
        JSON.stringify(ANSWERS[typeof format === "object" ? "number" : "text"]),
    });

    const report = await harness.engine.evaluations.evaluate({
      workflowId: id,
      capNano: Number.MAX_SAFE_INTEGER,
    });

    const errors = report.steps.flatMap(({ arms }) =>
      arms.flatMap(({ outcomes }) => outcomes.flatMap(({ error }) => error?.code ?? [])),
    );
    // The answer may not fit; the question must.
    expect(errors.filter((code) => code !== "model_output_invalid")).toEqual([]);
  });
});
