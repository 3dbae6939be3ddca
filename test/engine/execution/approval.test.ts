import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/shared/json.ts";
import { ExecutionHarness, workflow } from "../../support/execution-harness.ts";

const ask = (config: JsonObject = {}, next: JsonObject = { approve: "end", reject: "end" }) =>
  workflow([
    {
      id: "ok",
      type: "approval",
      config: {
        title: "Pay?",
        approvers: ["U0BOB", "U0CAROL", "U0EVE"],
        ...config,
      },
      next,
    },
  ]);

const HOUR = 3_600_000;

describe("an approval", () => {
  test("waits with everything the card has to show", () => {
    const run = new ExecutionHarness(
      ask(
        { title: "Pay {{variables.amount}}?", channel: "#approvals", timeout: "1h" },
        { approve: "end", reject: "end", expired: "end" },
      ),
      { amount: 640 },
    );

    const [request] = [...run.state.requests.values()];
    expect(run.state.status).toBe("waiting");
    expect(request?.opened).toMatchObject({
      id: "exec_1/ok#1",
      title: "Pay 640?",
      channel: "#approvals",
      approvers: ["U0BOB", "U0CAROL", "U0EVE"],
      excluded: ["U0ALICE"],
      expiresAt: run.now + HOUR,
      choices: [{ id: "approve" }, { id: "reject" }],
    });
  });

  test("goes on by the choice, and says who decided", () => {
    const run = new ExecutionHarness(ask());

    run.vote("U0BOB", "approve");

    expect(run.state.status).toBe("completed");
    expect(run.output("ok")).toMatchObject({ decision: "approve", decidedBy: "U0BOB" });
  });

  test("the first decision stands; a second one is refused and changes nothing", () => {
    const run = new ExecutionHarness(
      workflow([
        {
          id: "ok",
          type: "approval",
          config: { title: "?", approvers: ["U0BOB", "U0CAROL"] },
          next: { approve: "pause", reject: "end" },
        },
        { id: "pause", type: "wait", config: { duration: "1h" } },
      ]),
    );

    run.vote("U0BOB", "approve").vote("U0CAROL", "reject");

    expect(run.output("ok")).toMatchObject({ decision: "approve", decidedBy: "U0BOB" });
    expect(run.log.at(-1)).toMatchObject({
      type: "decision_refused",
      by: "U0CAROL",
      reason: "already_decided",
    });
  });

  test("a decision delivered twice counts once", () => {
    const run = new ExecutionHarness(ask({ required: 2 }));

    run.vote("U0BOB", "approve").vote("U0BOB", "approve");

    expect(run.state.status).toBe("waiting");
    expect(run.types().filter((type) => type === "decision_recorded")).toHaveLength(1);
  });

  test("with a quorum needs that many, but one rejection is enough to reject", () => {
    const approved = new ExecutionHarness(ask({ required: 2 })).vote("U0BOB", "approve");
    expect(approved.state.status).toBe("waiting");
    approved.vote("U0CAROL", "approve");
    expect(approved.output("ok")).toMatchObject({ decision: "approve", decidedBy: "U0CAROL" });

    const rejected = new ExecutionHarness(ask({ required: 2 }))
      .vote("U0BOB", "approve")
      .vote("U0CAROL", "reject");
    expect(rejected.output("ok")).toMatchObject({ decision: "reject" });
  });

  const timed = () => ask({ timeout: "1h" }, { approve: "end", reject: "end", expired: "end" });

  test("that nobody decides expires, which is not a rejection", () => {
    const run = new ExecutionHarness(timed()).advance(HOUR);

    expect(run.output("ok")).toMatchObject({ decision: "expired", decidedBy: null });
    expect([...run.state.requests.values()][0]?.outcome?.decision).toBe("expired");
    expect(run.log).toContainEqual(
      expect.objectContaining({ type: "timer_fired", path: "ok#1", due: run.now }),
    );
  });

  test("a click made before the expiry counts even if it is seen after", () => {
    const run = new ExecutionHarness(timed());
    run.now += HOUR + 5000;

    run.vote("U0BOB", "approve", run.now - 6000);

    expect(run.output("ok")).toMatchObject({ decision: "approve" });
    expect(run.types()).not.toContain("timer_fired");
  });

  test("a click made after the expiry is late even if the timer was not seen yet", () => {
    const run = new ExecutionHarness(timed());
    run.now += HOUR + 5000;

    run.vote("U0BOB", "approve");

    expect(run.output("ok")).toMatchObject({ decision: "expired" });
    expect(run.log).toContainEqual(
      expect.objectContaining({ type: "decision_refused", reason: "expired" }),
    );
  });

  test("of a cancelled run is closed as cancelled", () => {
    const run = new ExecutionHarness(ask());

    run.signal({ id: "c1", kind: "cancel", payload: { by: "U0ALICE" } });

    expect(run.state.status).toBe("cancelled");
    expect([...run.state.requests.values()][0]?.outcome?.decision).toBe("cancelled");
    run.vote("U0BOB", "approve");
    expect(run.log.at(-1)).toMatchObject({ type: "decision_refused", reason: "cancelled" });
  });
});

test("a decision that comes while the run is being cancelled is refused", () => {
  const approve: JsonObject = {
    id: "ok",
    type: "approval",
    config: { title: "Pay?", approvers: ["U0BOB"] },
    next: { approve: "end", reject: "end" },
  };
  const branches: JsonObject[] = [
    { id: "a", steps: [{ id: "slow", type: "scripted" }] },
    { id: "b", steps: [approve] },
  ];
  const run = new ExecutionHarness(
    workflow([{ id: "both", type: "parallel", config: { branches } }]),
  );
  run.signal({ id: "c1", kind: "cancel", payload: { by: "U0ALICE" } });

  run.vote("U0BOB", "approve");

  expect(run.log.at(-1)).toMatchObject({ type: "decision_refused", reason: "cancelled" });
});
