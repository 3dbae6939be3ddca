import fc from "fast-check";
import { expect, test } from "vitest";
import { validateBlocks } from "../../simulator/block-kit/validate-blocks.ts";
import { draftCard } from "../../src/bot/views/draft-card.ts";
import { explain } from "../../src/engine/definition/explain.ts";
import type { Definition } from "../../src/engine/definition/schema.ts";
import { validateDefinition } from "../../src/engine/definition/validation/validate.ts";
import { isFinished } from "../../src/engine/model/state.ts";
import type { DraftRecord } from "../../src/engine/ports/workflows.ts";
import { isAppError } from "../../src/shared/errors.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/shared/json.ts";
import { parseJsonBody } from "../../src/shared/parse-json.ts";
import { oddDefinition, oddSource } from "../support/fuzz/definitions.ts";
import { assertForPeople } from "../support/fuzz/for-people.ts";
import { FUZZ_TIMEOUT_MS, fuzz } from "../support/fuzz/fuzz.ts";
import { oddJson, oddKey } from "../support/fuzz/odd-values.ts";
import { settle } from "../support/manual-clock.ts";
import { realRegistries } from "../support/registries.ts";
import { WorkflowHarness } from "../support/workflow-harness.ts";

const registries = realRegistries();

const HOUR = 3_600_000;

/** How often time moves on before a run that comes to no end is cancelled. */
const TURNS = 30;

/** The variables, and what model and services answer. */
const world = fc.record({
  variables: fc.dictionary(oddKey, oddJson, { maxKeys: 4 }),
  answers: fc.array(oddJson, { minLength: 1, maxLength: 5 }),
  results: fc.array(oddJson, { minLength: 1, maxLength: 5 }),
});
type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never;

/** Checks a definition, and that people can be told of it. */
function checked(source: Json): Definition | null {
  const { definition, problems, warnings } = validateDefinition(source, registries);
  expect(definition === null).toBe(problems.length > 0);
  for (const { path, message, fix } of [...problems, ...warnings])
    assertForPeople(`${path}: ${message} ${fix}`);
  if (definition === null) return null;
  const explanation = explain(definition, registries.services);
  assertForPeople(JSON.stringify(explanation));
  const draft: DraftRecord = {
    ...{ id: "d1", ownerId: "U0ALICE", channel: "D0ALICE", threadTs: "1.1", source: {} },
    ...{ description: "", round: 1, status: "open" as const, messageTs: null, settledBy: null },
    ...{ version: null, createdAt: 0, updatedAt: 0 },
  };
  const card = draftCard({
    ...{ draft, definition, explanation, warnings, nextStarts: [], calls: 1, cost: 0 },
  });
  expect(validateBlocks(card.blocks, "message", "/blocks")).toEqual([]);
  return definition;
}

/** An error that the author or people are shown, and not one of ours. */
function assertTold(error: unknown): void {
  if (!isAppError(error)) throw error;
  if (error.code === "internal") throw new Error("This is our fault.", { cause: error });
  assertForPeople(`${error.message} ${JSON.stringify(error.details)}`);
}

/** Runs it until it ends or only waits, with services and a model that answer anything. */
async function run(definition: Definition, source: JsonObject, given: World): Promise<void> {
  const answers = given.answers.values();
  const results = given.results.values();
  await using harness = await WorkflowHarness.open(TRIVIAL, {
    answers: () => answers.next().value ?? "yes",
    services: () => results.next().value ?? {},
  });
  try {
    const deployed = await harness.engine.workflows.deploy(source, { by: "test" });
    expect(deployed.deployed).toBe(true);
    const { executionId } = await harness.engine.executions.start({
      workflowId: definition.id,
      variables: given.variables,
      variableForm: "json",
      trigger: { type: "api" },
    });
    await toEnd(harness, executionId);
  } catch (error) {
    assertTold(error);
  }
}

async function toEnd(harness: WorkflowHarness, executionId: string): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) {
    await settle();
    const view = await harness.engine.executions.get(executionId);
    for (const error of view.errors) assertStepError(error);
    assertStepError(view.error);
    if (isFinished(view.status)) return;
    await harness.clock.advance(turn % 2 === 0 ? 1000 : HOUR);
  }
  await harness.engine.executions.cancel(executionId, "api");
  for (let turn = 0; turn < TURNS; turn += 1) {
    await settle();
    if (isFinished((await harness.engine.executions.get(executionId)).status)) return;
    await harness.clock.advance(1000);
  }
  throw new Error("A cancelled run does not end.");
}

function assertStepError(error: { readonly code: string; readonly message: string } | null): void {
  if (error === null) return;
  if (error.code === "internal") throw new Error(`A step failed by our fault: ${error.message}`);
  assertForPeople(error.message);
}

const TRIVIAL = {
  id: "trivial",
  name: "Trivial",
  steps: [{ id: "one", type: "transform", config: { expression: "1" } }],
};

test(
  "every definition is checked, explained and run to an end or a wait",
  { timeout: FUZZ_TIMEOUT_MS },
  () =>
    fuzz(
      "definitions",
      fc.tuple(oddDefinition, world),
      async ([source, given]) => {
        const definition = checked(source);
        if (definition !== null && isJsonObject(source)) await run(definition, source, given);
      },
      { share: 0.8 },
    ),
);

test(
  "the text of every definition is read or refused with the place",
  { timeout: FUZZ_TIMEOUT_MS },
  () =>
    fuzz(
      "definitions (text)",
      oddSource,
      (text) => {
        try {
          checked(parseJsonBody(Buffer.from(text), { what: "The content" }));
        } catch (error) {
          assertTold(error);
        }
      },
      { share: 0.2 },
    ),
);
