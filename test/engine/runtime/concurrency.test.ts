import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { settle } from "../../support/manual-clock.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

function nightly(concurrency: JsonObject): JsonObject {
  return {
    id: "nightly",
    name: "Nightly",
    concurrency,
    steps: [
      {
        id: "ask",
        type: "approval",
        config: { title: "Go?", approvers: ["U0BOB"] },
        next: { approve: "end", reject: "end" },
      },
    ],
  };
}

async function begin(bench: WorkflowHarness, variables: JsonObject = {}): Promise<string> {
  await bench.clock.advance(1000);
  const { executionId } = await bench.engine.executions.start({
    workflowId: "nightly",
    variables,
    variableForm: "json",
    trigger: { type: "slash", userId: "U0ALICE" },
  });
  await settle();
  return executionId;
}

async function waitsOn(bench: WorkflowHarness, id: string): Promise<string> {
  const { status, waitingOn } = await bench.engine.executions.get(id);
  return status === "waiting" ? waitingOn.map((wait) => wait.for).join() : status;
}

describe("a limit on runs at a time", () => {
  test("has later runs wait in line, and the end of one lets the next go on", async () => {
    await using bench = await WorkflowHarness.open(nightly({ limit: 2 }));
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) ids.push(await begin(bench));
    const [first = "", second = "", third = "", fourth = ""] = ids;
    expect(await waitsOn(bench, second)).toBe("approval");
    expect(await waitsOn(bench, third)).toBe("slot");
    expect(await waitsOn(bench, fourth)).toBe("slot");

    await bench.decide(first, "U0BOB", "approve");
    await settle();

    expect(await waitsOn(bench, third)).toBe("approval");
    expect(await waitsOn(bench, fourth)).toBe("slot");
    await bench.engine.executions.cancel(second, "U0ALICE");
    await settle();
    expect(await waitsOn(bench, fourth)).toBe("approval");
  });

  test("counts runs with the same key together, and others apart", async () => {
    await using bench = await WorkflowHarness.open(nightly({ key: "{{variables.customer}}" }));

    const acme = await begin(bench, { customer: "acme" });
    const again = await begin(bench, { customer: "acme" });
    const other = await begin(bench, { customer: "other" });

    expect(await waitsOn(bench, acme)).toBe("approval");
    expect(await waitsOn(bench, again)).toBe("slot");
    expect(await waitsOn(bench, other)).toBe("approval");
  });

  test("skips instead of queueing if it is told so, and says why", async () => {
    await using bench = await WorkflowHarness.open(nightly({ onLimit: "skip" }));
    const first = await begin(bench);
    const second = await begin(bench);

    expect(await bench.engine.executions.get(second)).toMatchObject({
      status: "cancelled",
      error: { message: expect.stringContaining("Another run of this workflow") },
    });
    await bench.decide(first, "U0BOB", "approve");
    await settle();
    expect(await waitsOn(bench, await begin(bench))).toBe("approval");
  });

  test("a run that leaves the line is passed over", async () => {
    await using bench = await WorkflowHarness.open(nightly({}));
    const first = await begin(bench);
    const second = await begin(bench);
    const third = await begin(bench);

    await bench.engine.executions.cancel(second, "U0ALICE");
    await settle();
    await bench.decide(first, "U0BOB", "approve");
    await settle();

    expect(await waitsOn(bench, third)).toBe("approval");
  });

  test("a retried run waits for a slot like any other", async () => {
    await using bench = await WorkflowHarness.open(nightly({}));
    const first = await begin(bench);
    await bench.engine.executions.cancel(first, "U0ALICE");
    await settle();
    const second = await begin(bench);

    await bench.engine.executions.retry({
      executionId: first,
      by: "U0ALICE",
      variableForm: "text",
    });
    await settle();

    expect(await waitsOn(bench, second)).toBe("approval");
    expect(await waitsOn(bench, first)).toBe("slot");
    await bench.decide(second, "U0BOB", "approve");
    await settle();
    expect(await waitsOn(bench, first)).toBe("approval");
  });

  test("a key that cannot be computed fails the run, naming it", async () => {
    await using bench = await WorkflowHarness.open(nightly({ key: "{{variables.customer.id}}" }));

    const id = await begin(bench, { customer: null });

    expect(await bench.engine.executions.get(id)).toMatchObject({
      status: "failed",
      error: { message: expect.stringContaining("concurrency.key") },
    });
  });
});

test.for([
  ["{{stepResults.ask.output}}", /"stepResults" is not known before the first step/],
  ["{{secrets.KEY}}", /"secrets" is not known/],
  ["{{variables.customer", /./],
] as const)("a key %s is refused at deployment", async ([key, message]) => {
  await using bench = await WorkflowHarness.open(nightly({}));

  const { problems } = bench.engine.workflows.validate(nightly({ key }));

  expect(problems).toMatchObject([{ path: "concurrency.key" }]);
  expect(problems[0]?.message).toMatch(message);
});

describe("whatever dies", () => {
  test("a slot that was taken right before the process died is used, not lost", async () => {
    await using bench = await WorkflowHarness.open(nightly({}));
    await bench.engine.stop();
    const id = await begin(bench);
    await bench.store.slots.take("nightly/", 0, id);

    await bench.engine.run();
    await settle();

    expect(await waitsOn(bench, id)).toBe("approval");
    expect(await bench.store.slots.list("nightly/")).toEqual([{ slot: 0, executionId: id }]);
  });

  test("a call to the next in line that nobody took up is taken up by the next process", async () => {
    await using bench = await WorkflowHarness.open(nightly({}));
    const first = await begin(bench);
    const second = await begin(bench);
    await bench.engine.stop();
    // The first one ended, gave its slot back and called; then the process died.
    await bench.store.slots.free("nightly/", 0, first);
    await bench.store.signals.insert({
      id: `slot:${second}:test`,
      executionId: second,
      kind: "slot",
      payload: {},
      at: bench.clock.now(),
    });

    await bench.engine.run();
    await settle();

    expect(await waitsOn(bench, second)).toBe("approval");
  });
});
