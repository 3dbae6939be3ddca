import { describe, expect, test } from "vitest";
import { explain } from "../../../src/engine/definition/explain.ts";
import { validateDefinition } from "../../../src/engine/definition/validation/validate.ts";
import { TEMPLATES } from "../../../src/engine/workflows/templates.ts";
import type { JsonObject } from "../../../src/shared/json.ts";
import { realRegistries } from "../../support/registries.ts";

function explained(source: JsonObject) {
  const context = realRegistries();
  const { definition, problems } = validateDefinition(source, context);
  if (definition === null) throw new Error(JSON.stringify(problems));
  return explain(definition, context.services);
}

describe("explaining a definition", () => {
  test("tells triggers, inputs, steps with routes, side effects with places, approvers and limits", () => {
    const told = explained({ ...TEMPLATES.get("expense-approval"), id: "expense" });
    expect(told.triggers).toContain("Somebody starts it with the slash command");
    expect(told.inputs[0]).toBe("amount (number, required): Amount (USD)");
    expect(told.steps[0]).toMatchObject({ id: "ai-prescreen", depth: 0 });
    expect(told.steps[0]?.goesOn).toContain("on failure → manager-approval-unscreened");
    expect(told.steps.find(({ id }) => id === "two-person-approval")?.text).toMatch(
      /Asks @finance in #approvals: .*2 of them have to agree, and waits 3 d at most/,
    );
    expect(told.sideEffects.join("\n")).toContain("Posts to #approvals: ");
    expect(told.approvers.join("\n")).toContain("@finance (2 of them have to agree)");
    expect(told.limits[0]).toBe("AI may cost $0.10 a run at most.");
  });

  test("tells what people may do with a request besides deciding", () => {
    const told = explained({
      id: "ask",
      name: "Ask",
      inputs: { amount: { type: "number" } },
      steps: [
        {
          id: "ok",
          type: "approval",
          config: {
            title: "Pay?",
            approvers: ["@finance"],
            choices: [
              { id: "yes", label: "Pay" },
              { id: "no", label: "Refuse", comment: "required" },
            ],
            editable: { amount: { type: "number" } },
            remindAfter: "1d",
            escalateTo: ["@board"],
            escalateAfter: "2d",
          },
          next: { yes: "end", no: "end" },
        },
      ],
    });
    expect(told.steps[0]?.text).toContain(
      "Who decides may change amount. A comment is needed for Refuse. Reminds after 1 d. After 2 d, @board may decide, too.",
    );
  });

  test("tells durations that come from data as they are written", () => {
    const told = explained({
      id: "ask",
      name: "Ask",
      steps: [
        { id: "nap", type: "wait", config: { duration: "{{variables.days}}d" }, next: "ok" },
        {
          id: "ok",
          type: "approval",
          config: { title: "Pay?", approvers: ["@finance"], timeout: "{{variables.limit}}" },
          next: { approve: "end", reject: "end", expired: "end" },
        },
      ],
    });
    expect(told.steps[0]?.text).toContain("{{variables.days}}d");
    expect(told.steps[1]?.text).toContain("waits {{variables.limit}} at most");
  });

  test("tells what branches do, and counts a request that only reads as no change outside", () => {
    const request = (id: string, method: string): JsonObject => ({
      id,
      type: "service",
      config: { service: "http", url: "https://example.com/x", method },
    });
    const told = explained({
      id: "both",
      name: "Both",
      triggers: [
        { type: "schedule", cron: "0 9 * * 1-5" },
        { type: "message", channels: ["#ops"], keywords: ["down", "outage"] },
      ],
      steps: [
        {
          id: "fetch",
          type: "parallel",
          config: {
            branches: [
              { id: "read", steps: [request("look", "GET")] },
              { id: "write", steps: [request("tell", "POST")] },
            ],
          },
        },
      ],
    });
    expect(told.triggers).toEqual([
      "The clock starts it (cron 0 9 * * 1-5)",
      "A message in a channel starts it (channels #ops, keywords down or outage)",
    ]);
    expect(told.steps.map(({ id, depth }) => [id, depth])).toEqual([
      ["fetch", 0],
      ["look", 1],
      ["tell", 1],
    ]);
    expect(told.sideEffects).toHaveLength(1);
    expect(told.sideEffects[0]).toContain("POST https:");
  });
});
