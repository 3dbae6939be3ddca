import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSimulator, type Simulator } from "../../simulator/simulator.ts";
import { isJsonObject, type JsonObject } from "../../src/shared/json.ts";
import { BotProcess } from "../support/bot-process.ts";
import { until } from "../support/until.ts";

/** The definition that the article deploys, as printed. */
const DEMO_TRIAGE = {
  id: "demo-triage",
  name: "Demo Ticket Triage",
  version: 1,
  steps: [
    {
      id: "classify",
      type: "ai-decision",
      config: {
        model: "gpt-4o-mini",
        prompt:
          "Classify this ticket: {{variables.ticketText}}. Respond with: billing, technical, or general.",
        outputVariable: "category",
        outputFormat: "enum",
        allowedValues: ["billing", "technical", "general"],
      },
      next: { default: "end" },
    },
  ],
};
const TICKET = {
  ticketText: "I cannot access my billing dashboard and my card was charged twice",
};

describe("the article's walk-through over HTTP", () => {
  let simulator: Simulator;
  let bot: BotProcess;

  beforeAll(async () => {
    simulator = await openSimulator();
    bot = await BotProcess.start(simulator);
  });

  afterAll(async () => {
    await bot[Symbol.asyncDispose]();
    await simulator[Symbol.asyncDispose]();
  });

  async function call(path: string, body?: object): Promise<JsonObject> {
    const answer = await fetch(`${bot.url}${path}`, {
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    });
    const parsed: unknown = await answer.json();
    if (!isJsonObject(parsed)) throw new Error("The answer is no JSON object.");
    return parsed;
  }

  test("warns of a channel and a database that are not there, and deploys all the same", async () => {
    const post = { service: "slack", channel: "#nowhere", message: "Hello" };
    const read = { service: "database", query: "select 1", connection: "crm" };

    const deployed = await call("/api/workflows", {
      id: "into-the-blue",
      name: "Into the blue",
      steps: [
        { id: "post", type: "service", config: post, next: "read" },
        { id: "read", type: "service", config: read },
      ],
    });

    expect(deployed).toMatchObject({
      success: true,
      warnings: [
        {
          path: "steps[0].config.channel",
          message: 'the bot is in no channel "#nowhere"',
          fix: "Check the name, and invite the bot there: type /invite and its name in the channel.",
        },
        {
          path: "steps[1].config.connection",
          message: 'there is no database connection "crm"',
          fix: "The operator sets DATABASE_URL_CRM in the bot's environment.",
        },
      ],
    });
  });

  test("deploys, executes, shows the execution, its metrics, its costs and the dashboard", async () => {
    expect(await call("/api/workflows", DEMO_TRIAGE)).toMatchObject({
      success: true,
      workflowId: "demo-triage",
      version: 1,
    });
    const started = await call("/api/workflows/demo-triage/execute", TICKET);
    expect(started).toEqual({
      executionId: expect.stringMatching(/^exec_[0-9a-f]{16}$/),
      status: "started",
    });

    const execution = await until(async () => {
      const shown = await call(
        `/api/executions/${JSON.stringify(started["executionId"]).slice(1, -1)}`,
      );
      return shown["status"] === "completed" ? shown : undefined;
    });

    expect(execution).toMatchObject({
      workflowId: "demo-triage",
      workflowVersion: 1,
      variables: { ...TICKET, category: "billing" },
      stepResults: {
        classify: { stepId: "classify", output: "billing", category: "billing", nextStep: "end" },
      },
      steps: [{ stepId: "classify", status: "completed", output: "billing" }],
      errors: [],
    });
    const cost = Number(execution["costAccumulator"]);
    expect(cost).toBeGreaterThan(0);
    expect(await call("/api/workflows/demo-triage/metrics")).toEqual({
      workflowId: "demo-triage",
      totalExecutions: 1,
      completed: 1,
      failed: 0,
      successRate: "100.0%",
      totalCost: `$${cost.toFixed(4)}`,
      avgCostPerExecution: `$${cost.toFixed(4)}`,
      avgDurationMs: expect.any(Number),
      last24h: 1,
    });
    expect(await call("/api/workflows/demo-triage/costs?days=30")).toEqual({
      workflowId: "demo-triage",
      period: "30 days",
      totalExecutions: 1,
      totalCost: cost,
      costByStep: {
        classify: {
          totalCost: `$${cost.toFixed(4)}`,
          avgCost: `$${cost.toFixed(4)}`,
          invocations: 1,
        },
      },
    });
    const dashboard = await call("/dashboard");
    expect(dashboard).toMatchObject({ totalExecutions: 1 });
    expect(dashboard["workflows"]).toContainEqual(
      expect.objectContaining({ id: "demo-triage", name: "Demo Ticket Triage" }),
    );
  });
});
