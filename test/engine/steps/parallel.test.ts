import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";

const script = (id: string, rest: object = {}) => ({ id, type: "scripted", ...rest });
const refused = { kind: "failed", error: { code: "x", message: "No.", retryable: false } } as const;

/** Branches `mail` and `post` with one scripted step each, then `after`. */
function fork(
  config: JsonObject = {},
  mail: readonly object[] = [script("send")],
): ExecutionHarness {
  const branches = [
    { id: "mail", steps: mail },
    { id: "post", steps: [script("write")] },
  ];
  const all = JSON.parse(JSON.stringify({ branches, ...config }));
  return new ExecutionHarness(
    workflow([{ id: "fork", type: "parallel", config: all, next: "after" }, script("after")]),
  );
}

describe("parallel branches", () => {
  test("are under way at the same time, each step with a key of its own", () => {
    const run = fork();

    expect(run.activeStep("send")).toMatchObject({
      phase: "running",
      key: "exec_1/fork#1/mail/send#1",
    });
    expect(run.activeStep("write")).toMatchObject({
      phase: "running",
      key: "exec_1/fork#1/post/write#1",
    });
  });

  test("join when all have completed, and the output has each branch's results", () => {
    const run = fork();

    run.end("send", { kind: "ok", output: "sent" });
    expect(() => run.activeStep("after")).toThrow();
    run.end("write", { kind: "ok", output: "written" });

    expect(run.activeStep("after").phase).toBe("running");
    expect(run.output("fork")).toMatchObject({
      mail: { branchId: "mail", status: "completed", results: { send: { output: "sent" } } },
      post: { status: "completed", results: { write: { output: "written" } } },
    });
  });

  test("leave their results under the step's own id where it is unique", () => {
    const run = fork()
      .end("send", { kind: "ok", output: "sent" })
      .end("write", { kind: "ok", output: 1 });

    expect(run.output("send")).toBe("sent");
  });

  test("fail the step at the first failure, and what else is under way is given up", () => {
    const run = fork();

    run.end("send", refused);

    expect(run.state).toMatchObject({ status: "failed" });
    expect(run.state.error?.message).toContain('Branch "mail" failed: No.');
    expect(run.state.activeSteps.size).toBe(0);
  });

  test("with failureMode continue go on, and the output tells which failed", () => {
    const run = fork({ failureMode: "continue" });

    run.end("send", refused).end("write", { kind: "ok", output: 1 });

    expect(run.activeStep("after").phase).toBe("running");
    expect(run.output("fork")).toMatchObject({
      mail: { status: "failed", error: "No." },
      post: { status: "completed" },
    });
  });

  test("of which any is enough give up the rest", () => {
    const run = fork({ join: "any" });

    run.end("write", { kind: "ok", output: 1 });

    expect(run.output("fork")).toMatchObject({
      mail: { status: "cancelled" },
      post: { status: "completed" },
    });
    expect([...run.state.activeSteps.keys()]).toEqual(["after#1"]);
  });

  test("that take too long fail, and the others go on", () => {
    const branches = [
      { id: "mail", steps: [script("send")], timeoutMs: "1m" },
      { id: "post", steps: [script("write")] },
    ];
    const run = fork(JSON.parse(JSON.stringify({ branches, failureMode: "continue" })));

    run.advance(60_000).end("write", { kind: "ok", output: 1 });

    expect(run.output("fork")).toMatchObject({
      mail: { status: "failed" },
      post: { status: "completed" },
    });
  });

  test("go through their steps in the order of the list when there is no next", () => {
    const run = fork({}, [
      script("first", { config: { outputVariable: "x" } }),
      script("second", { config: { got: "{{variables.x}}" } }),
    ]);

    run.end("first", { kind: "ok", output: 7 });

    expect(run.activeStep("second").params).toMatchObject({ got: 7 });
    expect(run.state.variables["x"]).toBeUndefined();
  });

  test("export their variables at the join", () => {
    const run = fork({}, [script("send", { config: { outputVariable: "x" } })]);

    run.end("send", { kind: "ok", output: 7 }).end("write", { kind: "ok", output: 1 });

    expect(run.state.variables["x"]).toBe(7);
  });

  test("can hold approvals: a click in one branch while the other works", () => {
    const run = fork({}, [
      {
        id: "ok",
        type: "approval",
        config: { title: "?", approvers: ["U0BOB"] },
        next: { approve: "end", reject: "end" },
      },
    ]);
    expect(run.state.status).toBe("running");

    run.vote("U0BOB", "approve").end("write", { kind: "ok", output: 1 });

    expect(run.output("fork")).toMatchObject({
      mail: { results: { ok: { output: { decision: "approve" } } } },
    });
  });
});

test("a step of the body around keeps its result when a branch has a step of the same id", () => {
  const branches = [{ id: "mail", steps: [script("send")] }];
  const run = new ExecutionHarness(
    workflow([
      script("send", { next: "fork" }),
      { id: "fork", type: "parallel", config: JSON.parse(JSON.stringify({ branches })) },
    ]),
  );

  run.end("send", { kind: "ok", output: "outer" }).end("send", { kind: "ok", output: "inner" });

  expect(run.output("send")).toBe("outer");
});
