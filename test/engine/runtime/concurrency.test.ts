import { describe, expect, test } from "vitest";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { openSqliteStore } from "../../../src/store/sqlite/open.ts";
import { interceptStore } from "../../support/intercept-store.ts";
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

async function begin(harness: WorkflowHarness, variables: JsonObject = {}): Promise<string> {
  await harness.clock.advance(1000);
  const { executionId } = await harness.engine.executions.start({
    workflowId: "nightly",
    variables,
    variableForm: "json",
    trigger: { type: "slash", userId: "U0ALICE" },
  });
  await settle();
  return executionId;
}

async function waitsOn(harness: WorkflowHarness, id: string): Promise<string> {
  const { status, waitingOn } = await harness.engine.executions.get(id);
  return status === "waiting" ? waitingOn.map((wait) => wait.for).join() : status;
}

describe("a limit on runs at a time", () => {
  test("has later runs wait in line, and the end of one lets the next go on", async () => {
    await using harness = await WorkflowHarness.open(nightly({ limit: 2 }));
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) ids.push(await begin(harness));
    const [first = "", second = "", third = "", fourth = ""] = ids;
    expect(await waitsOn(harness, second)).toBe("approval");
    expect(await waitsOn(harness, third)).toBe("slot");
    expect(await waitsOn(harness, fourth)).toBe("slot");

    await harness.decide(first, "U0BOB", "approve");
    await settle();

    expect(await waitsOn(harness, third)).toBe("approval");
    expect(await waitsOn(harness, fourth)).toBe("slot");
    await harness.engine.executions.cancel(second, "U0ALICE");
    await settle();
    expect(await waitsOn(harness, fourth)).toBe("approval");
  });

  test("counts runs with the same key together, and others apart", async () => {
    await using harness = await WorkflowHarness.open(nightly({ key: "{{variables.customer}}" }));

    const acme = await begin(harness, { customer: "acme" });
    const again = await begin(harness, { customer: "acme" });
    const other = await begin(harness, { customer: "other" });

    expect(await waitsOn(harness, acme)).toBe("approval");
    expect(await waitsOn(harness, again)).toBe("slot");
    expect(await waitsOn(harness, other)).toBe("approval");
  });

  test("skips instead of queueing if it is told so, and says why", async () => {
    await using harness = await WorkflowHarness.open(nightly({ onLimit: "skip" }));
    const first = await begin(harness);
    const second = await begin(harness);

    expect(await harness.engine.executions.get(second)).toMatchObject({
      status: "cancelled",
      error: { message: expect.stringContaining("Another run of this workflow") },
    });
    await harness.decide(first, "U0BOB", "approve");
    await settle();
    expect(await waitsOn(harness, await begin(harness))).toBe("approval");
  });

  test("a run that leaves the line is passed over", async () => {
    await using harness = await WorkflowHarness.open(nightly({}));
    const first = await begin(harness);
    const second = await begin(harness);
    const third = await begin(harness);

    await harness.engine.executions.cancel(second, "U0ALICE");
    await settle();
    await harness.decide(first, "U0BOB", "approve");
    await settle();

    expect(await waitsOn(harness, third)).toBe("approval");
  });

  test("a retried run waits for a slot like any other", async () => {
    await using harness = await WorkflowHarness.open(nightly({}));
    const first = await begin(harness);
    await harness.engine.executions.cancel(first, "U0ALICE");
    await settle();
    const second = await begin(harness);

    await harness.engine.executions.retry({
      executionId: first,
      by: "U0ALICE",
      variableForm: "text",
    });
    await settle();

    expect(await waitsOn(harness, second)).toBe("approval");
    expect(await waitsOn(harness, first)).toBe("slot");
    await harness.decide(second, "U0BOB", "approve");
    await settle();
    expect(await waitsOn(harness, first)).toBe("approval");
  });

  test("a key that cannot be computed fails the run, naming it", async () => {
    await using harness = await WorkflowHarness.open(nightly({ key: "{{variables.customer.id}}" }));

    const id = await begin(harness, { customer: null });

    expect(await harness.engine.executions.get(id)).toMatchObject({
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
  await using harness = await WorkflowHarness.open(nightly({}));

  const { problems } = harness.engine.workflows.validate(nightly({ key }));

  expect(problems).toMatchObject([{ path: "concurrency.key" }]);
  expect(problems[0]?.message).toMatch(message);
});

describe("whatever dies", () => {
  test("a slot that was taken right before the process died is used, not lost", async () => {
    await using harness = await WorkflowHarness.open(nightly({}));
    await harness.engine.stop();
    const id = await begin(harness);
    await harness.store.slots.take("nightly/", 0, id);

    await harness.engine.run();
    await settle();

    expect(await waitsOn(harness, id)).toBe("approval");
    expect(await harness.store.slots.list("nightly/")).toEqual([{ slot: 0, executionId: id }]);
  });

  test("a call to the next in line that nobody took up is taken up by the next process", async () => {
    await using harness = await WorkflowHarness.open(nightly({}));
    const first = await begin(harness);
    const second = await begin(harness);
    await harness.engine.stop();
    // The first one ended, gave its slot back and called; then the process died.
    await harness.store.slots.free("nightly/", 0, first);
    await harness.store.signals.insert({
      id: `slot:${second}:test`,
      executionId: second,
      kind: "slot",
      payload: {},
      at: harness.clock.now(),
    });

    await harness.engine.run();
    await settle();

    expect(await waitsOn(harness, second)).toBe("approval");
  });

  /** A process that dies between taking a slot and noting that, while somebody cancels the run. */
  async function leak(concurrency: JsonObject) {
    let isDying = false;
    const inner = await openSqliteStore({ path: ":memory:" });
    const store = interceptStore(inner, ({ method, run }) => {
      if (isDying && method === "log.commit")
        throw new AppError({ code: "store_unavailable", message: "Away.", retryable: true });
      return run();
    });
    const harness = await WorkflowHarness.open(nightly(concurrency), { store });
    isDying = true;
    const lost = await begin(harness);
    expect(await store.slots.list("nightly/")).toEqual([{ slot: 0, executionId: lost }]);
    await store.signals.insert({
      ...{ id: `cancel:${lost}:x`, executionId: lost, kind: "cancel" },
      ...{ payload: { by: "U0ALICE" }, at: harness.clock.now() },
    });
    await harness.restart(async () => {
      isDying = false;
    });
    await settle();
    expect(await waitsOn(harness, lost)).toBe("cancelled");
    return harness;
  }

  test("a slot that a dying process took without noting it is freed, and who waits continues", async () => {
    await using harness = await leak({});
    const waiting = await begin(harness);
    const behind = await begin(harness);
    expect(await waitsOn(harness, waiting)).toBe("slot");

    await harness.clock.advance(90_000);
    await settle();

    expect(await waitsOn(harness, waiting)).toBe("approval");
    expect(await waitsOn(harness, behind)).toBe("slot");
  });

  test("such a slot does not have later runs skipped for ever", async () => {
    await using harness = await leak({ onLimit: "skip" });
    expect(await waitsOn(harness, await begin(harness))).toBe("cancelled");

    await harness.clock.advance(90_000);
    await settle();

    expect(await waitsOn(harness, await begin(harness))).toBe("approval");
  });

  test("a run whose wake was lost with the database looks again by itself", async () => {
    let isLosing = false;
    const inner = await openSqliteStore({ path: ":memory:" });
    const store = interceptStore(inner, ({ method, args, run }) => {
      const [signal] = args as [{ readonly kind?: string } | undefined];
      // As after an answer that said yes, by a database that then lost the write; another process has the next one meanwhile.
      if (isLosing && method === "signals.insert" && signal?.kind === "slot") return true;
      return isLosing && method === "leases.claim" ? null : run();
    });
    await using harness = await WorkflowHarness.open(nightly({}), { store });
    const first = await begin(harness);
    const second = await begin(harness);
    await harness.engine.executions.cancel(first, "U0ALICE");
    isLosing = true;
    await settle();
    isLosing = false;
    await settle();
    expect(await waitsOn(harness, first)).toBe("cancelled");
    expect(await waitsOn(harness, second)).toBe("slot");

    await harness.clock.advance(90_000);
    await settle();

    expect(await waitsOn(harness, second)).toBe("approval");
  });

  test("a run that has its slot keeps it, however often that is looked at", async () => {
    await using harness = await WorkflowHarness.open(nightly({}));
    const first = await begin(harness);
    const second = await begin(harness);

    await harness.clock.advance(10 * 60_000);
    await settle();

    expect(await waitsOn(harness, first)).toBe("approval");
    expect(await waitsOn(harness, second)).toBe("slot");
    expect(await harness.store.slots.list("nightly/")).toHaveLength(1);
  });
});
