import { describe, expect, test } from "vitest";
import {
  handleMigration,
  planMigration,
} from "../../../../src/engine/execution/decider/migration.ts";
import { retryPoints } from "../../../../src/engine/execution/decider/retry-points.ts";
import { apply, initialState } from "../../../../src/engine/execution/reducer/apply.ts";
import type { Signal } from "../../../../src/engine/ports/executions.ts";
import type { JsonObject } from "../../../../src/shared/json.ts";
import { ExecutionHarness, NINE, workflow } from "../../../support/execution-harness.ts";

const HOUR = 3_600_000;
const ROUTES = { approve: "end", reject: "end", expired: "end" };

function ask(config: JsonObject = {}): JsonObject {
  return {
    id: "ask",
    type: "approval",
    config: { title: "May I?", approvers: ["U0BOB"], timeout: "1h", ...config },
    next: ROUTES,
  };
}

function nap(config: JsonObject): JsonObject {
  return { id: "nap", type: "wait", config };
}

function work(next?: string): JsonObject {
  return { id: "work", type: "scripted", config: {}, ...(next !== undefined && { next }) };
}

function fork(...branches: JsonObject[]): JsonObject {
  return { id: "fork", type: "parallel", config: { branches } };
}

function each(as: string, body: JsonObject): JsonObject {
  return { id: "each", type: "foreach", config: { items: "[1, 2]", as, steps: [body] } };
}

const event = { event: "paid", timeout: "2h" };

/** @returns why the run does not go on with version 2; `null`: it does. */
function whyNot(run: ExecutionHarness, steps: readonly JsonObject[]): string | null {
  const plan = planMigration(
    run.workflow,
    { version: 2, workflow: workflow(steps), by: "U0ALICE", answerable: [] },
    run.state,
    run.now,
  );
  return plan.fits ? null : plan.reason;
}

function at(...steps: JsonObject[]): ExecutionHarness {
  return new ExecutionHarness(workflow(steps));
}

function migrate(
  run: ExecutionHarness,
  steps: readonly JsonObject[],
  version = 2,
): ExecutionHarness {
  const signal: Signal = {
    id: `migrate:${version}`,
    executionId: "exec_1",
    kind: "migrate",
    payload: { by: "U0ADMIN", version },
    at: run.now,
  };
  const to = { version, workflow: workflow(steps) };
  for (const fact of handleMigration(run.workflow, to, run.state, signal, run.now)) run.fold(fact);
  return run;
}

/** A step that fails, in a body beside or before one that waits. */
const fails: JsonObject = {
  id: "try",
  type: "transform",
  config: { expression: "variables.none" },
};

describe("what a waiting run cannot leave behind", () => {
  test("a branch that failed", () => {
    const config = {
      branches: [
        { id: "a", steps: [fails] },
        { id: "b", steps: [ask()] },
      ],
      failureMode: "continue",
    };
    const steps = [{ id: "fork", type: "parallel", config }];

    expect(whyNot(at(...steps), steps)).toBe('branch "a" of step "fork" failed');
  });

  test("an item that failed", () => {
    const body = [work(), ask()];
    const config = { items: "[1, 2]", as: "one", steps: body, failureMode: "continue" };
    const steps = [{ id: "each", type: "foreach", config }];
    const run = at(...steps);
    const error = { code: "x", message: "No.", retryable: false };
    run.end("work", { kind: "failed", error }).end("work", { kind: "ok" });
    expect(run.activeStep("ask").path).toBe("each#1/1/ask#1");

    expect(whyNot(run, steps)).toBe('item 0 of step "each" failed');
  });

  test("a price that is still to come of an attempt that was given up", () => {
    const branches = [
      {
        id: "a",
        timeoutMs: 1000,
        steps: [{ id: "paid", type: "scripted", config: { reserveNano: 5 } }],
      },
      { id: "b", steps: [ask()] },
    ];
    const steps = [{ id: "fork", type: "parallel", config: { branches, failureMode: "continue" } }];
    const run = at(...steps).advance(1000);

    expect(whyNot(run, steps)).toBe(
      'an attempt of step "paid" that was given up is still under way',
    );
  });

  test("its place in a line", () => {
    const run = at(ask());
    run.take([{ type: "execution_held", reason: "slot", line: "one", at: run.now }]);

    expect(whyNot(run, [ask()])).toBe("it waits in line for its turn");
  });

  test("a step that a pause kept it from entering, in whatever branch", () => {
    const branch = (id: string, next: string): JsonObject => ({
      id,
      steps: [
        { id: `${id}1`, type: "scripted" },
        { ...ask(), id: next },
      ],
    });
    const run = at(fork(branch("a", "one"), branch("b", "two")));
    run.take([{ type: "execution_held", reason: "pause", at: run.now }]);
    run.end("a1", { kind: "ok" }).end("b1", { kind: "ok" });

    expect(whyNot(run, [fork(branch("a", "one"), branch("b", "two"))])).toBeNull();
    expect(whyNot(run, [fork(branch("a", "one"), branch("b", "three"))])).toContain(
      'it stands at step "two", and version 2 has no such step there',
    );
  });

  test("another name of a branch that is over, though there are as many", () => {
    const branch = (id: string, step: JsonObject): JsonObject => ({ id, steps: [step] });
    const run = at(fork(branch("a", work()), branch("b", ask()))).end("work", { kind: "ok" });

    expect(whyNot(run, [fork(branch("c", work()), branch("b", ask()))])).toBe(
      'step "fork" has other branches in version 2',
    );
  });

  test("what it waits for: a wait for a time is none for an event", () => {
    expect(whyNot(at(nap({ event: "paid" })), [nap({ duration: "1h" })])).toContain(
      "waits for something else",
    );
  });
});

describe("what a version changes", () => {
  test("is nothing of finished steps that it has as they were", () => {
    const steps = [work("ask"), ask()];
    const run = migrate(at(...steps).end("work", { kind: "ok" }), steps);

    const migrated = run.log.find(({ type }) => type === "execution_migrated");
    expect(migrated).not.toHaveProperty("formerTypes");
    expect(migrated).not.toHaveProperty("prompts");
    expect(run.state.formerTypes.size).toBe(0);
  });

  test("is nothing if it is the one that the run has", () => {
    const run = migrate(at(ask()), [ask()], 1);

    expect(run.state.migrations).toEqual([]);
    expect(run.state.seen.has("migrate:1")).toBe(true);
  });

  test("is which prompts it asks, for those that it did not ask before and that name no version", () => {
    const run = at(ask());
    run.state.prompts = { tone: 1 };
    const prompt = (name: string, version: number) => ({ name, version, template: { parts: [] } });
    const prompts = new Map([
      ["tone", prompt("tone", 4)],
      ["greeting", prompt("greeting", 2)],
      ["closing@7", prompt("closing", 7)],
    ]);
    const compiled = { ...workflow([ask()]), prompts };
    const to = { version: 2, workflow: compiled, by: "U0ALICE", answerable: [] };

    const plan = planMigration(run.workflow, to as never, run.state, run.now);

    expect(plan).toMatchObject({ fits: true, prompts: { greeting: 2 } });
    expect(plan).not.toHaveProperty("prompts.tone");
    expect(plan).not.toHaveProperty("prompts.closing");
  });
});

describe("what a waiting run can go on with", () => {
  test.each<[string, JsonObject, JsonObject[]]>([
    ["an approval with another text", ask(), [ask({ title: "Please?" })]],
    ["the step at another place of the list", ask(), [work("ask"), ask()]],
    ["a pause of another length", nap({ duration: "1h" }), [nap({ duration: "5h" })]],
    ["the same event under another condition", nap(event), [nap({ event: "paid", match: "true" })]],
    [
      "the same branches with more steps",
      fork({ id: "a", steps: [ask()] }),
      [fork({ id: "a", steps: [ask(), work()] })],
    ],
    ["the same items", each("one", ask()), [each("one", ask({ title: "New" }))]],
  ])("%s", (_name, before, after) => {
    expect(whyNot(at(before), after)).toBeNull();
  });

  test.each<[string, JsonObject, JsonObject, string]>([
    ["the step is gone", ask(), work(), 'stands at step "ask", and version 2 has no such step'],
    [
      "the step has another type",
      ask(),
      { ...nap({ duration: "1h" }), id: "ask" },
      'step "ask", which is of type approval, and in version 2 of type wait',
    ],
    ["it waits for another event", nap(event), nap({ event: "sent" }), "waits for something else"],
    ["a pause became an event", nap({ duration: "1h" }), nap(event), "waits for something else"],
    [
      "the step of a branch is gone",
      fork({ id: "a", steps: [ask()] }),
      fork({ id: "a", steps: [work()] }),
      'stands at step "ask"',
    ],
    [
      "a branch is new",
      fork({ id: "a", steps: [ask()] }),
      fork({ id: "a", steps: [ask()] }, { id: "b", steps: [work()] }),
      'step "fork" has other branches in version 2',
    ],
    ["items are named differently", each("one", ask()), each("two", ask()), '("as") in version 2'],
    [
      "nobody is named to ask",
      ask(),
      ask({ approvers: ["{{variables.owner}}"] }),
      'step "ask" cannot ask in version 2',
    ],
  ])("not if %s", (_name, before, after, reason) => {
    expect(whyNot(at(before), [after])).toContain(reason);
  });

  test("not while a step is under way or about to be tried again, in whichever branch", () => {
    const steps = [fork({ id: "a", steps: [ask()] }, { id: "b", steps: [work()] })];
    const run = at(...steps);
    expect(whyNot(run, steps)).toBe('step "work" is under way');
    run.end("work", { kind: "failed" });
    expect(whyNot(run, steps)).toBe('step "work" is about to be tried again');
  });

  test("not when it is over, is being cancelled, or its wait is just over", () => {
    const steps = [ask()];
    const late = at(...steps);
    late.now += HOUR;
    expect(whyNot(late, steps)).toBe('the wait of step "ask" is just over');
    const over = at(...steps).vote("U0BOB", "approve");
    expect(whyNot(over, steps)).toBe("it is over (completed)");
    const cancelled = at(...steps);
    apply(cancelled.state, {
      type: "execution_cancel_requested",
      by: "U0BOB",
      signalId: "c",
      at: NINE,
    });
    expect(whyNot(cancelled, steps)).toBe("it is being cancelled");
  });

  test("a held run that stands before a step, only if that step is there", () => {
    const run = at(work("ask"), ask());
    run.take([{ type: "execution_held", reason: "pause", at: run.now }]);
    run.end("work", { kind: "ok" });
    expect(whyNot(run, [ask()])).toBeNull();
    expect(whyNot(run, [work()])).toContain('stands at step "ask"');
  });
});

describe("going on with another version", () => {
  test("asks anew: votes and the time limit begin again, and the earlier request decides nothing", () => {
    const run = at(ask({ approvers: ["U0BOB", "U0CAROL"], required: 2 })).vote("U0BOB", "approve");
    run.now += HOUR / 2;
    migrate(run, [ask({ title: "Please?", approvers: ["U0BOB"] })]);

    const [first, second] = [...run.state.requests.values()];
    expect(first).toMatchObject({ outcome: { decision: "superseded", at: run.now } });
    expect(second).toMatchObject({
      opened: { title: "Please?", round: 2, expiresAt: run.now + HOUR },
      votes: [],
      outcome: null,
    });
    expect(second?.opened.hash).not.toBe(first?.opened.hash);
    expect([...run.state.openRequests]).toEqual([second?.opened.id]);
    expect(run.activeStep("ask").due).toBe(run.now + HOUR);

    const click = { requestId: "exec_1/ask#1", choice: "approve", by: "U0CAROL" };
    run.signal({ id: "exec_1/ask#1:U0CAROL", kind: "decision", payload: click });
    expect(run.log.at(-1)).toMatchObject({ type: "decision_refused", reason: "superseded" });
    run.vote("U0BOB", "approve");
    expect(run.state.status).toBe("completed");
  });

  test("leaves pauses their time", () => {
    const run = migrate(at(nap({ duration: "1h" })), [nap({ duration: "5h" })]);
    expect(run.state).toMatchObject({
      version: 2,
      migrations: [{ from: 1, to: 2, by: "U0ADMIN" }],
    });
    expect(run.activeStep("nap").due).toBe(NINE + HOUR);
  });

  test("happens once, and changes nothing once the run has moved on", () => {
    const run = migrate(migrate(at(ask()), [ask()]), [ask()]);
    expect(run.types().filter((type) => type === "execution_migrated")).toHaveLength(1);
    migrate(run, [work()], 3);
    expect(run.log.at(-1)).toMatchObject({ type: "signal_received", signalId: "migrate:3" });
    expect(run.state.version).toBe(2);
  });

  test("remembers the types of steps that are gone, and retries nothing from before", () => {
    const run = at(work("ask"), ask()).end("work", { kind: "ok" });
    expect(retryPoints(run.state).map(({ stepId }) => stepId)).toEqual(["work"]);
    migrate(run, [ask()]);
    expect(run.state.formerTypes).toEqual(new Map([["work#1", "scripted"]]));
    expect(retryPoints(run.state)).toEqual([]);
  });

  test("folds to the same state from its log", () => {
    const run = migrate(at(ask()), [ask({ title: "Please?" })]).vote("U0BOB", "approve");
    const again = initialState(run.state.start, run.workflow.first);
    for (const fact of run.log) apply(again, fact);
    expect(again).toEqual(run.state);
  });
});
