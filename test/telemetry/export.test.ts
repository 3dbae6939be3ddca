import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/app/config.ts";
import { openTracing, type Tracing } from "../../src/app/tracing.ts";
import type { TraceCounts } from "../../src/telemetry/trace-exporter.ts";
import { OtlpCollector } from "../support/otlp-collector.ts";
import { until } from "../support/until.ts";
import { WorkflowHarness } from "../support/workflow-harness.ts";

const SECRET = "swordfish-9000";
const NEEDED = {
  SLACK_BOT_TOKEN: "xoxb-1",
  SLACK_APP_TOKEN: "xapp-1",
  OPENAI_API_KEY: "sk-1",
} as const;
/** What Langfuse tells to set (https://langfuse.com/integrations/native/opentelemetry). */
const LANGFUSE = {
  OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Basic ${btoa("pk-lf-1234567890:sk-lf-1234567890")},x-langfuse-ingestion-version=4`,
  OTEL_SEMCONV_STABILITY_OPT_IN: "gen_ai_latest_experimental",
};

function judge(more: object = {}) {
  return {
    id: "judge",
    name: "Judge",
    inputs: { note: { type: "text", ...more } },
    steps: [
      {
        id: "ask",
        type: "ai-decision",
        config: { model: "gpt-4o", prompt: "{{variables.note}}?", outputFormat: "boolean" },
        next: { true: "approve", false: "end" },
      },
      {
        id: "approve",
        type: "approval",
        config: { title: "Shall we?", approvers: ["U0BOB"] },
        next: { approve: "end", reject: "end" },
      },
    ],
  };
}

interface Scene extends AsyncDisposable {
  readonly harness: WorkflowHarness;
  readonly tracing: Tracing;
  stop(): Promise<void>;
  readonly counts: Record<keyof TraceCounts, number>;
  /** Begins to trace anew, as the next process does. */
  open(): Promise<Tracing>;
  run(variables?: { note?: string }): Promise<string>;
  /** Lets time pass until the collector has what is looked for. */
  passUntil<T>(look: () => T | undefined): Promise<T>;
}

async function traced(
  url: string,
  env: Record<string, string> = {},
  definition: object = judge(),
): Promise<Scene> {
  const stack = new AsyncDisposableStack();
  const counts = { sent: 0, failed: 0, dropped: 0, waiting: 0 };
  let tracing: Tracing | null = null;
  const harness = stack.use(
    await WorkflowHarness.open(definition, {
      answers: ({ messages }) => JSON.stringify(messages).includes("person"),
      observe: (events, state) => tracing?.observe(events, state),
    }),
  );
  const { tracing: config } = loadConfig({ ...NEEDED, ...env, OTEL_EXPORTER_OTLP_ENDPOINT: url });
  if (config === null) throw new Error("Nothing is exported.");
  const open = async (): Promise<Tracing> => {
    tracing = await openTracing({
      ...{ config, store: harness.store, clock: harness.clock },
      logger: pino({ level: "silent" }),
      hideSecrets: (text) => text.replaceAll(SECRET, "[secret]"),
      processName: "test:1",
      counts: {
        sent: (spans) => (counts.sent += spans),
        failed: () => (counts.failed += 1),
        dropped: (executions) => (counts.dropped += executions),
        waiting: (executions) => (counts.waiting = executions),
      },
    });
    await tracing.start();
    return tracing;
  };
  const first = await open();
  return {
    ...{ harness, tracing: first, counts, open },
    stop: first.follow(harness.engine),
    run: async (variables = {}) =>
      (await harness.start("judge", { note: "go", ...variables })).executionId,
    passUntil: (look) =>
      until(async () => {
        await harness.clock.advance(1000);
        return look();
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe("an OTLP collector", () => {
  test("gets the spans of a run at the standard path, with the configured headers and resource", async () => {
    await using collector = await OtlpCollector.open();
    await using scene = await traced(`${collector.url}/otel`, {
      OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=a%2Cb",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_SERVICE_NAME: "heddle-test",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=staging",
    });
    const executionId = await scene.run();

    const spans = await scene.passUntil(() =>
      collector.spans.length > 0 ? collector.spans : undefined,
    );

    expect(spans.map(({ name }) => name).toSorted()).toEqual([
      ...["attempt 1", "chat gpt-4o", "run judge", "step ask"],
    ]);
    const root = spans.find(({ name }) => name === "run judge");
    expect(root?.parentSpanId).toBe("");
    expect(spans.find(({ name }) => name === "step ask")?.parentSpanId).toBe(root?.spanId);
    expect(collector.requests[0]).toMatchObject({
      path: "/otel/v1/traces",
      headers: { "x-tenant": "a,b", "content-encoding": "gzip" },
      resource: {
        "service.name": "heddle-test",
        "deployment.environment.name": "staging",
      },
    });
    expect(spans[0]?.attributes["heddle.execution.id"]).toBe(executionId);
  });

  test("gets no attribute of the GenAI conventions and nothing of a prompt by default", async () => {
    await using collector = await OtlpCollector.open();
    await using scene = await traced(collector.url);
    await scene.run({ note: "Alice is ill" });
    await scene.passUntil(() => collector.spans[0]);

    const sent = JSON.stringify(collector.spans);
    expect(sent).not.toContain("gen_ai.");
    expect(sent).not.toContain("langfuse.");
    expect(sent).not.toContain("Alice is ill");
  });

  test("gets steps that are over while a run waits, each once, and the rest when it has ended", async () => {
    await using collector = await OtlpCollector.open();
    await using scene = await traced(collector.url);
    const executionId = await scene.run({ note: "ask a person" });
    await scene.passUntil(() => collector.spans[0]);
    const early = collector.spans.map(({ name }) => name);
    await scene.harness.decide(executionId, "U0BOB", "approve");

    await scene.passUntil(() => collector.spans.find(({ name }) => name === "run judge"));

    expect(early).toEqual(["attempt 1", "step ask", "chat gpt-4o"]);
    const ids = collector.spans.map(({ spanId }) => spanId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("gets only the part of the runs that is sampled, each of them whole", async () => {
    await using collector = await OtlpCollector.open();
    await using scene = await traced(collector.url, {
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.5",
    });
    for (let n = 0; n < 40; n += 1) await scene.run();
    await scene.passUntil(() => (scene.counts.waiting === 0 ? collector.spans[0] : undefined));

    const byTrace = Map.groupBy(collector.spans, ({ traceId }) => traceId);
    expect(byTrace.size).toBeGreaterThan(5);
    expect(byTrace.size).toBeLessThan(35);
    for (const spans of byTrace.values()) expect(spans).toHaveLength(4);
  });
});

describe("Langfuse", () => {
  test("gets its header and what it reads of a generation, and no content", async () => {
    await using collector = await OtlpCollector.open();
    await using scene = await traced(`${collector.url}/api/public/otel`, LANGFUSE);
    const executionId = await scene.run({ note: "Alice is ill" });
    const call = await scene.passUntil(() =>
      collector.spans.find(({ name }) => name === "chat gpt-4o"),
    );

    expect(collector.requests[0]).toMatchObject({
      path: "/api/public/otel/v1/traces",
      headers: {
        authorization: `Basic ${btoa("pk-lf-1234567890:sk-lf-1234567890")}`,
        "x-langfuse-ingestion-version": "4",
        "content-type": "application/x-protobuf",
      },
    });
    expect(call).toMatchObject({
      kind: 3,
      attributes: {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o",
        "gen_ai.usage.input_tokens": 200,
        "gen_ai.usage.output_tokens": 20,
        "langfuse.observation.type": "generation",
        "langfuse.observation.cost_details": '{"total":0.0007}',
        "langfuse.trace.name": "judge",
        "session.id": executionId,
      },
    });
    expect(JSON.stringify(collector.spans)).not.toContain("Alice is ill");
  });

  const CONTENT = { ...LANGFUSE, OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true" };

  test("gets what was asked and answered when that is switched on, without secrets", async () => {
    await using collector = await OtlpCollector.open();
    await using scene = await traced(collector.url, CONTENT);
    await scene.run({ note: `The password is ${SECRET}` });
    const call = await scene.passUntil(() =>
      collector.spans.find(({ name }) => name === "chat gpt-4o"),
    );

    const asked = String(call.attributes["gen_ai.input.messages"]);
    expect(JSON.parse(asked)).toMatchObject([{ role: "system" }, { role: "user" }]);
    expect(asked).toContain("The password is [secret]");
    expect(call.attributes["langfuse.observation.output"]).toBe("false");
    expect(JSON.stringify(collector.spans)).not.toContain(SECRET);
  });

  test("gets no content of a workflow that has something sensitive", async () => {
    await using collector = await OtlpCollector.open();
    await using scene = await traced(collector.url, CONTENT, judge({ sensitive: true }));
    await scene.run({ note: "Alice is ill" });
    await scene.passUntil(() => collector.spans.find(({ name }) => name === "run judge"));

    expect(JSON.stringify(collector.spans)).not.toContain("Alice is ill");
  });
});

describe("trouble with the collector", () => {
  test.for([503, 429, 401] as const)("a %d holds no run up, and loses no span", async (status) => {
    await using collector = await OtlpCollector.open();
    // The exporter itself tries up to six times within its time.
    collector.answers.push(...Array.from({ length: 8 }, () => status));
    await using scene = await traced(collector.url, { OTEL_EXPORTER_OTLP_TIMEOUT: "100" });
    const first = await scene.run();
    const second = await scene.run();

    await scene.passUntil(() => (scene.counts.sent === 8 ? true : undefined));

    expect(scene.counts.failed).toBeGreaterThan(0);
    expect(
      new Set(collector.spans.map(({ attributes }) => attributes["heddle.execution.id"])),
    ).toEqual(new Set([first, second]));
  });

  test("spans that are refused for good are left out, and those of other runs are not", async () => {
    await using collector = await OtlpCollector.open();
    collector.answers.push(400, 400, 200);
    await using scene = await traced(collector.url);
    await scene.run();
    const second = await scene.run();

    await scene.passUntil(() => (scene.counts.dropped === 1 ? collector.spans[0] : undefined));

    expect(scene.counts).toMatchObject({ dropped: 1, failed: 0, sent: 4 });
    expect(collector.spans[0]?.attributes["heddle.execution.id"]).toBe(second);
  });

  test("what a process left when it died is exported by the next one, and exported twice it is the same", async () => {
    await using collector = await OtlpCollector.open();
    await using scene = await traced(collector.url);
    const first = await scene.run();
    await scene.passUntil(() => (scene.counts.sent === 4 ? true : undefined));
    // Ended, and not exported when the process dies.
    const second = await scene.run();
    await scene.harness.restart();

    await scene.open();
    await scene.passUntil(() =>
      collector.spans.some(({ attributes }) => attributes["heddle.execution.id"] === second)
        ? true
        : undefined,
    );

    const of = (id: string) =>
      collector.spans.filter(({ attributes }) => attributes["heddle.execution.id"] === id);
    expect(new Set(of(first).map(({ spanId }) => spanId)).size).toBe(4);
    expect(new Set(of(second).map(({ spanId }) => spanId)).size).toBe(4);
  });

  test("more runs than are remembered are exported all the same", async () => {
    await using collector = await OtlpCollector.open();
    await using scene = await traced(collector.url);
    // What ends while the queue is full is known by its time alone.
    for (let n = 0; n < 1000; n += 1)
      scene.tracing.observe([{ type: "execution_completed", output: null, at: 0 }], {
        start: { executionId: `gone-${n}` },
        status: "completed",
      });
    expect(scene.counts.waiting).toBe(1000);
    const late = await scene.run();
    expect(scene.counts.waiting).toBe(1000);

    const span = await scene.passUntil(() => collector.spans[0]);

    expect(span.attributes["heddle.execution.id"]).toBe(late);
  });

  test("a stop sends what is left", async () => {
    await using collector = await OtlpCollector.open();
    await using scene = await traced(collector.url);
    await scene.run();

    await scene.stop();

    expect(collector.spans).toHaveLength(4);
    expect(await scene.harness.store.kv.list("traces:")).toEqual([]);
  });

  test("a stop waits two seconds for a collector that does not answer, and says what is left", async () => {
    await using collector = await OtlpCollector.open();
    collector.answers.push("hang");
    await using scene = await traced(collector.url);
    await scene.run();
    let isStopped = false;
    const stopped = scene.stop().then(() => (isStopped = true));
    await scene.harness.clock.advance(1900);
    expect(isStopped).toBe(false);
    await scene.harness.clock.advance(200);
    await stopped;

    expect(await scene.harness.store.kv.list("traces:")).toMatchObject([
      { value: { process: "test:1", from: expect.any(Number) } },
    ]);
  });
});
