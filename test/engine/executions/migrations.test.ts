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
async function open(): Promise<{
  readonly harness: WorkflowHarness;
  readonly executionId: string;
}> {
  const harness = await WorkflowHarness.open(FIRST);
  const { executionId } = await harness.start("paying", {});
  await harness.engine.workflows.deploy(SECOND, { by: "test" });
  return { harness, executionId };
}

describe("having a waiting run go on with another version", () => {
  test("takes the active version, asks anew and goes on with its steps", async () => {
    const { harness, executionId } = await open();
    await using _ = harness;

    expect(await harness.engine.executions.migrate({ executionId, ...BY })).toEqual({
      executionId,
      version: 2,
      previous: 1,
      changed: true,
    });
    const waiting = await harness.rest(executionId);
    expect(waiting).toMatchObject({
      workflowVersion: 2,
      migrations: [{ by: "U0ADMIN", from: 1, to: 2 }],
      requests: [
        { opened: { title: "Pay? 1" }, outcome: { decision: "superseded" } },
        { opened: { title: "Pay now? 2" }, outcome: null },
      ],
    });
    const { executions } = await harness.engine.executions.list({});
    expect(executions).toMatchObject([{ workflowVersion: 2 }]);

    const old = waiting.requests[0]?.opened;
    const click = { executionId, by: "U0BOB", choice: "approve", round: 1 };
    expect(
      await harness.engine.approvals.vote({
        ...click,
        requestId: old?.id ?? "",
        hash: old?.hash ?? "",
      }),
    ).toMatchObject({ recorded: false, reason: "superseded" });

    expect(await harness.decide(executionId, "U0BOB", "approve")).toMatchObject({
      status: "completed",
    });
    expect(harness.calls.map(({ params }) => params["url"])).toEqual(["https://new.example/pay"]);
  });

  test("survives the process that accepted it, and happens once however often it was asked", async () => {
    const { harness, executionId } = await open();
    await using _ = harness;
    await harness.engine.stop();

    for (let times = 0; times < 3; times += 1) {
      expect(await harness.engine.executions.migrate({ executionId, ...BY })).toMatchObject({
        changed: true,
      });
    }
    expect(await harness.engine.executions.get(executionId)).toMatchObject({ workflowVersion: 1 });
    await harness.engine.run();

    expect((await harness.rest(executionId)).migrations).toHaveLength(1);
    expect(await harness.engine.executions.migrate({ executionId, ...BY })).toMatchObject({
      changed: false,
    });
  });

  test("a new engine folds the log with the version that each part of it was made with", async () => {
    const { harness, executionId } = await open();
    await using _ = harness;
    await harness.engine.executions.migrate({ executionId, ...BY });
    await harness.rest(executionId);

    await harness.restart(async () => {
      // As after a crash that lost the projection: the log alone tells the version.
      const head = await harness.store.executions.get(executionId);
      if (head) await harness.store.executions.save({ ...head, version: 1 });
    });

    expect(await harness.engine.executions.get(executionId)).toMatchObject({
      workflowVersion: 2,
      status: "waiting",
    });
    expect(await harness.decide(executionId, "U0BOB", "approve")).toMatchObject({
      status: "completed",
    });
    expect(harness.calls.map(({ params }) => params["url"])).toEqual(["https://new.example/pay"]);
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
      const harness = await WorkflowHarness.open(behind(FIRST), { services: () => promise });
      const { executionId } = await harness.engine.executions.start({
        workflowId: "paying",
        variables: {},
        variableForm: "json",
        trigger: { type: "slash", userId: "U0ALICE" },
      });
      await settle();
      await harness.engine.workflows.pause("paying", "U0ADMIN");
      resolve({ status: 200 });
      await settle();
      await harness.engine.workflows.deploy(behind(SECOND), { by: "test" });
      expect(await harness.engine.executions.get(executionId)).toMatchObject({
        waitingOn: [{ for: "pause", stepId: "ask" }],
      });
      return { harness, executionId };
    }

    async function expectSecondVersion(
      harness: WorkflowHarness,
      executionId: string,
    ): Promise<void> {
      expect(await harness.rest(executionId)).toMatchObject({
        workflowVersion: 2,
        requests: [{ opened: { title: "Pay now? 2" }, outcome: null }],
      });
      expect(await harness.decide(executionId, "U0BOB", "approve")).toMatchObject({
        status: "completed",
      });
      expect(harness.calls.map(({ params }) => params["url"])).toEqual([
        "https://example.com/first",
        "https://new.example/pay",
      ]);
    }

    test("enters that of the new version once it is resumed", async () => {
      const { harness, executionId } = await held();
      await using _ = harness;

      await harness.engine.executions.migrate({ executionId, ...BY });
      await harness.engine.workflows.resume("paying", "api");

      await expectSecondVersion(harness, executionId);
    });

    test("does so though no engine ran when it was migrated and resumed", async () => {
      const { harness, executionId } = await held();
      await using _ = harness;
      await harness.engine.stop();

      await harness.engine.executions.migrate({ executionId, ...BY });
      await harness.engine.workflows.resume("paying", "api");
      await harness.engine.run();

      await expectSecondVersion(harness, executionId);
    });

    test("does so in a new process that finds both", async () => {
      const { harness, executionId } = await held();
      await using _ = harness;

      await harness.restart(async () => {
        await harness.engine.executions.migrate({ executionId, ...BY });
        await harness.engine.workflows.resume("paying", "api");
      });

      await expectSecondVersion(harness, executionId);
    });
  });

  test("shows finished steps that the version does not have any more", async () => {
    await using harness = await WorkflowHarness.open(FIRST);
    const { executionId } = await harness.start("paying", {});
    const steps = Array.isArray(SECOND["steps"]) ? SECOND["steps"].slice(1) : [];
    await harness.engine.workflows.deploy({ ...SECOND, steps }, { by: "test" });

    await harness.engine.executions.migrate({ executionId, ...BY });

    await harness.rest(executionId);
    const view = await harness.decide(executionId, "U0BOB", "approve");
    expect(view.steps.map(({ stepId, type }) => `${stepId} ${type}`)).toEqual([
      "look transform",
      "ask approval",
      "pay service",
    ]);
  });

  test("is refused with the step and the reason, and for a version that there is not", async () => {
    await using harness = await WorkflowHarness.open(FIRST);
    const { executionId } = await harness.start("paying", {});
    const steps = [{ id: "look", type: "transform", config: { expression: "2" } }];
    await harness.engine.workflows.deploy({ ...FIRST, steps }, { by: "test" });

    await expect(harness.engine.executions.migrate({ executionId, ...BY })).rejects.toMatchObject({
      code: "migration_refused",
      message: `Run ${executionId} cannot continue with version 2: it stands at step "ask", and version 2 has no such step there.`,
    });
    await expect(
      harness.engine.executions.migrate({ executionId, version: 9, ...BY }),
    ).rejects.toMatchObject({
      code: "version_not_found",
    });
    await harness.decide(executionId, "U0BOB", "reject");
    await expect(harness.engine.executions.migrate({ executionId, ...BY })).rejects.toThrow(
      "it is over (completed)",
    );
  });
});
