import { expect, test } from "vitest";
import type { JsonObject } from "../../src/shared/json.ts";
import { modelDown, refused } from "../support/recording-services.ts";
import { ShippedWorkflow } from "../support/shipped-workflow.ts";

const workflow = await ShippedWorkflow.read("incident-response");
const variables = { alertMessage: "Checkout answers 502", source: "prometheus" };
const PAGED = ["#engineering", "#oncall-alerts"];
const QUARTER_HOUR = 15 * 60_000;

test.for(["P1", "P2"])("%s pages people side by side and waits for an owner", async (severity) => {
  const { view, channels } = await workflow.run({
    variables,
    answers: [severity],
    deeds: [["U0CAROL", "take-over"]],
  });

  expect(view).toMatchObject({
    status: "completed",
    output: { severity, result: "owned", owner: "U0CAROL" },
  });
  expect(channels.toSorted()).toEqual(PAGED);
});

test("whoever reported it may take it over, too", async () => {
  const { view } = await workflow.run({
    variables,
    answers: ["P1"],
    deeds: [["U0BOB", "false-alarm"]],
  });

  expect(view.output).toEqual({ severity: "P1", result: "false-alarm", saidBy: "U0BOB" });
});

test("a page that reaches one place is enough to wait for an answer", async () => {
  const services = (_name: string, { channel }: JsonObject) =>
    channel === "#engineering" ? refused() : {};
  const { view } = await workflow.run({
    variables,
    answers: ["P2"],
    services,
    deeds: [["U0BOB", "take-over"]],
  });

  expect(view.output).toMatchObject({ result: "owned" });
});

test("everybody hears of it when no page gets through", async () => {
  const services = (_name: string, { channel }: JsonObject) =>
    channel === "#general" ? {} : refused();
  const { view, channels } = await workflow.run({ variables, answers: ["P1"], services });

  expect(view).toMatchObject({ status: "completed", requests: [] });
  expect(view.output).toEqual({ severity: "P1", result: "escalated" });
  expect(channels.at(-1)).toBe("#general");
});

test("everybody hears of it when nobody answers for a quarter of an hour", async () => {
  const { view, channels } = await workflow.run({
    variables,
    answers: ["P1"],
    deeds: [{ waitMs: QUARTER_HOUR }],
  });

  expect(view.output).toEqual({ severity: "P1", result: "escalated" });
  expect(channels).toEqual([...channels.slice(0, 2), "#general"]);
});

test("P3 is announced, and nobody is woken", async () => {
  const { view, channels } = await workflow.run({ variables, answers: ["P3"] });

  expect(view.output).toEqual({ severity: "P3", result: "announced", source: "prometheus" });
  expect(channels).toEqual(["#engineering"]);
});

test("P4 is only logged", async () => {
  const { view, calls } = await workflow.run({ variables, answers: ["P4"] });

  expect(view.output).toEqual({ severity: "P4", result: "logged", source: "prometheus" });
  expect(calls).toEqual([]);
});

test("an alert that could not be rated is taken for the worst", async () => {
  const { view, calls } = await workflow.run({
    variables,
    answers: [modelDown()],
    deeds: [["U0BOB", "take-over"]],
  });

  expect(view.output).toMatchObject({ severity: "P1", result: "owned" });
  expect(calls[0]?.params["message"]).toContain("P1");
});

test("these cases enter every step", () => {
  expect(workflow.notEntered()).toEqual([]);
});
