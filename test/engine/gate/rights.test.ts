import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { WorkflowHarness } from "../../support/workflow-harness.ts";

const ASK = {
  id: "ask",
  type: "approval",
  config: { title: "May it go out?", approvers: ["U0FRANK"] },
  next: { approve: "end", reject: "end" },
};

function post(permissions?: JsonObject): JsonObject {
  return { id: "post", name: "Post", steps: [ASK], ...(permissions && { permissions }) };
}

const CHANNELS = { "#press": ["U0ERIN"] };

/** The group `@finance` has Bob and Carol, the channel `#press` has Erin; Alice is an admin. */
function open(permissions?: JsonObject): Promise<WorkflowHarness> {
  return WorkflowHarness.open(post(permissions), { admins: ["U0ALICE"], channels: CHANNELS });
}

function start(harness: WorkflowHarness, userId: string) {
  return harness.engine.executions.start({
    workflowId: "post",
    variables: {},
    variableForm: "json",
    trigger: { type: "slash", userId },
  });
}

const ALLOWED = "allowed";

/** What a person is told who tries to do something. */
async function attempt(action: Promise<unknown>): Promise<string> {
  return action.then(
    () => ALLOWED,
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );
}

describe("without permissions", () => {
  test("members start runs, see and end their own; the rest is for admins", async () => {
    await using harness = await open();
    const { executions, workflows } = harness.engine;
    const { executionId } = await start(harness, "U0BOB");
    await harness.rest(executionId);

    expect(await attempt(executions.get(executionId, "U0BOB"))).toBe(ALLOWED);
    expect(await attempt(executions.get(executionId, "U0FRANK"))).toBe(ALLOWED);
    expect(await attempt(executions.get(executionId, "U0ALICE"))).toBe(ALLOWED);
    expect(await attempt(executions.get(executionId, "U0ERIN"))).toBe(
      "You cannot see this run. Ask <@U0BOB>, who started it, or an admin.",
    );
    expect(await attempt(executions.cancel(executionId, "U0ERIN"))).toBe(
      "You cannot cancel this run. Ask <@U0BOB>, who started it, or an admin.",
    );
    expect(await attempt(workflows.pause("post", "U0BOB"))).toBe(
      'You may not pause "post": only admins may. Ask <@U0ALICE>.',
    );
    expect(await attempt(workflows.pause(null, "U0BOB"))).toMatch(/^You may not pause everything/);
    expect(await attempt(workflows.deploy(post(), { by: "U0BOB" }))).toMatch(/only admins may/);
    expect(await attempt(workflows.activate("post", 1, "U0BOB"))).toMatch(/only admins may/);
    expect(await attempt(executions.migrate({ executionId, by: "U0BOB" }))).toMatch(/only admins/);
    expect(await attempt(executions.cancel(executionId, "U0BOB"))).toBe(ALLOWED);
  });

  test("a list has the runs that its reader may see", async () => {
    await using harness = await open();
    const { executionId: ofBob } = await start(harness, "U0BOB");
    await harness.rest(ofBob);
    await harness.clock.advance(1000);
    const { executionId: ofErin } = await start(harness, "U0ERIN");
    await harness.rest(ofErin);

    const seenBy = async (reader: string) =>
      (await harness.engine.executions.list({ limit: 10 }, reader)).executions.map(
        (run) => run.executionId,
      );

    expect(await seenBy("U0BOB")).toEqual([ofBob]);
    expect(await seenBy("U0FRANK")).toEqual([ofErin, ofBob]);
    expect(await seenBy("U0CAROL")).toEqual([]);
    expect(await seenBy("U0ALICE")).toEqual([ofErin, ofBob]);
    expect(
      await harness.engine.executions.list({ limit: 1 }, "U0BOB").then((page) => page.executions),
    ).toMatchObject([{ executionId: ofBob }]);
  });
});

describe("permissions", () => {
  test.each([
    ["a person", ["U0ERIN"], "U0ERIN", "U0BOB"],
    ["a person, mentioned", ["<@U0ERIN|erin>"], "U0ERIN", "U0BOB"],
    ["a user group", ["@finance"], "U0BOB", "U0ERIN"],
    ["the members of a channel", ["#press"], "U0ERIN", "U0BOB"],
    ["one of several", ["U0DAVE", "#press", "@finance"], "U0CAROL", "U0FRANK"],
    ["nobody, so admins alone,", [], "U0ALICE", "U0BOB"],
  ])("let %s start runs, and others not", async (_who, run, may, mayNot) => {
    await using harness = await open({ run });

    expect(await attempt(start(harness, may))).toBe(ALLOWED);
    expect(await attempt(start(harness, mayNot))).toMatch(/^You may not start "post": only /);
    expect(await attempt(start(harness, "U0ALICE"))).toBe(ALLOWED);
  });

  test("name whom to ask", async () => {
    await using harness = await open({ run: ["@finance", "#press"] });

    expect(await attempt(start(harness, "U0FRANK"))).toBe(
      'You may not start "post": only @finance, #press and admins may. Ask one of them, or <@U0ALICE>.',
    );
  });

  test("that were taken away count at once, also for a retry", async () => {
    await using harness = await open({ run: ["U0BOB"] });
    const { executionId } = await start(harness, "U0BOB");
    await harness.rest(executionId);
    await harness.engine.executions.cancel(executionId, "U0BOB");
    await harness.rest(executionId);

    await harness.engine.workflows.deploy(post({ run: ["U0ERIN"] }), { by: "U0ALICE" });

    const retry = harness.engine.executions.retry({
      executionId,
      by: "U0BOB",
      variableForm: "json",
    });
    expect(await attempt(retry)).toMatch(/only <@U0ERIN> and admins may/);
  });

  test("let deployers deploy, activate and pause, but not give rights away", async () => {
    await using harness = await open({ deploy: ["U0BOB"] });
    const { workflows } = harness.engine;
    const renamed = { ...post({ deploy: ["U0BOB"] }), name: "Post it" };

    expect(await attempt(workflows.deploy(renamed, { by: "U0BOB" }))).toBe(ALLOWED);
    expect(await attempt(workflows.rollBack("post", "U0BOB"))).toBe(ALLOWED);
    expect(await attempt(workflows.pause("post", "U0BOB"))).toBe(ALLOWED);
    expect(await attempt(workflows.resume("post", "U0BOB"))).toBe(ALLOWED);
    expect(
      await attempt(workflows.deploy(post({ deploy: ["U0BOB", "U0ERIN"] }), { by: "U0BOB" })),
    ).toBe('You may not change the permissions of "post": only admins may. Ask <@U0ALICE>.');
    expect(await attempt(workflows.deploy({ ...post(), id: "new" }, { by: "U0BOB" }))).toMatch(
      /^You may not deploy "new": only admins may/,
    );
  });

  test("to view show runs and costs to those who are named, which others do not see then", async () => {
    await using harness = await open({ view: ["#press"] });
    const { executions, costs } = harness.engine;
    const { executionId } = await start(harness, "U0BOB");

    expect(await attempt(executions.get(executionId, "U0ERIN"))).toBe(ALLOWED);
    expect(await attempt(costs.report("post", 30, "U0ERIN"))).toBe(ALLOWED);
    expect(await attempt(costs.report("post", 30, "U0CAROL"))).toMatch(/only #press and admins/);
    const { workflows } = await costs.overview(30, "U0CAROL");
    expect(workflows).toEqual([]);
  });

  test.each(["finance", "{{variables.who}}", "bob@example.com", "@", ""])(
    "cannot be given to %j",
    async (holder) => {
      await using harness = await open();
      const result = await harness.engine.workflows.deploy(post({ run: [holder] }), { by: "api" });

      expect(result).toMatchObject({
        deployed: false,
        problems: [
          { path: "permissions.run[0]", message: expect.stringMatching(/must be a person/) },
        ],
      });
    },
  );
});

describe("the API", () => {
  test("acts as the owner of its token, with that person's rights", async () => {
    const options = { admins: ["U0ALICE"], tokenOwner: "U0BOB" };
    await using harness = await WorkflowHarness.open(post({ run: ["@finance"] }), options);
    const { executions, workflows, audit } = harness.engine;
    const { executionId } = await executions.start({
      workflowId: "post",
      variables: {},
      variableForm: "json",
      trigger: { type: "api" },
    });
    await harness.rest(executionId);

    expect(await attempt(executions.get(executionId, "api"))).toBe(ALLOWED);
    expect(await attempt(workflows.deploy(post(), { by: "api" }))).toMatch(/only admins may/);
    expect(await attempt(audit.list({ limit: 1 }, "api"))).toMatch(/only admins may/);
    expect(await attempt(executions.cancel(executionId, "api"))).toBe(ALLOWED);
    await harness.rest(executionId);
    const { records } = await audit.list({ limit: 99, executionId }, "U0ALICE");
    expect(records.find(({ action }) => action === "start")).toMatchObject({
      actor: "U0BOB",
      surface: "api",
    });
    expect(records.find(({ action }) => action === "cancel")).toMatchObject({
      actor: "U0BOB",
      surface: "api",
    });
  });

  test("acts as the operator when its token has no owner", async () => {
    await using harness = await open({ run: [] });

    expect(await attempt(harness.engine.workflows.pause(null, "api"))).toBe(ALLOWED);
    expect(await attempt(harness.engine.audit.list({ limit: 1 }, "api"))).toBe(ALLOWED);
  });
});

test("access is explained, to oneself and of others", async () => {
  await using harness = await open({ run: ["@finance", "U0ERIN"] });
  const { access } = harness.engine;

  expect(await access.explain("post", "U0BOB", "U0BOB")).toEqual([
    "You may run it: you are in @finance.",
    "You may not edit it: only admins may. Ask <@U0ALICE>.",
    "You may not deploy it: only admins may. Ask <@U0ALICE>.",
    "You may not see all of its runs: only admins may. Ask <@U0ALICE>.",
    "You may not decide in it: <@U0FRANK> may.",
  ]);
  expect((await access.explain("post", "U0FRANK", "U0BOB")).slice(0, 1)).toEqual([
    "<@U0FRANK> may not run it: only @finance, <@U0ERIN> and admins may. Ask one of them, or <@U0ALICE>.",
  ]);
  expect((await access.explain("post", "U0ALICE", "U0BOB"))[0]).toBe(
    "<@U0ALICE> may run it: they are an admin.",
  );
});
