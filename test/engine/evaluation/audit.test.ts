import { describe, expect, test } from "vitest";
import { decisionsOf, toDecisions } from "../../../src/engine/evaluation/audit.ts";
import { call } from "../../store/records.ts";

const RUN = "exec_1";

describe("what models were asked in a run", () => {
  test("is told by the entry of the step that asked, its calls in order", () => {
    const { value: _value, ...refused } = call(`${RUN}/judge#1:1:1`, RUN);
    const decisions = toDecisions([
      { ...refused, problem: "not JSON" },
      call(`${RUN}/judge#1:1:2`, RUN, { reason: "it burns", confidence: 0.9, costNano: null }),
      call(`${RUN}/all#1/left/judge#2:1:1`, RUN, { prompt: { name: "urgency", version: 2 } }),
      call(`${RUN}/judge#1:2:1`, RUN),
    ]);

    expect(decisions).toMatchObject([
      {
        stepId: "judge",
        path: "judge#1",
        decided: true,
        calls: [
          { attempt: 1, call: 1, problem: "not JSON", cost: 0.0000042 },
          { attempt: 1, call: 2, value: true, reason: "it burns", confidence: 0.9, cost: null },
          { attempt: 2, call: 1 },
        ],
      },
      { path: "all#1/left/judge#2", prompt: { name: "urgency", version: 2 } },
    ]);
  });

  test("of an entry whose last call was not usable is no decision", () => {
    const { value: _value, ...refused } = call(`${RUN}/judge#1:1:1`, RUN);

    expect(toDecisions([{ ...refused, problem: "empty" }])).toMatchObject([{ decided: false }]);
  });

  test("by a step that asked none is an error that names those that did", () => {
    const decisions = toDecisions([call(`${RUN}/judge#1:1:1`, RUN)]);

    expect(decisionsOf(decisions, "judge")).toHaveLength(1);
    expect(() => decisionsOf(decisions, "jugde")).toThrow(/"jugde" has asked no model.*judge/);
    expect(() => decisionsOf([], "judge")).toThrow(/No step has/);
  });
});
