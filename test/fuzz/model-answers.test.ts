import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { test } from "vitest";
import { createOpenAiModelClient } from "../../src/adapters/llm/openai-model-client.ts";
import { isFinished } from "../../src/engine/model/state.ts";
import type { ModelClient } from "../../src/engine/ports/model.ts";
import { isAppError } from "../../src/shared/errors.ts";
import type { JsonObject } from "../../src/shared/json.ts";
import { assertForPeople } from "../support/fuzz/for-people.ts";
import { FUZZ_TIMEOUT_MS, fuzz } from "../support/fuzz/fuzz.ts";
import { type OddReply, oddReply, sendReply } from "../support/fuzz/model-answers.ts";
import { until } from "../support/until.ts";
import { WorkflowHarness } from "../support/workflow-harness.ts";

/** One question of each kind. */
const QUESTIONS: Readonly<Record<string, JsonObject>> = {
  enum: { outputFormat: "enum", allowedValues: ["billing", "technical"] },
  number: { outputFormat: "number", min: 0, max: 100 },
  boolean: { outputFormat: "boolean" },
  json: { outputFormat: "json" },
  schema: {
    outputFormat: "json",
    schema: {
      type: "object",
      properties: { a: { type: "integer" }, b: { type: "array", items: { type: "string" } } },
      required: ["a"],
    },
  },
  text: { outputFormat: "text" },
};

function asking(kind: string, config: JsonObject): JsonObject {
  return {
    id: kind,
    name: kind,
    steps: [
      {
        id: "ask",
        type: "ai-decision",
        config: { prompt: "What is it?", ...config },
        retryPolicy: { maxRetries: 1 },
      },
    ],
  };
}

/** An endpoint that replies in turn, the last reply for ever, and a client for it that gives up soon. */
async function openEndpoint(stack: AsyncDisposableStack) {
  let replies: readonly OddReply[] = [];
  let next = 0;
  const server = createServer((request, response) => {
    request.resume();
    const reply = replies[Math.min(next, replies.length - 1)];
    next += 1;
    if (reply !== undefined) void sendReply(response, reply);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  let client: ModelClient | null = null;
  return {
    model: {
      complete: (request, signal) =>
        client?.complete(request, signal) ?? Promise.reject(new Error("There is no client.")),
    } satisfies ModelClient,
    /** A client that remembers nothing of what was replied before. */
    reply(given: readonly OddReply[]) {
      replies = given;
      next = 0;
      client = createOpenAiModelClient({ apiKey: "none", baseUrl, timeoutMs: 150 });
    },
  };
}

/** Runs the workflow to its end; what failed is told to people. */
async function decide(harness: WorkflowHarness, workflowId: string): Promise<void> {
  const { executionId } = await harness.engine.executions.start({
    workflowId,
    variables: {},
    variableForm: "json",
    trigger: { type: "api" },
  });
  const view = await until(async () => {
    const view = await harness.engine.executions.get(executionId);
    if (isFinished(view.status)) return view;
    if (view.status === "waiting") await harness.clock.advance(60_000);
    return undefined;
  });
  for (const { code, message } of [...view.errors, ...(view.error === null ? [] : [view.error])]) {
    if (code === "internal") throw new Error(`A step failed by our fault: ${message}`);
    assertForPeople(message);
  }
}

async function draft(harness: WorkflowHarness): Promise<void> {
  try {
    const { explanation, warnings } = await harness.engine.drafts.generate("ask before we pay");
    assertForPeople(JSON.stringify([explanation, warnings]));
  } catch (error) {
    if (!isAppError(error) || error.code === "internal") throw error;
    assertForPeople(`${error.message} ${JSON.stringify(error.details)}`);
  }
}

test("whatever a model answers, the run goes on or says why it does not", {
  timeout: FUZZ_TIMEOUT_MS,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const endpoint = await openEndpoint(stack);
  const kinds = Object.entries(QUESTIONS).map(([kind, config]) => asking(kind, config));
  const [first, ...others] = kinds;
  const harness = stack.use(await WorkflowHarness.open(first, { model: endpoint.model }));
  for (const definition of others)
    await harness.engine.workflows.deploy(definition, { by: "test" });
  const inputs = fc.tuple(
    fc.constantFrom(...Object.keys(QUESTIONS), "draft"),
    fc.array(oddReply, { minLength: 1, maxLength: 4 }),
  );

  await fuzz("model-answers", inputs, async ([kind, replies]) => {
    endpoint.reply(replies);
    await (kind === "draft" ? draft(harness) : decide(harness, kind));
  });
});
