import type { Scenario } from "../scenario.ts";
import { book, mail, type Outside, post, refused, result } from "../steps.ts";

/** Workflows in which something goes wrong as their definition foresees. */
export function troubles(outside: Outside): readonly Scenario[] {
  return [
    fallback(outside),
    failure(outside),
    partial(outside),
    retried(outside),
    cancelled(outside),
  ];
}

function fallback(outside: Outside): Scenario {
  return {
    definition: {
      id: "chaos-fallback",
      name: "Fallback",
      steps: [
        refused(outside, "try", { onFailure: "fallback", fallbackStep: "apologize", next: "sum" }),
        mail("apologize", "apologize", { next: "again" }),
        refused(outside, "again", { onFailure: "skip", next: "note" }),
        book("note", "note", { next: "sum" }),
        result("sum", { first: "stepResults.try.status", second: "stepResults.again.status" }),
      ],
    },
    plan: () => ({
      variables: {},
      expected: {
        status: "completed",
        output: { first: "failed", second: "skipped" },
        effects: ["mail apologize", "row note"],
      },
    }),
  };
}

function failure(outside: Outside): Scenario {
  return {
    definition: {
      id: "chaos-failure",
      name: "Failure",
      steps: [
        post(outside, "begin", "begin", { next: "break" }),
        refused(outside, "break", { next: "never" }),
        post(outside, "never", "never"),
      ],
    },
    plan: () => ({
      variables: {},
      expected: { status: "failed", output: null, effects: ["http begin"] },
    }),
  };
}

/** A branch fails, the others go on. */
function partial(outside: Outside): Scenario {
  const branches = [
    { id: "good", steps: [post(outside, "work", "work")] },
    { id: "bad", steps: [refused(outside, "fail")] },
    {
      id: "late",
      steps: [{ id: "nap", type: "wait", config: { duration: "700ms" } }, mail("tell", "tell")],
    },
  ];
  return {
    definition: {
      id: "chaos-partial",
      name: "Partial",
      steps: [
        { id: "all", type: "parallel", config: { branches, failureMode: "continue" }, next: "sum" },
        result("sum", {
          good: "stepResults.all.output.good.status",
          bad: "stepResults.all.output.bad.status",
        }),
      ],
    },
    plan: () => ({
      variables: {},
      expected: {
        status: "completed",
        output: { good: "completed", bad: "failed" },
        effects: ["http work", "mail tell"],
      },
    }),
  };
}

/** It fails, and goes on at the same step under the same key when somebody has seen to it. */
function retried(outside: Outside): Scenario {
  return {
    definition: {
      id: "chaos-retried",
      name: "Retried",
      steps: [
        post(outside, "begin", "begin", { next: "insist" }),
        post(outside, "insist", "insist once-refused", { next: "sum" }),
        result("sum", { begun: "stepResults.begin.status" }),
      ],
    },
    plan: () => ({
      variables: {},
      isRetried: true,
      expected: {
        status: "completed",
        output: { begun: "completed" },
        effects: ["http begin", "http insist once-refused"],
      },
    }),
  };
}

/** Somebody ends it while it waits, or in the middle of its effect. */
function cancelled(outside: Outside): Scenario {
  return {
    definition: {
      id: "chaos-cancelled",
      name: "Cancelled",
      steps: [
        post(outside, "begin", "begin", { next: "forever" }),
        { id: "forever", type: "wait", config: { duration: "1h" }, next: "never" },
        post(outside, "never", "never"),
      ],
    },
    plan: (chance) => ({
      variables: {},
      cancelAfterMs: chance.between(0, 2500),
      expected: { status: "cancelled", output: null, effects: [], maybe: ["http begin"] },
    }),
  };
}
