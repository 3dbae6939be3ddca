import { describe, expect, test } from "vitest";
import type { StartRequest } from "../../../src/engine/api/executions.ts";
import { AppError } from "../../../src/shared/errors.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { settle } from "../../support/manual-clock.ts";
import { WorkflowHarness, type WorkflowHarnessOptions } from "../../support/workflow-harness.ts";

const EVERYBODY = ["U0ALICE", "U0BOB", "U0CAROL", "U0DAVE", "U0ERIN"];
const ROUTES = { approve: "end", reject: "end" };

function ask(config: JsonObject = {}, id = "ok"): JsonObject {
  return {
    id,
    type: "approval",
    config: { title: "Pay?", approvers: EVERYBODY, ...config },
    next: ROUTES,
  };
}

/** A step that the bank may refuse. */
function order(next: string): JsonObject {
  const config = { service: "http", url: "https://bank.example/order", method: "POST" };
  return { id: "order", type: "service", config, next };
}

/** A workflow that asks, after an order. */
function asking(config: JsonObject = {}, rest: JsonObject = {}): JsonObject {
  return { id: "asking", name: "Asking", steps: [order("ok"), ask(config)], ...rest };
}

/** A workflow that only ends. */
function ending(id: string, rest: JsonObject = {}): JsonObject {
  return {
    id,
    name: id,
    steps: [{ id: "note", type: "transform", config: { expression: "1" } }],
    ...rest,
  };
}

/** A workflow that starts another one, after an order. */
function calling(workflowId: string): JsonObject {
  const call = { id: "call", type: "workflow", config: { workflowId } };
  return { id: "calling", name: "Calling", steps: [order("call"), call] };
}

/** Retries with another value. */
async function retryWithAmount(
  harness: WorkflowHarness,
  executionId: string,
  by: string,
): Promise<void> {
  const variables = { amount: 5 };
  await harness.engine.executions.retry({ executionId, by, variables, variableForm: "json" });
}

/** The bank refuses the first order. */
function refusingOnce(): NonNullable<WorkflowHarnessOptions["services"]> {
  let left = 1;
  return () => {
    if (left-- > 0) throw new AppError({ code: "service_rejected", message: "No." });
    return { status: 200 };
  };
}

async function deploy(
  harness: WorkflowHarness,
  definition: JsonObject,
  by = "test",
): Promise<void> {
  const deployed = await harness.engine.workflows.deploy(definition, { by });
  expect(deployed).toMatchObject({ deployed: true });
  await settle();
}

async function startBy(
  { engine }: WorkflowHarness,
  trigger: StartRequest["trigger"],
  variables: JsonObject = {},
  workflowId = "asking",
): Promise<string> {
  const start = { workflowId, variables, variableForm: "json", trigger } as const;
  return (await engine.executions.start(start)).executionId;
}

/** The newest run of a workflow, once it rests. */
async function newest(harness: WorkflowHarness, workflowId: string): Promise<string> {
  for (let turn = 0; turn < 20; turn += 1) await settle();
  const { executions } = await harness.engine.executions.list({ workflowId, limit: 1 });
  const [run] = executions;
  if (!run) throw new Error(`Nothing started ${workflowId}.`);
  await harness.rest(run.executionId);
  return run.executionId;
}

/** What a person hears who approves; `"recorded"` if it counts. */
async function approveAs(
  harness: WorkflowHarness,
  executionId: string,
  by: string,
): Promise<string> {
  const { requests } = await harness.engine.executions.get(executionId);
  const opened = requests.find(({ outcome }) => outcome === null)?.opened;
  if (!opened) throw new Error("Nothing is asked.");
  const { id: requestId, round, hash } = opened;
  const answer = await harness.engine.approvals.vote({
    executionId,
    requestId,
    round,
    hash,
    choice: "approve",
    by,
  });
  return answer.recorded ? "recorded" : answer.message;
}

/** Who is refused by whom, of everybody. */
async function refusals(harness: WorkflowHarness, executionId: string): Promise<JsonObject> {
  const { requests } = await harness.engine.executions.get(executionId);
  const opened = requests.find(({ outcome }) => outcome === null)?.opened;
  return Object.fromEntries((opened?.exclusions ?? []).map(({ person, why }) => [person, why]));
}

describe("a person who acted on a run does not decide in it", () => {
  test("who changed values with a retry", async () => {
    await using harness = await WorkflowHarness.open(asking(), { services: refusingOnce() });
    const { executionId } = await harness.start("asking", { amount: 10 });

    await harness.engine.executions.retry({
      executionId,
      by: "U0BOB",
      variables: { amount: 99_999 },
      variableForm: "json",
    });
    await harness.rest(executionId);

    expect(await approveAs(harness, executionId, "U0BOB")).toMatch(
      /^You changed values of this run, so another person/,
    );
    expect(await approveAs(harness, executionId, "U0ALICE")).toMatch(/^You asked for this run/);
    expect(await harness.engine.approvals.listFor("U0BOB")).toEqual([]);
    expect(await harness.engine.approvals.listFor("U0CAROL")).toHaveLength(1);
    expect(await approveAs(harness, executionId, "U0CAROL")).toBe("recorded");
  });

  test("who retried it as it was, one by one or with all others", async () => {
    await using harness = await WorkflowHarness.open(asking(), { services: refusingOnce() });
    const { executionId } = await harness.start("asking", {});
    const all = { workflowId: "asking", since: 0, by: "U0BOB", dryRun: false };
    expect(await harness.engine.executions.retryAll(all)).toMatchObject({ retried: [executionId] });
    await harness.rest(executionId);
    expect(await approveAs(harness, executionId, "U0BOB")).toMatch(/^You retried this run/);
  });

  test("who cancelled it and retried it with other values", async () => {
    await using harness = await WorkflowHarness.open({ ...asking(), steps: [ask()] });
    const { executionId } = await harness.start("asking", { amount: 10 });
    await harness.engine.executions.cancel(executionId, "U0CAROL");
    await harness.rest(executionId);
    const retry = {
      executionId,
      by: "U0BOB",
      variables: { amount: 20 },
      variableForm: "json",
    } as const;
    await harness.engine.executions.retry(retry);
    await harness.rest(executionId);
    expect(await refusals(harness, executionId)).toEqual({ U0ALICE: "started", U0BOB: "edited" });
  });

  test("who moved it to another version, though it was being asked already", async () => {
    await using harness = await WorkflowHarness.open({ ...asking(), steps: [ask()] });
    const { executionId } = await harness.start("asking", {});
    await deploy(harness, { ...asking(), steps: [ask({ title: "Pay more?" })] });
    await harness.engine.executions.migrate({ executionId, by: "U0BOB" });
    await harness.rest(executionId);
    expect(await approveAs(harness, executionId, "U0BOB")).toMatch(
      /^You moved this run to another version/,
    );
    expect(await approveAs(harness, executionId, "U0CAROL")).toBe("recorded");
  });

  test("for whom a program retried or moved it", async () => {
    const options = { services: refusingOnce(), tokenOwner: "U0DAVE" };
    await using harness = await WorkflowHarness.open(asking(), options);
    const { executionId } = await harness.start("asking", {});
    await harness.engine.executions.retry({ executionId, by: "api", variableForm: "json" });
    await harness.rest(executionId);
    expect(await approveAs(harness, executionId, "U0DAVE")).toMatch(
      /API token that belongs to you/,
    );
  });
});

describe("a person from whom a run comes does not decide in it", () => {
  test("over two ends of runs that started each other", async () => {
    await using harness = await WorkflowHarness.open(ending("first"));
    await deploy(
      harness,
      ending("second", { trigger: { type: "event", eventName: "first.completed" } }),
    );
    await deploy(harness, {
      ...asking({}, { trigger: { type: "event", eventName: "second.completed" } }),
      steps: [ask()],
    });
    const { executionId: first } = await harness.start("first", {});

    const last = await newest(harness, "asking");

    expect(await approveAs(harness, last, "U0ALICE")).toBe(
      `You started run ${first}, which led to this one, so another person has to decide. Your click changed nothing.`,
    );
    expect(await approveAs(harness, last, "U0BOB")).toBe("recorded");
  });

  test("over a sub-workflow whose end starts the run, with all who changed what went before", async () => {
    await using harness = await WorkflowHarness.open(ending("first"), { services: refusingOnce() });
    await deploy(harness, calling("first"));
    await deploy(harness, {
      ...asking({}, { trigger: { type: "event", eventName: "first.completed" } }),
      steps: [ask()],
    });
    const { executionId } = await harness.start("calling", {});
    await retryWithAmount(harness, executionId, "U0BOB");

    const last = await newest(harness, "asking");

    expect(await refusals(harness, last)).toEqual({ U0ALICE: "started", U0BOB: "edited" });
    expect(await approveAs(harness, last, "U0BOB")).toMatch(
      /^You changed values of run \S+, which led to this one/,
    );
  });

  test("in the sub-workflow itself, and not even where starters may approve", async () => {
    await using harness = await WorkflowHarness.open(
      { ...asking({ allowSelfApproval: true }), steps: [ask({ allowSelfApproval: true })] },
      { services: refusingOnce() },
    );
    await deploy(harness, calling("asking"));
    const { executionId } = await harness.start("calling", {});
    await retryWithAmount(harness, executionId, "U0BOB");
    const child = await newest(harness, "asking");
    expect(await refusals(harness, child)).toEqual({ U0BOB: "edited" });
    expect(await approveAs(harness, child, "U0ALICE")).toBe("recorded");
  });

  test("when a run that completed is run again by somebody else", async () => {
    await using harness = await WorkflowHarness.open({ ...asking(), steps: [ask()] });
    const { executionId } = await harness.start("asking", {});
    expect(await approveAs(harness, executionId, "U0BOB")).toBe("recorded");
    await harness.rest(executionId);
    const again = { executionId, by: "U0CAROL", variableForm: "json" } as const;
    const { executionId: second } = await harness.engine.executions.retry(again);
    await harness.rest(second);
    expect(await approveAs(harness, second, "U0ALICE")).toMatch(/^You started run \S+, which led/);
    expect(await approveAs(harness, second, "U0CAROL")).toMatch(/^You asked for this run/);
    expect(await approveAs(harness, second, "U0BOB")).toBe("recorded");
  });
});

describe("of a run that no person asked for", () => {
  const deployed = { deployer: "U0CAROL", tokenOwner: "U0DAVE" };
  const only = { ...asking(), steps: [ask()] };

  test.for(["api", "webhook"])(
    "by %s, the token's owner and the deployer do not decide",
    async (type) => {
      await using harness = await WorkflowHarness.open(only, deployed);
      const executionId = await startBy(harness, { type });
      await harness.rest(executionId);
      expect(await approveAs(harness, executionId, "U0DAVE")).toMatch(
        /API token that belongs to you/,
      );
      expect(await approveAs(harness, executionId, "U0CAROL")).toMatch(/^You deployed the version/);
      expect(await approveAs(harness, executionId, "U0BOB")).toBe("recorded");
    },
  );

  test("but run again by a program, the token's owner and the deployer do not decide", async () => {
    await using harness = await WorkflowHarness.open(only, deployed);
    const { executionId } = await harness.start("asking", {});
    await harness.decide(executionId, "U0BOB", "approve");
    const again = { executionId, by: "api", variableForm: "json" } as const;
    const { executionId: second } = await harness.engine.executions.retry(again);
    await harness.rest(second);
    expect(await refusals(harness, second)).toEqual({
      U0ALICE: "started",
      U0DAVE: "token",
      U0CAROL: "deployed",
    });
  });

  test("but by a published event, neither", async () => {
    const trigger = { type: "event", eventName: "paid" };
    await using harness = await WorkflowHarness.open({ ...only, trigger }, deployed);
    await harness.engine.triggers.publish({ name: "paid", payload: {} });
    const executionId = await newest(harness, "asking");
    expect(await refusals(harness, executionId)).toEqual({ U0DAVE: "token", U0CAROL: "deployed" });
  });

  test("but by a bot's message, the deployer does not decide", async () => {
    const trigger = { type: "message", keywords: ["order"], bots: true };
    await using harness = await WorkflowHarness.open({ ...only, trigger }, deployed);
    await harness.engine.triggers.receiveMessage({
      eventId: "Ev1",
      text: "order",
      user: "U0BOT",
      channel: "C1",
      ts: "1.2",
      threadTs: null,
      isFromBot: true,
      mentionsBot: false,
    });
    const executionId = await newest(harness, "asking");
    expect(await refusals(harness, executionId)).toEqual({ U0CAROL: "deployed" });
  });

  test("but by its schedule, the deployer does not decide", async () => {
    const trigger = { type: "schedule", cron: "* * * * *" };
    await using harness = await WorkflowHarness.open({ ...only, trigger }, deployed);
    await harness.clock.advance(60_000);
    const executionId = await newest(harness, "asking");
    expect(await refusals(harness, executionId)).toEqual({ U0CAROL: "deployed" });
  });

  test("the deployer of the version to which it is moved does not decide, either", async () => {
    await using harness = await WorkflowHarness.open(only, deployed);
    const executionId = await startBy(harness, { type: "api" });
    await harness.rest(executionId);
    await deploy(harness, { ...only, name: "Asking again" }, "U0BOB");
    await harness.engine.executions.migrate({ executionId, by: "U0ERIN" });
    await harness.rest(executionId);
    expect(await refusals(harness, executionId)).toMatchObject({
      U0BOB: "deployed",
      U0CAROL: "deployed",
      U0ERIN: "migrated",
    });
  });

  test("a file that was deployed keeps nobody from deciding", async () => {
    await using harness = await WorkflowHarness.open(only, { deployer: "file:asking.json" });
    const executionId = await startBy(harness, { type: "api" });
    expect((await harness.rest(executionId)).requests).toMatchObject([
      { opened: { excluded: [] } },
    ]);
  });
});

describe("a definition says who does not decide", () => {
  const exclude = ["{{variables.requestedBy}}"];

  test.for([
    ["an id", "U0BOB"],
    ["a mention", "<@U0BOB|bob>"],
    ["several mentions", "<@U0ERIN>, <@U0BOB>"],
    ["a list", ["U0ERIN", "<@U0BOB>"]],
    ["a group", "<!subteam^S0FINANCE>"],
    ["a handle", "@finance"],
  ] as const)("by %s in what a webhook sends", async ([, requestedBy]) => {
    await using harness = await WorkflowHarness.open({ ...asking(), steps: [ask({ exclude })] });
    const executionId = await startBy(harness, { type: "webhook" }, { requestedBy });
    await harness.rest(executionId);
    expect(await approveAs(harness, executionId, "U0BOB")).toMatch(/must not decide this/);
    expect(await harness.engine.approvals.listFor("U0BOB")).toEqual([]);
    expect(await approveAs(harness, executionId, "U0ALICE")).toBe("recorded");
  });

  test.for([null, "", "  ", []])("and %j names nobody", async (requestedBy) => {
    await using harness = await WorkflowHarness.open({ ...asking(), steps: [ask({ exclude })] });
    const executionId = await startBy(harness, { type: "webhook" }, { requestedBy });
    const { requests } = await harness.rest(executionId);
    expect(requests).toMatchObject([{ opened: { excluded: [] } }]);
  });

  test.for([
    [
      "bob",
      /"exclude" gave "bob", which is neither a person nor a user group.*Give a Slack user id/,
    ],
    ["bob@example.com", /"exclude" gave "bob@example.com"/],
    [42, /"exclude" gave 42/],
    [{ id: "U0BOB" }, /"exclude" gave \{"id":"U0BOB"\}/],
    ["U0BOB and <@U0ERIN>", /"exclude" gave/],
  ] as const)(
    "and %j ends the step, since it is not known who is meant",
    async ([requestedBy, message]) => {
      await using harness = await WorkflowHarness.open({ ...asking(), steps: [ask({ exclude })] });
      const executionId = await startBy(harness, { type: "webhook" }, { requestedBy });
      const view = await harness.rest(executionId);
      expect(view).toMatchObject({ status: "failed", requests: [] });
      expect(view.error?.message).toMatch(message);
    },
  );

  test("a group that Slack does not know keeps everybody from deciding, and says what to correct", async () => {
    const options = { unknownGroups: ["@gone"] };
    await using harness = await WorkflowHarness.open(
      { ...asking(), steps: [ask({ exclude: ["@gone"] })] },
      options,
    );
    const { executionId } = await harness.start("asking", {});
    expect(await approveAs(harness, executionId, "U0BOB")).toMatch(
      /@gone.*no one can decide now.*correct "exclude"/,
    );
  });

  test("an approver of a group, who is named, does not decide", async () => {
    const config = { approvers: ["@finance"], exclude: ["U0BOB"] };
    await using harness = await WorkflowHarness.open({ ...asking(), steps: [ask(config)] });
    const { executionId } = await harness.start("asking", {});
    expect(await approveAs(harness, executionId, "U0BOB")).toMatch(/^The workflow names you/);
    expect(await approveAs(harness, executionId, "U0CAROL")).toBe("recorded");
  });
});

describe("where starters may approve", () => {
  test("one who changed values may not", async () => {
    await using harness = await WorkflowHarness.open(asking({ allowSelfApproval: true }), {
      services: refusingOnce(),
    });
    const { executionId } = await harness.start("asking", {});
    const retry = {
      executionId,
      by: "U0ALICE",
      variables: { amount: 5 },
      variableForm: "json",
    } as const;
    await harness.engine.executions.retry(retry);
    await harness.rest(executionId);
    expect(await approveAs(harness, executionId, "U0ALICE")).toMatch(
      /^You changed values of this run/,
    );
  });

  test("one who is an approver only by a value of the run may not", async () => {
    const config = { allowSelfApproval: true, approvers: ["{{variables.approver}}", "U0BOB"] };
    await using harness = await WorkflowHarness.open({ ...asking(), steps: [ask(config)] });
    const { executionId } = await harness.start("asking", { approver: "<@U0ALICE>" });
    expect(await approveAs(harness, executionId, "U0ALICE")).toMatch(/^You asked for this run/);
    const other = await harness.start("asking", { approver: "U0CAROL" });
    expect(other.requests).toMatchObject([{ opened: { excluded: [] } }]);
  });
});

describe("an approval that is distinct from another", () => {
  const second = ask({ distinctFrom: ["ok"] }, "second");
  const two = {
    ...asking(),
    steps: [{ ...ask(), next: { approve: "second", reject: "end" } }, second],
  };

  test("is not decided by the person who decided that one", async () => {
    await using harness = await WorkflowHarness.open(two);
    const { executionId } = await harness.start("asking", {});
    await harness.decide(executionId, "U0BOB", "approve");
    expect(await approveAs(harness, executionId, "U0BOB")).toBe(
      'You decided "ok" of this run already, so another person has to decide. Your click changed nothing.',
    );
    const view = await harness.decide(executionId, "U0CAROL", "approve");
    expect(view.status).toBe("completed");
  });

  test("asks of each item by itself", async () => {
    const steps = [{ ...ask(), next: { approve: "second", reject: "end" } }, second];
    const each = {
      id: "each",
      type: "foreach",
      config: { items: "[1, 2]", as: "item", steps, concurrency: 2 },
    };
    await using harness = await WorkflowHarness.open({ ...asking(), steps: [each] });
    const { executionId } = await harness.start("asking", {});
    await harness.decide(executionId, "U0BOB", "approve");
    const { requests } = await harness.decide(executionId, "U0CAROL", "approve");
    const seconds = requests.filter(({ stepId }) => stepId === "second");
    expect(seconds.map(({ opened }) => opened.exclusions?.slice(1))).toEqual([
      [{ person: "U0BOB", why: "decided", step: "ok" }],
      [{ person: "U0CAROL", why: "decided", step: "ok" }],
    ]);
  });

  test.for([
    ["missing", "steps[0].config.distinctFrom[0]", /there is no step "missing"/],
    ["second", "steps[0].config.distinctFrom[0]", /cannot have been decided before/],
    ["note", "steps[0].config.distinctFrom[0]", /is not an approval/],
  ] as const)("must name one that comes before: not %s", async ([name, path, message]) => {
    await using harness = await WorkflowHarness.open(two);
    const steps = [
      { ...ask({ distinctFrom: [name] }), next: { approve: "second", reject: "end" } },
      { ...second, next: { approve: "note", reject: "end" } },
      { id: "note", type: "transform", config: { expression: "1" } },
    ];
    const result = await harness.engine.workflows.deploy({ ...two, steps }, { by: "test" });
    expect(result).toMatchObject({ deployed: false });
    expect(result.deployed ? [] : result.problems).toMatchObject([
      { path, message: expect.stringMatching(message) },
    ]);
  });
});

test("an input that says who decides is warned of, since starters fill it in", async () => {
  await using harness = await WorkflowHarness.open(ending("first"));
  const definition = {
    ...asking(),
    inputs: { approver: { type: "user" } },
    steps: [ask({ approvers: ["{{variables.approver}}"] })],
  };
  const result = await harness.engine.workflows.deploy(definition, { by: "test" });
  expect(result).toMatchObject({
    deployed: true,
    warnings: [
      {
        path: "steps[0].config.approvers[0]",
        message: expect.stringMatching(/the input "approver" says who may decide/),
      },
    ],
  });
});
