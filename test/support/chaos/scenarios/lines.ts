import type { Scenario } from "../scenario.ts";
import { type Outside, post, result } from "../steps.ts";

/** Workflows whose runs wait for each other. */
export function lines(outside: Outside): readonly Scenario[] {
  return [turns(outside)];
}

/** One run of a line at a time: whoever is in it has it for itself, also while nobody is there. */
function turns(outside: Outside): Scenario {
  return {
    weight: 3,
    definition: {
      id: "chaos-turns",
      name: "Turns",
      concurrency: { key: "{{variables.line}}", limit: 1, onLimit: "queue" },
      steps: [
        post(outside, "enter", "enter", { next: "stay" }),
        { id: "stay", type: "wait", config: { duration: "100ms" }, next: "leave" },
        post(outside, "leave", "leave", { next: "sum" }),
        result("sum", { line: "variables.line" }),
      ],
    },
    plan: (chance) => {
      const line = chance.pick(["bridge", "tunnel", "ferry"]);
      return {
        variables: { line },
        line,
        expected: {
          status: "completed",
          output: { line },
          effects: ["http enter", "http leave"],
        },
      };
    },
  };
}
