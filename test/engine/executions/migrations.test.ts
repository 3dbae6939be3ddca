import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { settle } from "../../support/manual-clock.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const BY = { by: "U0ADMIN" };

function paying(title: string, url: string): JsonObject {
  return {
    id: "paying",
    name: "Paying",
    steps: [
      { id: "look", type: "transform", config: { expression: "1" }, next: "ask" },
      {
        id: "ask",
        type: "approval",
        config: { title, approvers: ["U0BOB"] },
        next: { approve: "pay", reject: "end" },
      },
      { id: "pay", type: "service", config: { service: "http", url, method: "POST" } },
    ],
  };
}

const FIRST = paying("Pay? {{execution.version}}", "https://old.example/pay");
const SECOND = paying("Pay now? {{execution.version}}", "https://new.example/pay");

/** A run of the first version that waits for its approval, and the second version. */
async function open(): Promise<{ readonly bench: WorkflowHarness; readonly executionId: string }> {
  const bench = await WorkflowHarness.open(FIRST);
  const { executionId } = await bench.start("paying", {});
  await bench.engine.workflows.deploy(SECOND, { by: "test" });
  return { bench, executionId };
}

describe("having a waiting run go on with another version", () => {
  test("takes the active version, asks anew and goes on with its steps", async () => {
    const { bench, executionId } = await open();
    await using _ = bench;

    expect(await bench.engine.executions.migrate({ executionId, ...BY })).toEqual({
      executionId,
      version: 2,
      previous: 1,
      changed: true,
    });
    const waiting = await bench.rest(executionId);
    expect(waiting).toMatchObject({
      workflowVersion: 2,
      migrations: [{ by: "U0ADMIN", from: 1, to: 2 }],
      requests: [
        { opened: { title: "Pay? 1" }, outcome: { decision: "superseded" } },
        { opened: { title: "Pay now? 2" }, outcome: null },
      ],
    });
    const { executions } = await bench.engine.executions.list({});
    expect(executions).toMatchObject([{ workflowVersion: 2 }]);

    const old = waiting.requests[0]?.opened;
    const click = { executionId, by: "U0BOB", choice: "approve", round: 1 };
    expect(
      await bench.engine.approvals.vote({
        ...click,
        requestId: old?.id ?? "",
        hash: old?.hash ?? "",
      }),
    ).toMatchObject({ recorded: false, reason: "superseded" });

    expect(await bench.decide(executionId, "U0BOB", "approve")).toMatchObject({
      status: "completed",
    });
    expect(bench.calls.map(({ params }) => params["url"])).toEqual(["https://new.example/pay"]);
  });

  test("survives the process that accepted it, and happens once however often it was asked", async () => {
    const { bench, executionId } = await open();
    await using _ = bench;
    await bench.engine.stop();

    for (let times = 0; times < 3; times += 1) {
      expect(await bench.engine.executions.migrate({ executionId, ...BY })).toMatchObject({
        changed: true,
      });
    }
    expect(await bench.engine.executions.get(executionId)).toMatchObject({ workflowVersion: 1 });
    await bench.engine.run();

    expect((await bench.rest(executionId)).migrations).toHaveLength(1);
    expect(await bench.engine.executions.migrate({ executionId, ...BY })).toMatchObject({
      changed: false,
    });
  });

  test("a new engine folds the log with the version that each part of it was made with", async () => {
    const { bench, executionId } = await open();
    await using _ = bench;
    await bench.engine.executions.migrate({ executionId, ...BY });
    await bench.rest(executionId);

    await bench.restart(async () => {
      // As after a crash that lost the projection: the log alone tells the version.
      const head = await bench.store.executions.get(executionId);
      if (head) await bench.store.executions.save({ ...head, version: 1 });
    });

    expect(await bench.engine.executions.get(executionId)).toMatchObject({
      workflowVersion: 2,
      status: "waiting",
    });
    expect(await bench.decide(executionId, "U0BOB", "approve")).toMatchObject({
      status: "completed",
    });
    expect(bench.calls.map(({ params }) => params["url"])).toEqual(["https://new.example/pay"]);
  });

  describe("at a step that a pause kept it from entering", () => {
    const first = {
      id: "first",
      type: "service",
      config: { service: "http", url: "https://example.com/first", method: "POST" },
      next: "ask",
    };
    const behind = (definition: JsonObject): JsonObject => {
      const steps = Array.isArray(definition["steps"]) ? definition["steps"].slice(1) : [];
      return { ...definition, steps: [first, ...steps] };
    };

    /** A run of the first version, held before its approval, and the second version. */
    async function held() {
      const { promise, resolve } = Promise.withResolvers<JsonObject>();
      const bench = await WorkflowHarness.open(behind(FIRST), { services: () => promise });
      const { executionId } = await bench.engine.executions.start({
        workflowId: "paying",
        variables: {},
        variableForm: "json",
        trigger: { type: "slash", userId: "U0ALICE" },
      });
      await settle();
      await bench.engine.workflows.pause("paying", "U0ADMIN");
      resolve({ status: 200 });
      await settle();
      await bench.engine.workflows.deploy(behind(SECOND), { by: "test" });
      expect(await bench.engine.executions.get(executionId)).toMatchObject({
        waitingOn: [{ for: "pause", stepId: "ask" }],
      });
      return { bench, executionId };
    }

    async function expectSecondVersion(bench: WorkflowHarness, executionId: string): Promise<void> {
      expect(await bench.rest(executionId)).toMatchObject({
        workflowVersion: 2,
        requests: [{ opened: { title: "Pay now? 2" }, outcome: null }],
      });
      expect(await bench.decide(executionId, "U0BOB", "approve")).toMatchObject({
        status: "completed",
      });
      expect(bench.calls.map(({ params }) => params["url"])).toEqual([
        "https://example.com/first",
        "https://new.example/pay",
      ]);
    }

    test("enters that of the new version once it is resumed", async () => {
      const { bench, executionId } = await held();
      await using _ = bench;

      await bench.engine.executions.migrate({ executionId, ...BY });
      await bench.engine.workflows.resume("paying");

      await expectSecondVersion(bench, executionId);
    });

    test("does so though no engine ran when it was migrated and resumed", async () => {
      const { bench, executionId } = await held();
      await using _ = bench;
      await bench.engine.stop();

      await bench.engine.executions.migrate({ executionId, ...BY });
      await bench.engine.workflows.resume("paying");
      await bench.engine.run();

      await expectSecondVersion(bench, executionId);
    });

    test("does so in a new process that finds both", async () => {
      const { bench, executionId } = await held();
      await using _ = bench;

      await bench.restart(async () => {
        await bench.engine.executions.migrate({ executionId, ...BY });
        await bench.engine.workflows.resume("paying");
      });

      await expectSecondVersion(bench, executionId);
    });
  });

  test("shows finished steps that the version does not have any more", async () => {
    await using bench = await WorkflowHarness.open(FIRST);
    const { executionId } = await bench.start("paying", {});
    const steps = Array.isArray(SECOND["steps"]) ? SECOND["steps"].slice(1) : [];
    await bench.engine.workflows.deploy({ ...SECOND, steps }, { by: "test" });

    await bench.engine.executions.migrate({ executionId, ...BY });

    await bench.rest(executionId);
    const view = await bench.decide(executionId, "U0BOB", "approve");
    expect(view.steps.map(({ stepId, type }) => `${stepId} ${type}`)).toEqual([
      "look transform",
      "ask approval",
      "pay service",
    ]);
  });

  test("is refused with the step and the reason, and for a version that there is not", async () => {
    await using bench = await WorkflowHarness.open(FIRST);
    const { executionId } = await bench.start("paying", {});
    const steps = [{ id: "look", type: "transform", config: { expression: "2" } }];
    await bench.engine.workflows.deploy({ ...FIRST, steps }, { by: "test" });

    await expect(bench.engine.executions.migrate({ executionId, ...BY })).rejects.toMatchObject({
      code: "migration_refused",
      message: `Run ${executionId} cannot go on with version 2: it stands at step "ask", and version 2 has no such step there.`,
    });
    await expect(
      bench.engine.executions.migrate({ executionId, version: 9, ...BY }),
    ).rejects.toMatchObject({
      code: "version_not_found",
    });
    await bench.decide(executionId, "U0BOB", "reject");
    await expect(bench.engine.executions.migrate({ executionId, ...BY })).rejects.toThrow(
      "it is over (completed)",
    );
  });
});
