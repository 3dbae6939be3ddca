import { describe, expect, test } from "vitest";
import { handleMigration } from "../../../src/engine/execution/decider/migration.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";
import {
  ask,
  call,
  effect,
  expectFolds,
  lastRequest,
  pay,
  refused,
  retry,
  started,
} from "../../support/retried-run.ts";

const later = { id: "later", type: "wait", config: { duration: "1h" }, next: "pay" };
const HOUR = 3_600_001;

/** A step that asks in a branch, and what follows when the branch is over. */
const askInBranch = (config: JsonObject = {}) => [
  {
    id: "par",
    type: "parallel",
    config: {
      branches: [{ id: "a", steps: [ask("ok", config, { approve: "end", reject: "ok" })] }],
    },
    next: "pay",
  },
  pay,
];

const askedAgain = (run: ExecutionHarness) => lastRequest(run)?.opened.seal?.approval;

function decide(run: ExecutionHarness, requestId: string, choice = "approve", more = {}): void {
  const by = "U0CAROL";
  const payload = { requestId, choice, by, ...more };
  run.signal({ id: `${requestId}:${by}`, kind: "decision", payload });
}

/** Carol approves everything that is open, the newest first if it is said so. */
function approveAll(run: ExecutionHarness, order: "oldest" | "newest" = "oldest"): void {
  const open = [...run.state.openRequests];
  for (const id of order === "oldest" ? open : open.toReversed()) decide(run, id);
}

function cancel(run: ExecutionHarness): void {
  const id = `cancel:${run.log.length}`;
  run.signal({ id, kind: "cancel", payload: { by: "U0ALICE" } }).advance(6000);
}

function migrate(run: ExecutionHarness, steps: readonly JsonObject[]): void {
  const version = run.state.version + 1;
  const other = workflow(steps);
  const payload = { by: "U0ALICE", version };
  const signal = { id: "m", executionId: "exec_1", kind: "migrate", payload, at: run.now } as const;
  const next = { version, workflow: other };
  const events = handleMigration(run.workflow, next, run.state, signal, run.now);
  expect(events).toMatchObject([{ type: "execution_migrated" }]);
  run.switchTo(other);
  run.take(events);
}

describe("an effect does not begin on a value that a person changed", () => {
  test.for([
    ["all variables at once", { set: { all: "variables" } }, "{{variables.made.all.amount}}"],
    [
      "a variable by a computed name",
      { expression: "variables[variables.name]" },
      "{{variables.made}}",
    ],
  ] as const)("which a step between reads as %s", ([, config, amount]) => {
    const run = new ExecutionHarness(
      workflow([
        ask("ok", {}, { approve: "make", reject: "end" }),
        {
          id: "make",
          type: "transform",
          config: { ...config, outputVariable: "made" },
          next: "pay",
        },
        effect("pay", { amount }),
      ]),
      { amount: 10, name: "amount" },
    );
    run.vote("U0BOB", "approve").end("pay", refused);

    retry(run, { path: "make#1", variables: { amount: 20_000 } });

    expect(started(run)).toEqual(["pay#1:1"]);
    expect(run.log.at(-1)?.type).toBe("decision_voided");
  });

  test("although it is what a step had made of it before, which is done once more", () => {
    const run = new ExecutionHarness(
      workflow([
        ask("ok", {}, { approve: "double", reject: "end" }),
        {
          id: "double",
          type: "transform",
          config: { expression: "variables.amount * 2", outputVariable: "amount" },
          next: "pay",
        },
        pay,
      ]),
      { amount: 10 },
    );
    run.vote("U0BOB", "approve").end("pay", refused);

    retry(run, { path: "double#1", variables: { amount: 20 } });

    expect(started(run)).toEqual(["pay#1:1"]);
    expect(run.log.at(-1)).toMatchObject({ changed: [{ before: "10", after: "20" }] });
  });
});

test("what was rejected in a round that is done anew does not let other values through", () => {
  const reject = { approve: "end", reject: "ok" };
  const run = new ExecutionHarness(
    workflow([
      {
        id: "par",
        type: "parallel",
        config: {
          branches: [
            { id: "a", steps: [ask("ok", {}, reject)] },
            {
              id: "b",
              steps: [
                { ...pay, next: "wait" },
                { ...later, id: "wait", next: "end" },
              ],
            },
          ],
          join: "any",
        },
        next: "par",
      },
    ]),
    { amount: 10 },
  );
  run.vote("U0CAROL", "approve").vote("U0CAROL", "reject");
  cancel(run);
  const before = started(run);

  retry(run, { path: "par#2", variables: { amount: 20_000 } });

  expect(started(run)).toEqual(before);
  expect(run.types()).toContain("decision_voided");
});

describe("a decision that was asked again", () => {
  test("because a condition did not hold is not asked for that a second time", () => {
    const bound = { step: "pay", when: "stepResults.quote.output <= 500" };
    const run = new ExecutionHarness(
      workflow([
        ask("ok", { releases: [bound] }, { approve: "quote", reject: "end" }),
        call("quote", { next: "pay" }),
        effect("pay", { amount: "{{stepResults.quote.output}}" }),
      ]),
    );
    run.vote("U0BOB", "approve").end("quote", { kind: "ok", output: 501 });

    run.vote("U0BOB", "approve");

    expect(started(run)).toEqual(["quote#1:1", "pay#2:1"]);
  });

  test("for several items of a list that is over is one request for each", () => {
    const run = new ExecutionHarness(
      workflow([
        {
          id: "each",
          type: "foreach",
          config: {
            items: "variables.list",
            concurrency: 2,
            steps: [
              ask("ok", { title: "{{variables.amount}}" }, { approve: "end", reject: "end" }),
            ],
          },
          next: "pay",
        },
        pay,
      ]),
      { list: [1, 2], amount: 10 },
    );
    approveAll(run);
    run.end("pay", refused);
    retry(run, { variables: { amount: 20_000 } });

    approveAll(run);
    expect(askedAgain(run)).toBe("each#1/1/ok#1");
    approveAll(run);

    expect(run.activeStep("pay")).toMatchObject({ phase: "running", params: { amount: 20_000 } });
    expect(run.state.requests.size).toBe(4);
    expectFolds(run);
  });

  test("and said no outside of the body that asked holds against a retry, too", () => {
    const run = new ExecutionHarness(workflow(askInBranch()), { amount: 10 });
    run.vote("U0CAROL", "approve").end("pay", refused);
    retry(run, { variables: { amount: 20_000 } });
    run.vote("U0CAROL", "reject");
    expect(run.state.status).toBe("failed");

    retry(run);

    expect(started(run)).toEqual(["pay#1:1"]);
    expect(run.log.at(-1)?.type).toBe("decision_voided");
    expectFolds(run);
  });

  test("is not for those who changed the run since, also where its body is over", () => {
    const run = new ExecutionHarness(workflow(askInBranch()), { amount: 10 });
    run.vote("U0CAROL", "approve").end("pay", refused);

    retry(run, {
      variables: { amount: 20_000 },
      answerable: [{ person: "U0EVE", why: "token" }],
    });

    expect(lastRequest(run)?.opened).toMatchObject({
      excluded: ["U0ALICE", "U0BOB", "U0EVE"],
      exclusions: [{ why: "started" }, { person: "U0BOB", why: "edited" }, { person: "U0EVE" }],
    });
  });

  test("has its deciders kept out by distinctFrom, as those before", () => {
    const run = new ExecutionHarness(
      workflow([
        ask("manager", { title: "{{variables.amount}}?" }, { approve: "finance", reject: "end" }),
        ask("finance", { distinctFrom: ["manager"] }, { approve: "pay", reject: "end" }),
        pay,
      ]),
      { amount: 10 },
    );
    run.vote("U0DAVE", "approve").vote("U0CAROL", "approve").end("pay", refused);
    retry(run, { variables: { amount: 20_000 } });

    run.vote("U0CAROL", "approve");

    expect(askedAgain(run)).toBe("finance#1");
    expect(lastRequest(run)?.opened.excluded).toEqual(["U0ALICE", "U0BOB", "U0DAVE", "U0CAROL"]);
  });

  test("shows in its dialog the values that there are now", () => {
    const editable = { amount: { type: "number" } };
    const run = new ExecutionHarness(workflow(askInBranch({ editable })), { amount: 10 });
    decide(run, lastRequest(run)?.opened.id ?? "", "approve", { seen: "44136fa3" });
    run.end("pay", refused);

    retry(run, { variables: { amount: 20_000 } });

    expect(lastRequest(run)?.opened.editable).toMatchObject([{ value: 20_000 }]);
  });

  test("does not stand for a later approval on a way that can lead back", () => {
    const choices = ["approve", "skip", "reject"].map((id) => ({ id, label: id }));
    const next = { approve: "finance", skip: "pay", reject: "end" };
    const run = new ExecutionHarness(
      workflow([
        ask("manager", { title: "{{variables.amount}}?", choices }, next),
        ask("finance", {}, { approve: "pay", reject: "manager" }),
        pay,
      ]),
      { amount: 10 },
    );
    run.vote("U0CAROL", "approve").vote("U0CAROL", "approve").end("pay", refused);
    retry(run, { variables: { amount: 20_000 } });

    run.vote("U0CAROL", "approve");

    expect(started(run)).toEqual(["pay#1:1"]);
    expect(askedAgain(run)).toBe("finance#1");
  });

  test("takes the way of another choice instead of beginning at once", () => {
    const choices = ["now", "tomorrow"].map((id) => ({ id, label: id }));
    const run = new ExecutionHarness(
      workflow([ask("ok", { choices }, { now: "pay", tomorrow: "later" }), later, pay]),
      { amount: 10 },
    );
    run.vote("U0CAROL", "now").end("pay", refused);
    retry(run, { variables: { amount: 20 } });

    run.vote("U0CAROL", "tomorrow");

    expect(started(run)).toEqual(["pay#1:1"]);
    run.advance(HOUR);
    expect(run.activeStep("pay")).toMatchObject({ phase: "running", params: { amount: 20 } });
    expectFolds(run);
  });

  test.for([
    [
      "branches",
      {
        id: "many",
        type: "parallel",
        config: {
          branches: [
            { id: "a", steps: [effect("one", { amount: "{{variables.amount}}" })] },
            { id: "b", steps: [effect("two", { amount: "{{variables.amount}}" })] },
          ],
        },
      },
    ],
    [
      "items",
      {
        id: "many",
        type: "foreach",
        config: {
          items: "['a', 'b']",
          concurrency: 2,
          steps: [effect("pay", { amount: "{{variables.amount}}", to: "{{variables.item}}" })],
        },
      },
    ],
  ] as const)("in %s side by side is asked once in each, whatever is decided first", ([, many]) => {
    const run = new ExecutionHarness(
      workflow([
        ask("ok", {}, { approve: "later", reject: "end" }),
        { ...later, next: "many" },
        { ...many },
      ]),
      { amount: 10 },
    );
    run.vote("U0CAROL", "approve");
    cancel(run);
    retry(run, { variables: { amount: 20 } }).advance(HOUR);
    expect(run.state.openRequests.size).toBe(2);

    approveAll(run, "newest");

    expect(run.state.openRequests.size).toBe(0);
    expect(started(run)).toHaveLength(2);
    expectFolds(run);
  });
});

describe("an approval", () => {
  test("that names a step past another approval keeps its bounds there", () => {
    const bound = { step: "pay", when: "stepResults.quote.output <= 500" };
    const run = new ExecutionHarness(
      workflow([
        ask("manager", { releases: [bound] }, { approve: "quote", reject: "end" }),
        call("quote", { next: "finance" }),
        ask("finance", {}, { approve: "pay", reject: "end" }),
        effect("pay", { amount: "{{stepResults.quote.output}}" }),
      ]),
    );
    run.vote("U0BOB", "approve").end("quote", { kind: "ok", output: 501 });

    run.vote("U0CAROL", "approve");

    expect(started(run)).toEqual(["quote#1:1"]);
    expect(askedAgain(run)).toBe("manager#1");
    run.vote("U0CAROL", "approve");
    expect(started(run)).toHaveLength(2);
  });

  test("shows a value that is known although the items of a list write one of that name", () => {
    const note = call("note", { config: { outputVariable: "amount" } });
    const run = new ExecutionHarness(
      workflow([
        ask("ok", {}, { approve: "each", reject: "end" }),
        { id: "each", type: "foreach", config: { items: "[1]", steps: [note] }, next: "pay" },
        pay,
      ]),
      { amount: 10 },
    );

    expect(lastRequest(run)?.opened.seal?.releases).toMatchObject([{ params: { amount: 10 } }]);
  });

  test("of one item does not say that it releases a step of the next one", () => {
    const steps = [{ ...pay, next: "ok" }, ask("ok", {}, { approve: "end", reject: "end" })];
    const run = new ExecutionHarness(
      workflow([{ id: "each", type: "foreach", config: { items: "[1, 2]", steps } }]),
      { amount: 10 },
    );

    run.end("pay", { kind: "ok" });

    expect(lastRequest(run)?.opened.seal?.releases).toEqual([]);
  });

  test("keeps the description of what is too long for a record short", () => {
    const long = new ExecutionHarness(
      workflow([ask("ok", {}, { approve: "pay", reject: "end" }), pay]),
      { amount: "x".repeat(1_000_000) },
    );

    expect(JSON.stringify(long.log).length).toBeLessThan(500_000);
    long.vote("U0BOB", "approve");
    expect(started(long)).toEqual(["pay#1:1"]);
  });
});

describe("after a migration", () => {
  test("each item of a list is asked for that comes to a step without having been", () => {
    const each = (steps: readonly JsonObject[]) => [
      {
        id: "each",
        type: "foreach",
        config: { items: "[1, 2]", concurrency: 2, steps: [...steps] },
      },
    ];
    const run = new ExecutionHarness(workflow(each([later, pay])), { amount: 10 });

    migrate(run, each([ask("ok", {}, { approve: "later", reject: "end" }), later, pay]));
    run.advance(HOUR);

    expect(started(run)).toEqual([]);
    expect(run.state.openRequests.size).toBe(2);
    approveAll(run);
    expect(started(run)).toHaveLength(2);
  });

  test("one approval is asked where one or another should have been", () => {
    const run = new ExecutionHarness(workflow([later, pay]), { amount: 10 });

    migrate(run, [
      call("which", { next: { big: "cfo", default: "manager" } }),
      ask("manager", {}, { approve: "later", reject: "end" }),
      ask("cfo", {}, { approve: "later", reject: "end" }),
      later,
      pay,
    ]);
    run.advance(HOUR);

    expect(started(run)).toEqual([]);
    expect(run.log.at(-1)).toMatchObject({ type: "decision_voided", requestId: null });
    run.vote("U0CAROL", "approve");
    expect(started(run)).toHaveLength(1);
  });

  test("a step that the decision of a branch has not seen is asked for", () => {
    const [par = {}] = askInBranch();
    const before = { ...par, next: "later" };
    const run = new ExecutionHarness(workflow([before, later, call("pay")]), { amount: 10 });
    run.vote("U0CAROL", "approve");

    migrate(run, [before, later, pay]);
    run.advance(HOUR);

    expect(started(run)).toEqual([]);
    expect(run.log.at(-1)).toMatchObject({ changed: [{ what: "the workflow" }] });
  });

  test("a question that cannot be asked, after another one was, ends the run as a failure", () => {
    const run = new ExecutionHarness(workflow([later, pay]), { amount: 10 });
    migrate(run, [
      ask("first", { releases: ["pay"] }, { approve: "second", reject: "end" }),
      ask("second", { title: "{{variables.nothing}}" }, { approve: "later", reject: "end" }),
      later,
      pay,
    ]);
    run.advance(HOUR);
    expect(askedAgain(run)).toBe("first#1");

    run.vote("U0CAROL", "approve");

    expect(started(run)).toEqual([]);
    expect(run.state).toMatchObject({ status: "failed", error: { code: "template_missing" } });
    expectFolds(run);
  });
});
