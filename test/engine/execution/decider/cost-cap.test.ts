import { describe, expect, test } from "vitest";
import { nextDue } from "../../../../src/engine/execution/decider/advance.ts";
import { capOf, leftNano } from "../../../../src/engine/execution/decider/cost-cap.ts";
import type { RequestState } from "../../../../src/engine/model/state.ts";
import type { JsonObject } from "../../../../src/shared/json.ts";
import {
  BESIDE,
  CENT,
  choose,
  openBudget,
  script,
  TWO,
  takeOver,
} from "../../../support/capped-run.ts";
import { ExecutionHarness, workflow } from "../../../support/execution-harness.ts";

/** A run whose second step has no room: the first cost 5 cents. */
function capped(limits: JsonObject = {}, second: JsonObject = {}): ExecutionHarness {
  const run = new ExecutionHarness(TWO(limits, second));
  return run.end("first", { kind: "ok", output: "kept", costNano: 5 * CENT });
}

function openedBudgets(run: ExecutionHarness): readonly RequestState[] {
  return [...run.state.requests.values()].filter(({ opened }) => opened.budget);
}

describe("a call that could pass the cap", () => {
  test("waits, and the owner is asked with the figures", () => {
    const run = capped();

    expect(run.state).toMatchObject({ status: "waiting", spentNano: 5 * CENT, reservedNano: 0 });
    expect(run.activeStep("second")).toMatchObject({ phase: "waiting", waitingOn: "budget" });
    const { opened } = openBudget(run);
    expect(opened).toMatchObject({
      approvers: ["U0ALICE"],
      excluded: [],
      budget: { capNano: 10 * CENT, spentNano: 5 * CENT, neededNano: 6 * CENT, addNano: 1e9 },
    });
    expect(opened.choices.map(({ id }) => id)).toEqual(["add", "stop"]);
    expect(opened.message).toContain(
      'Step "second" may cost up to $0.0600. With $0.0500 spent that could pass the cap of $0.1000.',
    );
  });

  test("begins where it was when the owner adds a dollar, and its cap is a dollar higher", () => {
    const run = choose(capped(), "add");

    expect(run.activeStep("second")).toMatchObject({ phase: "running", attempt: 1, recoveries: 0 });
    expect(leftNano(run.workflow, run.state)).toBe(99 * CENT);
    expect(openOutcomes(run)).toEqual(["add"]);
    run.end("second", { kind: "ok", output: "done", costNano: CENT });
    expect(run.state).toMatchObject({ status: "completed", output: "done", spentNano: 6 * CENT });
  });

  test("is offered enough at once when a dollar is too little", () => {
    const run = capped({}, { reserveNano: 250 * CENT });

    expect(openBudget(run).opened.choices[0]).toMatchObject({ id: "add", label: "Add $3" });
    expect(choose(run, "add").activeStep("second").phase).toBe("running");
  });

  test("begins with the cheaper model when the owner prefers that", () => {
    const run = capped({}, { cheaperNano: 2 * CENT, model: "large" });
    expect(openBudget(run).opened.choices.map(({ label }) => label)).toContain("Use small");

    choose(run, "cheaper");

    expect(run.activeStep("second")).toMatchObject({ phase: "running", reservedNano: 2 * CENT });
    expect(run.activeStep("second").params).toMatchObject({ model: "small" });
  });

  test("is not offered a cheaper model that has no room either", () => {
    const run = capped({}, { cheaperNano: 5.5 * CENT });

    expect(openBudget(run).opened.choices.map(({ id }) => id)).not.toContain("cheaper");
  });

  test("ends the run with its results kept when the owner stops it", () => {
    const run = choose(capped(), "stop");

    expect(run.state).toMatchObject({ status: "cancelled", cancel: { by: "U0ALICE" } });
    expect(run.output("first")).toBe("kept");
    expect(openOutcomes(run)).toEqual(["stop"]);
  });

  test("keeps what it was to be asked while it waits", () => {
    const run = capped({}, { question: "{{stepResults.first.output}}" });
    const asked = { question: "kept", reserveNano: 6 * CENT };
    expect(run.activeStep("second").params).toEqual(asked);

    choose(run, "add");

    expect(run.activeStep("second")).toMatchObject({ phase: "running", params: asked });
    expect(run.activeStep("second").paramsHash).not.toBe("");
  });

  test("is begun as it was when the owner prefers to add, though a cheaper model is offered", () => {
    const run = choose(capped({}, { cheaperNano: 5 * CENT }), "add");

    expect(openedBudgets(run)[0]?.opened.choices.map(({ id }) => id)).toContain("cheaper");
    expect(run.activeStep("second").params).not.toHaveProperty("model");
    expect(run.state).toMatchObject({ addedNano: 1_000_000_000, reservedNano: 6 * CENT });
  });

  test("adds nothing for a choice that there is not", () => {
    const run = capped();
    const { id: requestId } = openBudget(run).opened;

    run.signal({
      id: "v1",
      kind: "decision",
      payload: { requestId, choice: "yes", by: "U0ALICE" },
    });

    expect(run.state).toMatchObject({ addedNano: 0, status: "waiting" });
  });

  test("is offered no dollar more than it takes", () => {
    const run = capped({}, { reserveNano: 200 * CENT });

    // 5 cents are spent and 10 are the cap: 1.95 dollars are short.
    expect(openBudget(run).opened.budget?.addNano).toBe(2_000_000_000);
  });

  test("asks in another round when it has to ask again", () => {
    const run = choose(capped({}, { reserveNano: 90 * CENT }), "add");
    run.end("second", { kind: "failed", costNano: 85 * CENT }).advance(5000);

    expect(openBudget(run).opened).toMatchObject({ id: "exec_1/second#1:budget:2", round: 2 });
    expect(openedBudgets(run)).toHaveLength(2);
  });

  test("tells what is held because nobody knows its price", () => {
    const run = new ExecutionHarness(TWO());
    run.end("first", { kind: "ok", costUnknown: true });

    expect(openBudget(run).opened.budget).toMatchObject({ spentNano: 0, heldNano: 6 * CENT });
    expect(openBudget(run).opened.message).toContain(
      "and $0.0600 held for calls of open or unknown price",
    );
  });

  test("counts one decision; a second click changes nothing", () => {
    const run = capped();
    const { id } = openBudget(run).opened;
    choose(run, "add");

    run.signal({
      id: `${id}:U0BOB`,
      kind: "decision",
      payload: { requestId: id, choice: "stop", by: "U0BOB" },
    });

    expect(run.log.at(-1)).toMatchObject({ type: "decision_refused", reason: "already_decided" });
    expect(run.state).toMatchObject({ status: "running", addedNano: 1e9 });
  });

  test("ends the run at once where the definition says so", () => {
    expect(capped({ onCostCap: "fail" }).state.error).toMatchObject({ code: "cost_cap_reached" });
  });

  test("ends the run that nobody owns: there is nobody to ask", () => {
    const run = new ExecutionHarness(TWO(), {}, null);
    run.end("first", { kind: "ok", output: null, costNano: 5 * CENT });

    expect(run.state).toMatchObject({ status: "failed", error: { code: "cost_cap_reached" } });
  });

  test("asks for a retry too, and goes on with the attempt that was due", () => {
    const run = new ExecutionHarness(TWO());
    run.end("first", { kind: "failed", costNano: 5 * CENT }).advance(60_000);
    expect(run.activeStep("first").waitingOn).toBe("budget");

    choose(run, "add");

    expect(run.activeStep("first")).toMatchObject({ phase: "running", attempt: 2 });
  });

  test("is withdrawn when the run is cancelled meanwhile", () => {
    const run = capped();

    run.signal({ id: "c1", kind: "cancel", payload: { by: "U0BOB" } });

    expect(run.state.status).toBe("cancelled");
    expect(openOutcomes(run)).toEqual(["cancelled"]);
  });
});

describe("a call that fits exactly", () => {
  test("is not asked about", () => {
    const run = new ExecutionHarness(TWO({}, { reserveNano: 5 * CENT }));

    run.end("first", { kind: "ok", costNano: 5 * CENT });

    expect(run.activeStep("second").phase).toBe("running");
  });

  test("into what is under way waits for that", () => {
    const run = new ExecutionHarness(BESIDE([6, 10]));

    expect(run.state.openRequests.size).toBe(0);
    run.end("s0", { kind: "ok" });
    expect(run.activeStep("s1").phase).toBe("running");
  });
});

test("a call waits for the price of one that was given up, which may leave room", () => {
  const branches = [
    { id: "a", timeoutMs: 1000, steps: [script("lost", { reserveNano: 8 * CENT })] },
    {
      id: "b",
      steps: [
        { id: "nap", type: "wait", config: { duration: "2s" } },
        script("next", { reserveNano: 8 * CENT }),
      ],
    },
  ];
  const config = { branches, failureMode: "continue" };
  const run = new ExecutionHarness(
    workflow([{ id: "all", type: "parallel", config }], { limits: { maxCostUsd: 0.1 } }),
  );
  run.advance(1000).advance(1000);
  expect(run.state.openRequests.size).toBe(0);

  run.take([
    { type: "late_result", path: "all#1/a/lost#1", attempt: 1, costNano: CENT, at: run.now },
  ]);

  expect(run.activeStep("next").phase).toBe("running");
});

test("a run that another one started has the smaller cap of the two", () => {
  const { workflow: definition, state } = new ExecutionHarness(TWO());
  const withCap = (capNano: number) => ({ ...state, start: { ...state.start, capNano } });

  expect(capOf(definition, withCap(4 * CENT))).toBe(4 * CENT);
  expect(capOf(definition, withCap(40 * CENT))).toBe(10 * CENT);
});

describe("branches", () => {
  test("that do not fit beside each other run one after the other, and nobody is asked", () => {
    const run = new ExecutionHarness(BESIDE([6, 6]));
    expect(
      [...run.state.activeSteps.values()].filter(({ phase }) => phase === "running"),
    ).toHaveLength(1);
    expect(run.state.requests.size).toBe(0);

    run.end("s0", { kind: "ok", output: 0, costNano: CENT });
    run.end("s1", { kind: "ok", output: 1, costNano: CENT });

    expect(run.state).toMatchObject({ status: "completed", spentNano: 2 * CENT });
  });

  test("ask only when what is under way cannot leave enough room", () => {
    const run = new ExecutionHarness(BESIDE([6, 6]));

    run.end("s0", { kind: "ok", output: 0, costNano: 5 * CENT });

    expect(run.activeStep("s1").waitingOn).toBe("budget");
  });

  test("whose retry had to wait for room are tried again in time when that fails, too", () => {
    const run = new ExecutionHarness(BESIDE([6, 6]));
    run.end("s0", { kind: "failed", costNano: 0 });
    run.advance(60_000);
    expect(run.activeStep("s0").phase).toBe("retrying");
    run.end("s1", { kind: "ok", output: 1, costNano: 0 });
    expect(run.activeStep("s0").phase).toBe("running");

    run.end("s0", { kind: "failed", costNano: 0 });

    expect(run.activeStep("s0")).toMatchObject({ phase: "retrying", due: expect.any(Number) });
    expect(nextDue(run.state, run.worklist)).toBe(run.activeStep("s0").due);
  });

  test("ask as well when what they waited for has to ask itself, and keeps what it holds", () => {
    const run = new ExecutionHarness(BESIDE([6, 6]));
    run.end("s0", { kind: "failed", costNano: 0 });
    expect(run.activeStep("s1").phase).toBe("running");
    run.advance(60_000);
    expect(run.activeStep("s0").phase).toBe("retrying");

    takeOver(run);

    expect(run.activeStep("s1")).toMatchObject({ waitingOn: "budget", reservedNano: 6 * CENT });
    expect(run.activeStep("s0").waitingOn).toBe("budget");
  });

  test("share what is added: a second question that it answers is withdrawn", () => {
    const run = new ExecutionHarness(BESIDE([12, 14]));
    expect(run.state.requests.size).toBe(2);

    choose(run, "add");

    expect(run.types().filter((type) => type === "step_started")).toHaveLength(2);
    expect(openOutcomes(run)).toEqual(["add", "room"]);
  });
});

describe("a call whose worker died", () => {
  test("may have been charged: what it could cost stays held when it is made again", () => {
    const run = takeOver(
      new ExecutionHarness(workflow([script("ask", { reserveNano: 6 * CENT })])),
    );

    expect(run.state.reservedNano).toBe(12 * CENT);
    run.end("ask", { kind: "ok", output: 1, costNano: CENT, costUnknown: true });
    expect(run.state).toMatchObject({ spentNano: CENT, unknownNano: 11 * CENT, reservedNano: 0 });
  });

  test("waits for budget if both together could pass the cap, and is known as a repeat", () => {
    const run = takeOver(new ExecutionHarness(TWO()));
    expect(run.activeStep("first")).toMatchObject({ waitingOn: "budget", reservedNano: 6 * CENT });

    choose(run, "add");

    expect(run.activeStep("first")).toMatchObject({
      attempt: 1,
      recoveries: 1,
      unknownBefore: true,
    });
  });
});

function openOutcomes(run: ExecutionHarness): readonly (string | undefined)[] {
  return [...run.state.requests.values()].map(({ outcome }) => outcome?.decision);
}
