import { describe, expect, test } from "vitest";
import { type DefinitionDiff, diffDefinitions } from "../../../src/engine/definition/diff.ts";
import { Definition } from "../../../src/engine/definition/schema.ts";
import { createStepTypes } from "../../../src/engine/steps/index.ts";
import type { JsonObject } from "../../../src/shared/json.ts";

const TYPES = createStepTypes({ defaultModel: "gpt-4o-mini" });

function diff(from: JsonObject, to: JsonObject): DefinitionDiff {
  const whole = (part: JsonObject) => Definition.parse({ id: "w", name: "W", ...part });
  return diffDefinitions(whole(from), whole(to), {
    bodiesIn: ({ type, config }) => TYPES.get(type)?.bodiesIn?.(config) ?? [],
    sideEffectsOf: ({ steps }) =>
      steps.flatMap(({ type, id }) => (type === "service" ? [`calls ${id}`] : [])),
  });
}

const ask = { id: "ask", type: "approval", config: { title: "Pay?" }, next: { approve: "pay" } };
const pay = {
  id: "pay",
  type: "service",
  config: { service: "http", url: "https://bank.example/pay", method: "POST" },
};

describe("the difference of two versions", () => {
  test("is empty for the same content, however it is written", () => {
    const spelledOut = { ...pay, onFailure: "fail" };

    expect(diff({ steps: [pay] }, { limits: {}, steps: [spelledOut] })).toEqual({
      changes: [],
      sideEffects: { added: [], removed: [] },
      destinations: { added: [], removed: [] },
    });
  });

  test("names steps that came and went, and what that does outside", () => {
    const mail = {
      id: "mail",
      type: "service",
      config: { service: "email", to: "cfo@example.com" },
    };

    expect(diff({ steps: [ask, pay] }, { steps: [ask, mail] })).toEqual({
      changes: [
        { kind: "removed", area: "step", of: "pay", from: "service", to: null },
        { kind: "added", area: "step", of: "mail", from: null, to: "service" },
      ],
      sideEffects: { added: ["calls mail"], removed: ["calls pay"] },
      destinations: {
        added: ["email → cfo@example.com"],
        removed: ["http → https://bank.example/pay"],
      },
    });
  });

  test("names members, routes, and where a run begins", () => {
    const dearer = { ...pay, config: { ...pay.config, url: "https://other.example/pay" } };
    const routed = { ...ask, next: { approve: "pay", reject: "end" } };

    expect(diff({ steps: [ask, pay] }, { steps: [dearer, routed] }).changes).toEqual([
      {
        kind: "changed",
        area: "step",
        of: "pay",
        member: "config.url",
        from: "https://bank.example/pay",
        to: "https://other.example/pay",
      },
      {
        kind: "changed",
        area: "route",
        of: "ask",
        member: "next",
        from: { approve: "pay" },
        to: { approve: "pay", reject: "end" },
      },
      { kind: "changed", area: "route", of: "(start)", from: "ask", to: "pay" },
    ]);
  });

  test("looks into branches, and does not repeat them at the step that holds them", () => {
    const fork = (url: string) => ({
      id: "fork",
      type: "parallel",
      config: { branches: [{ id: "a", steps: [{ ...pay, config: { ...pay.config, url } }] }] },
    });

    expect(
      diff({ steps: [fork("https://a.example")] }, { steps: [fork("https://b.example")] }),
    ).toMatchObject({
      changes: [{ area: "step", of: "fork/a/pay", member: "config.url" }],
      destinations: { added: ["http → https://b.example"] },
    });
  });

  test("tells of triggers, inputs, limits and settings", () => {
    const before = { trigger: { type: "slash" }, inputs: { amount: { type: "number" } } };
    const after = {
      triggers: [{ type: "slash" }, { type: "webhook", path: "/webhooks/pay" }],
      inputs: { amount: { type: "number", max: 100 } },
      limits: { maxCostUsd: 2 },
      report: { channel: "#finance" },
    };

    expect(diff({ ...before, steps: [pay] }, { ...after, steps: [pay] })).toMatchObject({
      changes: [
        { kind: "added", area: "setting", of: "report" },
        { kind: "added", area: "trigger", of: "webhook", from: null },
        { kind: "changed", area: "input", of: "amount", to: { max: 100 } },
        { kind: "changed", area: "limit", of: "maxCostUsd", from: 0.5, to: 2 },
      ],
      destinations: { added: ["report → #finance"] },
    });
  });
});
