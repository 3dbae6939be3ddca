import { describe, expect, test } from "vitest";
import { apply, initialState } from "../../../src/engine/execution/apply.ts";
import {
  doubtfulSteps,
  failedPath,
  retryPoints,
} from "../../../src/engine/execution/retry-point.ts";
import type { JsonObject } from "../../../src/json.ts";
import { NINE, PureRun, workflow } from "../../support/pure-run.ts";

const refused = {
  kind: "failed",
  error: { code: "service_rejected", message: "No.", retryable: false },
} as const;
const unknown = {
  kind: "failed",
  outcome: "unknown",
  error: { code: "step_timeout", message: "Silence.", retryable: false },
} as const;

const call = (id: string, rest: JsonObject = {}) => ({ id, type: "scripted", ...rest });
const count = {
  id: "count",
  type: "transform",
  config: { expression: "variables.n + 1", outputVariable: "n" },
};

/** Retries as Bob, from where it failed unless a path is given. */
function retry(run: PureRun, payload: JsonObject = {}): PureRun {
  const path = failedPath(run.state);
  const signal = { id: `retry:${run.log.length}`, kind: "retry" as const };
  return run.signal({
    ...signal,
    payload: { by: "U0BOB", ...(path !== null && { path }), ...payload },
  });
}

/** Started attempts, as `path:attempt`. */
function started(run: PureRun): readonly string[] {
  return run.log.flatMap((event) =>
    event.type === "step_started" ? [`${event.path}:${event.attempt}`] : [],
  );
}

/** The log folded anew gives the same state. */
function expectFolds(run: PureRun): void {
  const state = initialState(run.state.start, run.workflow.first);
  for (const event of run.log) apply(state, event);
  expect(state.status).toBe(run.state.status);
  expect([...state.frames]).toEqual([...run.state.frames]);
  expect([...state.acts]).toEqual([...run.state.acts]);
}

describe("a run that failed, retried", () => {
  test("does the failed step again under the same key, with what came before", () => {
    const run = new PureRun(
      workflow([call("find", { next: "pay" }), call("pay", { next: "tell" }), call("tell")]),
    );
    run.end("find", { kind: "ok", output: "IBAN" }).end("pay", refused);
    expect(run.state.status).toBe("failed");

    retry(run);

    expect(run.state).toMatchObject({ status: "running", error: null, endedAt: null });
    expect(started(run)).toEqual(["find#1:1", "pay#1:1", "pay#1:2"]);
    run.end("pay", { kind: "ok" }).end("tell", { kind: "ok", output: "told" });
    expect(run.state).toMatchObject({ status: "completed", output: "told" });
    expectFolds(run);
  });

  test("does it under a new key if its parameters changed", () => {
    const pay = call("pay", { config: { amount: "{{variables.amount}}" } });
    const run = new PureRun(workflow([pay]), { amount: 640 });
    run.end("pay", refused);

    retry(run, { variables: { amount: 64 } });

    expect(started(run)).toEqual(["pay#1:1", "pay#2:1"]);
    expect(run.act("pay").params).toEqual({ amount: 64 });
    expectFolds(run);
  });

  test("has the attempts of its retry policy once more", () => {
    const run = new PureRun(workflow([call("pay", { retryPolicy: { maxRetries: 2 } })]));
    run.end("pay", { kind: "failed" }).advance(2000).end("pay", { kind: "failed" });
    expect(run.state.status).toBe("failed");

    retry(run).end("pay", { kind: "failed" }).advance(2000);

    expect(started(run)).toEqual(["pay#1:1", "pay#1:2", "pay#1:3", "pay#1:4"]);
    run.end("pay", { kind: "failed" });
    expect(run.state.status).toBe("failed");
  });

  test("from an earlier step forgets what came after, variables too, and does that step under a new key", () => {
    const run = new PureRun(
      workflow([
        { ...count, next: "find" },
        call("find", { next: "again" }),
        { ...count, id: "again", next: "pay" },
        call("pay"),
      ]),
      { n: 0 },
    );
    run.end("find", { kind: "ok", output: "old" }).end("pay", refused);
    expect(run.state.variables).toEqual({ n: 2 });

    retry(run, { path: "find#1" });

    expect(run.state.variables).toEqual({ n: 1 });
    expect(Object.keys(run.state.frames.get("")?.results ?? {})).toEqual(["count"]);
    run.end("find", { kind: "ok", output: "new" });
    expect(run.output("find")).toBe("new");
    expect(started(run)).toEqual(["find#1:1", "pay#1:1", "find#2:1", "pay#2:1"]);
    expect(run.state.variables).toEqual({ n: 2 });
    expectFolds(run);
  });

  test("in a loop goes back to the last time round, and no further", () => {
    const run = new PureRun(
      workflow([
        { ...count, next: "call" },
        call("call", { next: { more: "count", default: "end" } }),
      ]),
      { n: 0 },
    );
    run.end("call", { kind: "ok", output: "more" }).end("call", { kind: "ok", output: "more" });
    run.end("call", refused);

    retry(run, { path: "count#3" });

    expect(run.state.variables).toEqual({ n: 3 });
    expect(started(run)).toEqual(["call#1:1", "call#2:1", "call#3:1", "call#4:1"]);
  });

  test("keeps its cost, gets a new deadline and new steps, and can fail and be retried again", () => {
    const run = new PureRun(workflow([call("pay")], { limits: { timeout: "1h", maxSteps: 1 } }));
    run.end("pay", { ...refused, costNano: 70 });
    run.now += 2 * 3_600_000;

    retry(run).end("pay", { ...refused, costNano: 5 });
    expect(run.state).toMatchObject({ status: "failed", error: { code: "service_rejected" } });
    retry(run).end("pay", { kind: "ok", costNano: 1 });

    expect(run.state).toMatchObject({ status: "completed", spentNano: 76 });
    expect(run.state.reopened).toHaveLength(2);
    expect(run.state.steps.map(({ status }) => status)).toEqual(["failed", "failed", "completed"]);
  });

  test("starts anew what was under way when its time was over, an approval with new cards", () => {
    const ask = {
      id: "ask",
      type: "approval",
      config: { title: "Pay?", approvers: ["U0BOB"] },
      next: { approve: "end", reject: "end" },
    };
    const run = new PureRun(workflow([ask], { limits: { timeout: "1h" } }));
    run.advance(3_600_000);
    expect(run.state).toMatchObject({ status: "failed", error: { code: "limit_exceeded" } });
    expect(failedPath(run.state)).toBeNull();

    retry(run).decide("U0BOB", "approve");

    expect([...run.state.requests.keys()]).toEqual(["exec_1/ask#1", "exec_1/ask#2"]);
    expect(run.state.status).toBe("completed");
  });

  test("goes on with a step that was cancelled while it ran, in doubt about its effect", () => {
    const run = new PureRun(workflow([call("pay")]));
    run.signal({ id: "c", kind: "cancel", payload: { by: "U0ALICE" } }).advance(5000);
    expect(run.state.status).toBe("cancelled");

    retry(run);

    expect(started(run)).toEqual(["pay#1:1", "pay#1:2"]);
    expect(run.act("pay").unknownBefore).toBe(true);
    expect(run.state.cancel).toBeNull();
  });

  test("is retried once for each end, and not while it is under way", () => {
    const run = new PureRun(workflow([call("pay")]));
    run.end("pay", refused);
    retry(run);
    const before = run.state.reopened.length;

    run.signal({ id: "late", kind: "retry", payload: { by: "U0CAROL", path: "pay#1" } });

    expect(run.state.reopened).toHaveLength(before);
    expect(run.log.at(-1)).toMatchObject({ type: "signal_received", signalId: "late" });
  });

  test("is not reopened at a step that it never entered, nor after it completed", () => {
    const run = new PureRun(workflow([call("pay")]));
    run.end("pay", refused);
    run.signal({ id: "lost", kind: "retry", payload: { by: "U0BOB", path: "ship#1" } });
    expect(run.state.status).toBe("failed");

    const done = new PureRun(workflow([count]), { n: 1 });
    done.signal({ id: "again", kind: "retry", payload: { by: "U0BOB" } });
    expect(done.state.status).toBe("completed");
  });
});

describe("doubt about an earlier effect", () => {
  const pay = call("pay", { config: { amount: "{{variables.amount}}" } });

  test("is told when changed parameters would do it under a new key", () => {
    const run = new PureRun(workflow([pay]), { amount: 1 });
    run.end("pay", unknown);
    const event = {
      type: "execution_reopened",
      path: "pay#1",
      by: "U0BOB",
      signalId: "s",
      deadline: NINE + 1e9,
      ended: { status: "failed", at: NINE },
      at: NINE,
    } as const;
    const same = structuredClone(run.log);
    const copy = new PureRun(run.workflow, { amount: 1 }).take(same.slice(1));

    apply(run.state, { ...event, variables: { amount: 2 } });
    apply(copy.state, event);

    expect(doubtfulSteps(run.workflow, run.state, NINE)).toEqual(["pay"]);
    expect(doubtfulSteps(copy.workflow, copy.state, NINE)).toEqual([]);
  });

  test("stays with the attempt that goes on under the same key", () => {
    const run = new PureRun(workflow([pay]), { amount: 1 });
    run.end("pay", unknown);

    retry(run);

    expect(run.act("pay").unknownBefore).toBe(true);
  });
});

describe("within branches", () => {
  const fork = {
    id: "fork",
    type: "parallel",
    config: {
      branches: [
        { id: "mail", steps: [call("write"), call("send")] },
        { id: "chat", steps: [call("post")] },
        { id: "log", steps: [call("note")] },
      ],
    },
    next: "last",
  };

  test("the failed branch goes on at its failed step, finished ones stay, and those that were given up go on", () => {
    const run = new PureRun(workflow([fork, call("last")]));
    run.end("write", { kind: "ok", output: "Dear" });
    run.end("post", { kind: "ok", output: "posted" });
    run.end("send", refused);
    expect(run.state.status).toBe("failed");
    expect(failedPath(run.state)).toBe("fork#1/mail/send#1");

    retry(run);

    expect(started(run).slice(-2).toSorted()).toEqual([
      "fork#1/log/note#1:2",
      "fork#1/mail/send#1:2",
    ]);
    run.end("note", { kind: "ok" }).end("send", { kind: "ok", output: "sent" });
    expect(run.output("fork")).toMatchObject({
      mail: {
        status: "completed",
        results: { write: { output: "Dear" }, send: { output: "sent" } },
      },
      chat: { status: "completed", results: { post: { output: "posted" } } },
      log: { status: "completed" },
    });
    run.end("last", { kind: "ok" });
    expect(run.state.status).toBe("completed");
    expect(started(run).filter((one) => one.includes("post"))).toEqual(["fork#1/chat/post#1:1"]);
    expectFolds(run);
  });

  test("a retry from the step that holds them begins all of them anew", () => {
    const run = new PureRun(workflow([fork, call("last")]));
    run.end("write", { kind: "ok" }).end("send", refused);

    retry(run, { path: "fork#1" });

    expect(started(run).slice(-3)).toEqual([
      "fork#2/mail/write#1:1",
      "fork#2/chat/post#1:1",
      "fork#2/log/note#1:1",
    ]);
  });

  test("a retry into one branch leaves failed those that had failed beside it", () => {
    const config = { ...fork.config, failureMode: "continue" };
    const run = new PureRun(workflow([{ ...fork, config }, call("last")]));
    run.end("write", refused).end("post", refused).end("note", { kind: "ok" }).end("last", refused);

    retry(run, { path: "fork#1/mail/write#1" });
    run.end("write", { kind: "ok" }).end("send", { kind: "ok" });

    expect(run.output("fork")).toMatchObject({
      mail: { status: "completed" },
      chat: { status: "failed", error: "No." },
      log: { status: "completed" },
    });
    expectFolds(run);
  });

  test("a run that was cancelled goes on in all branches that were open", () => {
    const run = new PureRun(workflow([fork, call("last")]));
    run.end("write", { kind: "ok" }).end("post", { kind: "ok" });
    run.signal({ id: "c1", kind: "cancel", payload: { by: "U0ALICE" } }).advance(5000);
    expect(failedPath(run.state)).toBeNull();

    retry(run);

    expect(started(run).slice(-2).toSorted()).toEqual([
      "fork#1/log/note#1:2",
      "fork#1/mail/send#1:2",
    ]);
    expect(run.state).toMatchObject({ status: "running", cancel: null });
  });

  test("the step to begin with is that of the branch that failed last", () => {
    for (const [first, second] of [
      ["post", "note"],
      ["note", "post"],
    ] as const) {
      const config = { ...fork.config, branches: fork.config.branches.slice(1), join: "any" };
      const run = new PureRun(workflow([{ ...fork, config }, call("last")]));
      run.end(first, refused).advance(1000).end(second, refused);

      expect(run.state.status).toBe("failed");
      expect(failedPath(run.state)).toContain(`/${second}#1`);
    }
  });

  test("a later failure can go back into a branch that had completed", () => {
    const run = new PureRun(workflow([fork, call("last")]));
    run.end("write", { kind: "ok" }).end("post", { kind: "ok" }).end("note", { kind: "ok" });
    run.end("send", { kind: "ok", output: "to the wrong person" }).end("last", refused);

    retry(run, { path: "fork#1/mail/send#1" });

    expect(started(run).at(-1)).toBe("fork#1/mail/send#2:1");
    expect(run.state.frames.get("")?.results).toEqual({});
    run.end("send", { kind: "ok", output: "right" });
    expect(run.output("fork")).toMatchObject({ mail: { results: { send: { output: "right" } } } });
    expect(started(run).at(-1)).toBe("last#2:1");
  });

  test("a branch whose time was over has all of it once more", () => {
    const slow = {
      id: "fork",
      type: "parallel",
      config: { branches: [{ id: "slow", timeoutMs: 1000, steps: [call("think")] }] },
    };
    const run = new PureRun(workflow([slow]));
    run.advance(1000);
    expect(run.state).toMatchObject({ status: "failed", error: { code: "step_timeout" } });

    retry(run).advance(999);

    expect(run.state.status).toBe("running");
    expect(started(run)).toEqual(["fork#1/slow/think#1:1", "fork#1/slow/think#1:2"]);
    run.end("think", { kind: "ok" });
    expect(run.state.status).toBe("completed");
  });
});

test("a branch that was not over in time is where a retry begins, and has its whole time again", () => {
  const nap = { id: "nap", type: "wait", config: { duration: "1h" } };
  const branches = [{ id: "slow", timeoutMs: 600_000, steps: [call("quick"), nap] }];
  const run = new PureRun(workflow([{ id: "fork", type: "parallel", config: { branches } }]));
  run.end("quick", { kind: "ok" }).advance(600_000);
  expect(failedPath(run.state)).toBe("fork#1/slow");
  run.advance(3_600_000);

  retry(run).advance(599_999);
  expect(run.act("nap").phase).toBe("waiting");
  run.advance(1);

  expect(run.state.status).toBe("failed");
  expect(run.state.errors.at(-1)?.error.message).toContain("was not over in time");
});

test("a retry at a body that there is not, or folded twice, changes nothing", () => {
  const branches = [{ id: "mail", steps: [call("send")] }];
  const run = new PureRun(workflow([{ id: "fork", type: "parallel", config: { branches } }]));
  run.end("send", refused);

  retry(run, { path: "fork#1/nobody" });
  expect(run.state.status).toBe("failed");
  const once = {
    id: "retry:1",
    kind: "retry",
    payload: { by: "U0BOB", path: "fork#1/mail/send#1" },
  } as const;
  run.signal(once).end("send", refused).signal(once);

  expect(run.state.status).toBe("failed");
  expect(run.state.reopened).toHaveLength(1);
});

test("an event that reopens what runs, or at a step that never ended, is refused as a defect", () => {
  const run = new PureRun(workflow([call("pay")]));
  const event = {
    type: "execution_reopened",
    by: "U0BOB",
    signalId: "r1",
    deadline: run.state.deadline,
    ended: { status: "failed", at: NINE },
    at: NINE,
  } as const;

  expect(() => apply(run.state, event)).toThrow("only what failed or was cancelled is reopened");
  run.end("pay", refused);
  expect(() => apply(run.state, { ...event, path: "other#1" })).toThrow(
    "other#1 did not end in the root body",
  );
});

test("a step that had completed is done again without doubt", () => {
  const run = new PureRun(workflow([call("find", { next: "pay" }), call("pay")]));
  run.end("find", { kind: "failed", outcome: "unknown" }).advance(5000);
  run.end("find", { kind: "ok" }).end("pay", refused);
  const state = initialState(run.state.start, run.workflow.first);
  for (const event of run.log) apply(state, event);

  retry(run, { path: "find#1" });

  expect(run.act("find")).toMatchObject({ path: "find#2", unknownBefore: false });
  const reopened = run.log.find(({ type }) => type === "execution_reopened");
  if (reopened) apply(state, reopened);
  expect(doubtfulSteps(run.workflow, state, run.now)).toEqual([]);
});

describe("within a list", () => {
  const each = {
    id: "each",
    type: "foreach",
    config: {
      items: "variables.people",
      as: "person",
      concurrency: 2,
      steps: [call("mail", { config: { to: "{{variables.person}}" } })],
    },
  };

  test("finished items stay, the failed one and those under way go on, then the rest", () => {
    const run = new PureRun(workflow([each]), { people: ["ann", "ben", "cem", "dee"] });
    const end = (index: number, result: Parameters<PureRun["end"]>[1]) => {
      const path = `each#1/${index}/mail#1`;
      const { attempt, epoch } = run.state.acts.get(path) ?? { attempt: 0, epoch: 0 };
      const whole = {
        output: null,
        costNano: 0,
        outcome: "failed",
        error: refused.error,
        ...result,
      };
      return run.endAt({ path, attempt, epoch, result: whole as never });
    };
    end(0, { kind: "ok", output: "a" });
    end(1, refused);
    expect(run.state.status).toBe("failed");
    expect(failedPath(run.state)).toBe("each#1/1/mail#1");

    retry(run);

    end(1, { kind: "ok", output: "b" });
    end(2, { kind: "ok", output: "c" });
    end(3, { kind: "ok", output: "d" });
    expect(run.state).toMatchObject({
      status: "completed",
      output: [{ output: "a" }, { output: "b" }, { output: "c" }, { output: "d" }],
    });
    expect(started(run)).toEqual([
      "each#1/0/mail#1:1",
      "each#1/1/mail#1:1",
      "each#1/2/mail#1:1",
      "each#1/1/mail#1:2",
      "each#1/2/mail#1:2",
      "each#1/3/mail#1:1",
    ]);
    expectFolds(run);
  });

  test("of a list that failed, the next item that fails fails it again", () => {
    const config = { ...each.config, concurrency: 1 };
    const run = new PureRun(workflow([{ ...each, config }]), { people: ["ann", "ben"] });
    run.end("mail", refused);

    retry(run).end("mail", { kind: "ok" }).end("mail", refused);

    expect(run.state).toMatchObject({ status: "failed", error: { message: "Item 1 failed: No." } });
    expect(failedPath(run.state)).toBe("each#1/1/mail#1");
  });

  test("retried at another item than the one that failed, it fails by that one as before, and can still be retried there", () => {
    const run = new PureRun(workflow([each]), { people: ["ann", "ben"] });
    const path = (item: number): string => `each#1/${item}/mail#1`;
    const result = { ...refused, outcome: "failed", costNano: 0 } as const;
    run.endAt({ path: path(0), attempt: 1, epoch: 1, result });

    retry(run, { path: path(1) });
    expect(run.state).toMatchObject({ status: "failed", error: { code: "service_rejected" } });
    const points = retryPoints(run.state).map((point) => point.path);
    expect(points).toEqual([...new Set(points)]);
    retry(run, { path: path(0) });
    expect(run.act("mail")).toMatchObject({ path: path(0), phase: "running" });
    expectFolds(run);
  });
});

test("what can be done again is told by path", () => {
  const run = new PureRun(workflow([call("find", { next: "pay" }), call("pay")]));
  run.end("find", { kind: "ok" }).end("pay", refused);

  expect(retryPoints(run.state).map(({ path }) => path)).toEqual(["find#1", "pay#1"]);
});
