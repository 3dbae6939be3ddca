import type { JsonObject } from "../../../../src/shared/json.ts";
import type { Scenario } from "../scenario.ts";
import { book, type Outside, PATIENT, post, result } from "../steps.ts";

/** Workflows whose steps hold steps, or start other workflows. */
export function nesting(outside: Outside): readonly Scenario[] {
  return [deliveries(outside), part(outside), parent(), detached(), abandoned()];
}

/** Items several at a time, one of them in branches. */
function deliveries(outside: Outside): Scenario {
  const branches = [
    { id: "pack", steps: [post(outside, "pack", "pack {{variables.parcel}}")] },
    { id: "note", steps: [book("note", "note {{variables.parcel}}")] },
  ];
  return {
    weight: 2,
    definition: {
      id: "chaos-deliveries",
      name: "Deliveries",
      steps: [
        {
          id: "each",
          type: "foreach",
          config: {
            items: "variables.parcels",
            as: "parcel",
            concurrency: 2,
            steps: [
              { id: "prepare", type: "parallel", config: { branches } },
              { id: "rest", type: "wait", config: { duration: "100ms" } },
              post(outside, "send", "send {{variables.parcel}}"),
            ],
          },
          next: "sum",
        },
        result("sum", { count: "size(stepResults.each.output)" }),
      ],
    },
    plan: (chance) => {
      const parcels = ["a", "b", "c", "d", "e"].slice(0, chance.between(1, 5));
      return {
        variables: { parcels },
        expected: {
          status: "completed",
          output: { count: parcels.length },
          effects: parcels.flatMap((parcel) => [
            `http pack ${parcel}`,
            `row note ${parcel}`,
            `http send ${parcel}`,
          ]),
        },
      };
    },
  };
}

/** What the workflows below start. It is never chosen by itself. */
function part(outside: Outside): Scenario {
  return {
    weight: 0,
    definition: {
      id: "chaos-part",
      name: "Part",
      // What runs side by side may spend is taken from one cap, so each takes little.
      limits: { maxCostUsd: 0.05 },
      output: "stepResults.work.output.data.done",
      steps: [
        {
          id: "think",
          type: "ai-decision",
          config: { prompt: "Write one friendly sentence about part {{variables.part}}." },
          retryPolicy: PATIENT,
          next: "work",
        },
        post(outside, "work", "work {{variables.part}}", { next: "linger" }),
        {
          id: "linger",
          type: "wait",
          config: { until: "{{variables.until}}" },
        },
      ],
    },
    plan: () => {
      throw new Error("It is started by others.");
    },
  };
}

function start(
  id: string,
  partName: string,
  config: JsonObject,
  rest: JsonObject = {},
): JsonObject {
  const variables = { run: "{{variables.run}}", part: partName, until: "{{variables.until}}" };
  return {
    id,
    type: "workflow",
    config: { workflowId: "chaos-part", variables, ...config },
    ...rest,
  };
}

const SOON = (): string => new Date(Date.now() + 300).toISOString();

/** Children that are waited for, one for each item. */
function parent(): Scenario {
  return {
    weight: 2,
    definition: {
      id: "chaos-parent",
      name: "Parent",
      steps: [
        {
          id: "each",
          type: "foreach",
          config: {
            items: "variables.parts",
            as: "part",
            concurrency: 3,
            steps: [start("child", "{{variables.part}}", {})],
          },
          next: "sum",
        },
        result("sum", { done: "stepResults.each.output.map(item, item.output)" }),
      ],
    },
    plan: (chance) => {
      const parts = ["x", "y", "z"].slice(0, chance.between(1, 3));
      const effects = parts.map((one) => `http work ${one}`);
      return {
        variables: { parts, until: SOON() },
        children: { count: parts.length, status: "completed" },
        expected: { status: "completed", output: { done: effects }, effects },
      };
    },
  };
}

/** A child that goes its own way. */
function detached(): Scenario {
  return {
    definition: {
      id: "chaos-detached",
      name: "Detached",
      steps: [
        start("child", "alone", { wait: false }, { next: "sum" }),
        result("sum", { started: "has(stepResults.child.output.executionId)" }),
      ],
    },
    plan: () => ({
      variables: { until: SOON() },
      children: { count: 1, status: "completed" },
      expected: { status: "completed", output: { started: true }, effects: ["http work alone"] },
    }),
  };
}

/** A parent that is cancelled while its child waits: the child ends with it. */
function abandoned(): Scenario {
  return {
    definition: {
      id: "chaos-abandoned",
      name: "Abandoned",
      steps: [start("child", "late", {})],
    },
    plan: (chance) => ({
      variables: { until: new Date(Date.now() + 3_600_000).toISOString() },
      cancelAfterMs: chance.between(0, 2500),
      children: { count: 1, status: "cancelled", isMaybe: true },
      expected: { status: "cancelled", output: null, effects: [], maybe: ["http work late"] },
    }),
  };
}
