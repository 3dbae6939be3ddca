import { describe, expect, test } from "vitest";
import { advance } from "../../../../src/engine/execution/decider/advance.ts";
import { Worklist } from "../../../../src/engine/execution/decider/worklist.ts";
import { waitReasons } from "../../../../src/engine/execution/projections/execution-record.ts";
import { ExecutionHarness, fresh, NINE, workflow } from "../../../support/execution-harness.ts";

const script = (id: string, rest: object = {}) => ({ id, type: "scripted", ...rest });

describe("routing", () => {
  test.for([
    ["text goes by itself", "yes", "on-yes"],
    ["a number goes by its text", 7, "on-7"],
    ["a boolean goes by its text", true, "on-true"],
    ["an object goes by default", { yes: 1 }, "on-default"],
    ["a list goes by default, though its one member has a route", ["yes"], "on-default"],
    ["null goes by default, though a route is named like it", null, "on-default"],
    ["what no route names goes by default", "maybe", "on-default"],
    ["a name of Object's own is no route", "constructor", "on-default"],
  ] as const)("%s", ([, output, expected]) => {
    const run = new ExecutionHarness(
      workflow([
        script("ask", {
          next: {
            yes: "on-yes",
            7: "on-7",
            true: "on-true",
            null: "on-null",
            default: "on-default",
          },
        }),
        ...["on-yes", "on-7", "on-true", "on-null", "on-default"].map((id) => script(id)),
      ]),
    );

    run.end("ask", { kind: "ok", output });

    expect(run.activeStep(expected).phase).toBe("running");
  });

  test("an output without a route and without a default fails the run and names both", () => {
    const run = new ExecutionHarness(workflow([script("ask", { next: { yes: "end" } })]));

    run.end("ask", { kind: "ok", output: "perhaps" });

    expect(run.state.status).toBe("failed");
    expect(run.state.error?.message).toContain('Step "ask" gave "perhaps"');
    expect(run.state.error?.message).toContain("it has: yes");
    expect(run.state.error?.retryable).toBe(false);
  });

  test("an output without a route is quoted only so far that the message can be read", () => {
    const run = new ExecutionHarness(workflow([script("ask", { next: { yes: "end" } })]));

    run.end("ask", { kind: "ok", output: "x".repeat(100_000) });

    expect(run.state.error?.message.length).toBeLessThan(500);
  });

  test("a root step without next ends the run with its output", () => {
    const run = new ExecutionHarness(workflow([script("only"), script("other")]));

    run.end("only", { kind: "ok", output: 42 });

    expect(run.state).toMatchObject({ status: "completed", output: 42 });
  });

  test("the output of a run is what its definition says, whatever the last step gave", () => {
    const total = { output: "stepResults.first.output + stepResults.last.output" };
    const run = new ExecutionHarness(
      workflow([script("first", { next: "last" }), script("last")], total),
    );

    run.end("first", { kind: "ok", output: 40 }).end("last", { kind: "ok", output: 2 });

    expect(run.state).toMatchObject({ status: "completed", output: 42 });
  });

  test("a run whose output cannot be computed fails and says so", () => {
    const run = new ExecutionHarness(
      workflow([script("only")], { output: "stepResults.only.output.sum" }),
    );

    run.end("only", { kind: "ok", output: {} });

    expect(run.state.status).toBe("failed");
    expect(run.state.error?.message).toContain("The run's output could not be computed: ");
  });

  test("a result may name the next step itself", () => {
    const run = new ExecutionHarness(
      workflow([script("ask", { next: "a" }), script("a"), script("b")]),
    );

    run.end("ask", { kind: "ok", output: 1, route: "b" });

    expect(run.activeStep("b").phase).toBe("running");
  });

  test("the output variable is written for the steps that follow", () => {
    const run = new ExecutionHarness(
      workflow([
        script("ask", { config: { outputVariable: "answer" }, next: "use" }),
        script("use", {
          config: { said: "{{variables.answer}}", same: "{{stepResults.ask.answer}}" },
        }),
      ]),
    );

    run.end("ask", { kind: "ok", output: "blue" });

    expect(run.activeStep("use").params).toMatchObject({ said: "blue", same: "blue" });
  });
});

describe("failure", () => {
  const failing = {
    kind: "failed",
    error: { code: "x", message: "No.", retryable: false },
  } as const;

  test("is tried again after a growing pause, three times in all", () => {
    const run = new ExecutionHarness(workflow([script("call")]));

    run.end("call", { kind: "failed" });
    const firstPause = (run.activeStep("call").due ?? 0) - run.now;
    run.advance(firstPause).end("call", { kind: "failed" });
    const secondPause = (run.activeStep("call").due ?? 0) - run.now;
    run.advance(secondPause).end("call", { kind: "failed" });

    expect(firstPause).toBeGreaterThanOrEqual(1000);
    expect(firstPause).toBeLessThanOrEqual(1250);
    expect(secondPause).toBeGreaterThanOrEqual(2000);
    expect(run.state.status).toBe("failed");
    expect(run.state.errors.map((error) => error.attempt)).toEqual([1, 2, 3]);
  });

  test("keeps its key in every attempt", () => {
    const run = new ExecutionHarness(workflow([script("call")]));
    const key = run.activeStep("call").key;

    run.end("call", { kind: "failed" }).advance(5000);

    expect(run.activeStep("call")).toMatchObject({ key, attempt: 2 });
    expect(key).toBe("exec_1/call#1");
  });

  test("waits as long as the other side asked", () => {
    const run = new ExecutionHarness(workflow([script("call")]));

    run.end("call", { kind: "failed", retryAfterMs: 60_000 });

    expect(run.activeStep("call").due).toBe(run.now + 60_000);
    expect(run.state.status).toBe("waiting");
  });

  test("that trying again cannot mend is not tried again", () => {
    const run = new ExecutionHarness(workflow([script("call")]));

    run.end("call", failing);

    expect(run.state).toMatchObject({ status: "failed", error: { message: "No." } });
  });

  test("skips the step where the definition says so, with a null output", () => {
    const run = new ExecutionHarness(
      workflow([script("call", { onFailure: "skip", next: "after" }), script("after")]),
    );

    run.end("call", failing);

    expect(run.activeStep("after").phase).toBe("running");
    expect(run.state.frames.get("")?.results["call"]).toMatchObject({
      status: "skipped",
      output: null,
    });
  });

  test("is not skipped where nothing says how to go on", () => {
    const run = new ExecutionHarness(
      workflow([script("call", { onFailure: "skip", next: { yes: "after" } }), script("after")]),
    );

    run.end("call", failing);

    expect(run.state).toMatchObject({ status: "failed", error: { message: "No." } });
  });

  test("goes to the fallback step and keeps the failed result with its error", () => {
    const run = new ExecutionHarness(
      workflow([
        script("call", { onFailure: "fallback", fallbackStep: "plan-b", next: "end" }),
        script("plan-b"),
      ]),
    );

    run.end("call", failing).end("plan-b", { kind: "ok", output: "saved" });

    expect(run.state).toMatchObject({ status: "completed", output: "saved" });
    expect(run.state.frames.get("")?.results["call"]).toMatchObject({
      status: "failed",
      error: { message: "No." },
    });
  });

  test("of a template takes the step's own way out", () => {
    const run = new ExecutionHarness(
      workflow([
        script("call", {
          config: { x: "{{variables.gone}}" },
          onFailure: "fallback",
          fallbackStep: "b",
          next: "end",
        }),
        script("b"),
      ]),
    );

    expect(run.activeStep("b").phase).toBe("running");
    expect(run.state.errors[0]?.error.code).toBe("template_missing");
  });
});

describe("limits", () => {
  test("a loop ends at maxSteps and the error names the step", () => {
    const run = new ExecutionHarness(
      workflow([{ id: "spin", type: "transform", config: { expression: "1" }, next: "spin" }], {
        limits: { maxSteps: 7 },
      }),
    );

    expect(run.state).toMatchObject({
      status: "failed",
      entered: 7,
      error: { code: "limit_exceeded" },
    });
    expect(run.state.error?.message).toContain('"spin"');
  });

  test("an attempt that could pass the cost cap is not begun", () => {
    const run = new ExecutionHarness(
      workflow(
        [
          script("first", { config: { reserveNano: 60_000_000 }, next: "second" }),
          script("second", { config: { reserveNano: 60_000_000 } }),
        ],
        {
          limits: { maxCostUsd: 0.1, onCostCap: "fail" },
        },
      ),
    );

    run.end("first", { kind: "ok", output: null, costNano: 50_000_000 });

    expect(run.state).toMatchObject({
      status: "failed",
      error: { code: "cost_cap_reached" },
      spentNano: 50_000_000,
    });
    expect(run.state.error?.message).toContain("$0.0600");
  });

  test("a run that passes its time limit fails and says in which step", () => {
    const run = new ExecutionHarness(workflow([script("slow")], { limits: { timeout: "1h" } }));

    run.advance(3_600_000);

    expect(run.state.error).toMatchObject({ code: "limit_exceeded" });
    expect(run.state.error?.message).toContain('in step "slow"');
  });

  test("a run that nobody took up before its time limit names no step", () => {
    const definition = workflow([script("slow")], { limits: { timeout: "1h" } });

    const state = fresh(definition);
    expect(advance(definition, state, new Worklist(state), NINE + 3_600_000)).toMatchObject([
      { type: "execution_failed", error: { message: "The run passed its time limit." } },
    ]);
  });
});

test("a run whose model is left alone waits for that, not for a failed attempt", () => {
  const run = new ExecutionHarness(workflow([{ id: "ask", type: "scripted", config: {} }]));
  const error = { code: "model_breaker_open", message: "Not asked.", retryable: true };

  run.end("ask", { kind: "failed", error, retryAfterMs: 15_000 });

  expect(waitReasons(run.state)).toEqual(["breaker"]);
  expect(run.activeStep("ask").due).toBe(run.now + 15_000);
});
