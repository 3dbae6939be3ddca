import { describe, expect, test } from "vitest";
import { failedPath, retryPoints } from "../../../src/engine/execution/decider/retry-points.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";

import { call, expectFolds, refused, retry, started } from "../../support/retried-run.ts";

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
    const run = new ExecutionHarness(workflow([fork, call("last")]));
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
    const run = new ExecutionHarness(workflow([fork, call("last")]));
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
    const run = new ExecutionHarness(workflow([{ ...fork, config }, call("last")]));
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
    const run = new ExecutionHarness(workflow([fork, call("last")]));
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
      const run = new ExecutionHarness(workflow([{ ...fork, config }, call("last")]));
      run.end(first, refused).advance(1000).end(second, refused);

      expect(run.state.status).toBe("failed");
      expect(failedPath(run.state)).toContain(`/${second}#1`);
    }
  });

  test("a later failure can go back into a branch that had completed", () => {
    const run = new ExecutionHarness(workflow([fork, call("last")]));
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
    const run = new ExecutionHarness(workflow([slow]));
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
  const run = new ExecutionHarness(
    workflow([{ id: "fork", type: "parallel", config: { branches } }]),
  );
  run.end("quick", { kind: "ok" }).advance(600_000);
  expect(failedPath(run.state)).toBe("fork#1/slow");
  run.advance(3_600_000);

  retry(run).advance(599_999);
  expect(run.activeStep("nap").phase).toBe("waiting");
  run.advance(1);

  expect(run.state.status).toBe("failed");
  expect(run.state.errors.at(-1)?.error.message).toContain("was not over in time");
});

test("a retry at a body that there is not, or folded twice, changes nothing", () => {
  const branches = [{ id: "mail", steps: [call("send")] }];
  const run = new ExecutionHarness(
    workflow([{ id: "fork", type: "parallel", config: { branches } }]),
  );
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
    const run = new ExecutionHarness(workflow([each]), { people: ["ann", "ben", "cem", "dee"] });
    const end = (index: number, result: Parameters<ExecutionHarness["end"]>[1]) => {
      const path = `each#1/${index}/mail#1`;
      const { attempt, epoch } = run.state.activeSteps.get(path) ?? { attempt: 0, epoch: 0 };
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
    const run = new ExecutionHarness(workflow([{ ...each, config }]), { people: ["ann", "ben"] });
    run.end("mail", refused);

    retry(run).end("mail", { kind: "ok" }).end("mail", refused);

    expect(run.state).toMatchObject({ status: "failed", error: { message: "Item 1 failed: No." } });
    expect(failedPath(run.state)).toBe("each#1/1/mail#1");
  });

  test("retried at another item than the one that failed, it fails by that one as before, and can still be retried there", () => {
    const run = new ExecutionHarness(workflow([each]), { people: ["ann", "ben"] });
    const path = (item: number): string => `each#1/${item}/mail#1`;
    const result = { ...refused, outcome: "failed", costNano: 0 } as const;
    run.endAt({ path: path(0), attempt: 1, epoch: 1, result });

    retry(run, { path: path(1) });
    expect(run.state).toMatchObject({ status: "failed", error: { code: "service_rejected" } });
    const points = retryPoints(run.state).map((point) => point.path);
    expect(points).toEqual([...new Set(points)]);
    retry(run, { path: path(0) });
    expect(run.activeStep("mail")).toMatchObject({ path: path(0), phase: "running" });
    expectFolds(run);
  });
});
