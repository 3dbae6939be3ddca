import { expect, test } from "vitest";
import type { ExecutionRecord } from "../../src/engine/ports/executions.ts";
import { AppError } from "../../src/shared/errors.ts";
import { createSpanReader } from "../../src/telemetry/read-spans.ts";
import type { Span } from "../../src/telemetry/span.ts";
import { traceIdOf } from "../../src/telemetry/span-ids.ts";
import { WorkflowHarness, type WorkflowHarnessOptions } from "../support/workflow-harness.ts";

const DAY = 86_400_000;
const CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const modelDown = () =>
  new AppError({ code: "model_unavailable", message: "It is away.", retryable: true });
const PLAIN = { hasGenAi: false, hasContent: false, hideSecrets: (text: string) => text };

const APPROVAL = {
  id: "deploy",
  name: "Deploy",
  steps: [
    {
      id: "judge",
      type: "ai-decision",
      config: { model: "gpt-4o", prompt: "Is it safe?", outputFormat: "boolean" },
      retryPolicy: { maxRetries: 2, backoffMs: "1s" },
      next: { true: "approve", false: "end" },
    },
    {
      id: "approve",
      type: "approval",
      config: { title: "Shall we?", approvers: ["U0BOB"] },
      next: { approve: "ship", reject: "end" },
    },
    { id: "ship", type: "transform", config: { expression: "1" } },
  ],
};

async function recordOf(harness: WorkflowHarness, executionId: string): Promise<ExecutionRecord> {
  const record = await harness.store.executions.get(executionId);
  if (!record) throw new Error("There is no such execution.");
  return record;
}

async function spansOf(harness: WorkflowHarness, executionId: string): Promise<readonly Span[]> {
  return createSpanReader(harness.store, PLAIN)(await recordOf(harness, executionId));
}

/** Spans as a tree of names, in order of time. */
function treeOf(spans: readonly Span[], parent: string | null = null, indent = ""): string[] {
  return spans
    .filter(({ parentSpanId }) => parentSpanId === parent)
    .toSorted((a, b) => a.startedAt - b.startedAt || b.endedAt - a.endedAt)
    .flatMap((span) => [
      `${indent}${span.name}${span.status === "error" ? " !" : ""}`,
      ...treeOf(spans, span.spanId, `${indent}  `),
    ]);
}

function named(spans: readonly Span[], name: string): Span {
  const found = spans.find((span) => span.name === name);
  if (!found) throw new Error(`No span is named "${name}".`);
  return found;
}

function open(definition: unknown, options: WorkflowHarnessOptions): Promise<WorkflowHarness> {
  return WorkflowHarness.open(definition, options);
}

test("a run of an attempt that failed, a model and a person is one tree", async () => {
  await using harness = await open(APPROVAL, { answers: [modelDown(), "true"] });
  const { executionId } = await harness.start("deploy", {});
  await harness.decide(executionId, "U0BOB", "approve");

  const spans = await spansOf(harness, executionId);

  expect(treeOf(spans)).toEqual([
    "run deploy",
    "  step judge",
    "    attempt 1 !",
    "      chat gpt-4o !",
    "    attempt 2",
    "      chat gpt-4o",
    "  step approve",
    "    wait approval",
    "  step ship",
  ]);
  expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([traceIdOf(executionId)]));
  expect(named(spans, "step judge").attributes).toMatchObject({
    "heddle.execution.id": executionId,
    "heddle.workflow.id": "deploy",
    "heddle.workflow.version": 1,
    "heddle.step.type": "ai-decision",
    "heddle.step.attempts": 2,
    "heddle.cost.usd": 0.0007,
  });
});

test("a wait of three days is no span until it is over, and has its times then", async () => {
  await using harness = await open(APPROVAL, { answers: ["true"] });
  const { executionId } = await harness.start("deploy", {});
  harness.clock.lag(3 * DAY);

  expect(treeOf(await spansOf(harness, executionId))).toEqual([]);
  expect((await spansOf(harness, executionId)).map(({ name }) => name)).toEqual([
    "attempt 1",
    "step judge",
    "chat gpt-4o",
  ]);
  await harness.decide(executionId, "U0BOB", "approve");

  const wait = named(await spansOf(harness, executionId), "wait approval");
  expect(wait.endedAt - wait.startedAt).toBeGreaterThanOrEqual(3 * DAY);
  expect(wait.events).toMatchObject([
    { name: "decision", attributes: { "heddle.choice": "approve" } },
  ]);
});

test("what was said of a run before it ended is said again with the same ids", async () => {
  await using harness = await open(APPROVAL, { answers: ["true"] });
  const { executionId } = await harness.start("deploy", {});
  const early = await spansOf(harness, executionId);
  await harness.restart();
  await harness.decide(executionId, "U0BOB", "approve");

  const late = await spansOf(harness, executionId);

  expect(early.length).toBeGreaterThan(0);
  expect(late).toEqual(expect.arrayContaining([...early]));
  expect(new Set(late.map(({ spanId }) => spanId)).size).toBe(late.length);
});

test("neither an error's message nor an input nor an answer is in a span unless it is asked for", async () => {
  const definition = {
    id: "quiet",
    name: "Quiet",
    inputs: { note: { type: "text" } },
    steps: [
      {
        id: "judge",
        type: "ai-decision",
        config: { model: "gpt-4o", prompt: "{{variables.note}}", outputFormat: "boolean" },
        next: "fail",
      },
      { id: "fail", type: "transform", config: { expression: "int(variables.note)" } },
    ],
  };
  await using harness = await open(definition, { answers: ["true"] });
  const { executionId, status } = await harness.start("quiet", { note: "Alice is ill" });

  const spans = await spansOf(harness, executionId);

  expect(status).toBe("failed");
  expect(named(spans, "run quiet")).toMatchObject({ status: "error" });
  expect(JSON.stringify(spans)).not.toContain("Alice is ill");
});

test("steps of branches stand below the step that executes them, and those that are given up end with it", async () => {
  const definition = {
    id: "fan",
    name: "Fan",
    steps: [
      {
        id: "both",
        type: "parallel",
        config: {
          branches: [
            { id: "left", steps: [{ id: "a", type: "transform", config: { expression: "1" } }] },
            { id: "right", steps: [{ id: "b", type: "wait", config: { duration: "2d" } }] },
          ],
        },
      },
    ],
  };
  await using harness = await open(definition, {});
  const { executionId } = await harness.engine.executions.start({
    ...{ workflowId: "fan", variables: {}, variableForm: "json" },
    trigger: { type: "slash", userId: "U0ALICE" },
  });
  await harness.clock.advance(1000);
  await harness.engine.executions.cancel(executionId, "U0ALICE");
  await harness.rest(executionId);

  const spans = await spansOf(harness, executionId);

  expect(treeOf(spans)).toEqual([
    "run fan",
    "  step both",
    "    step a",
    "    step b",
    "      wait timer",
  ]);
  expect(named(spans, "step b").attributes["heddle.status"]).toBe("given up");
  expect(named(spans, "run fan").attributes["heddle.status"]).toBe("cancelled");
});

test("a run that is retried goes on in the same trace, below its first part", async () => {
  await using harness = await open(APPROVAL, {
    answers: [...Array.from({ length: 2 }, () => modelDown()), "false"],
  });
  const { executionId, status } = await harness.start("deploy", {});
  expect(status).toBe("failed");
  const before = await spansOf(harness, executionId);
  await harness.engine.executions.retry({
    ...{ executionId, by: "U0ALICE", variableForm: "json" },
  });
  await harness.rest(executionId);

  const after = await spansOf(harness, executionId);

  expect(after).toEqual(expect.arrayContaining([...before]));
  expect(treeOf(after).filter((line) => !line.startsWith("  "))).toEqual(["run deploy !"]);
  expect(treeOf(after).slice(-4)).toEqual([
    "  run deploy (retry 1)",
    "    step judge",
    "      attempt 3",
    "        chat gpt-4o",
  ]);
  expect(new Set(after.map(({ spanId }) => spanId)).size).toBe(after.length);
});

test("a caller's trace is linked, and does not decide where the run belongs", async () => {
  await using harness = await open(APPROVAL, { answers: ["false", "false"] });
  const run = async (traceparent: string): Promise<Span> => {
    const { executionId } = await harness.engine.executions.start({
      ...{ workflowId: "deploy", variables: {}, variableForm: "json" },
      trigger: { type: "webhook", headers: { traceparent } },
    });
    await harness.rest(executionId);
    return named(await spansOf(harness, executionId), "run deploy");
  };

  expect(await run(CALLER)).toMatchObject({
    parentSpanId: null,
    links: [{ traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" }],
  });
  expect((await run(CALLER.replace("4bf9", "ZZZZ"))).links).toEqual([]);
});
