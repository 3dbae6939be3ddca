import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parser } from "@prometheus-io/lezer-promql";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import {
  describeMetrics,
  type MetricDescription,
} from "../../scripts/metrics-reference/describe-metrics.ts";
import { metricsReference } from "../../scripts/metrics-reference/reference.ts";

const ROOT = join(import.meta.dirname, "../..");
const read = (file: string) => readFile(join(ROOT, file), "utf8");

/** Labels that Prometheus itself gives. */
const OF_TARGETS = ["job", "instance", "le"];

const Rules = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Heddle[A-Za-z]+$/),
          expr: z.string(),
          for: z
            .string()
            .regex(/^\d+[smh]$/)
            .optional(),
          labels: z.strictObject({ severity: z.enum(["critical", "warning", "info"]) }),
          annotations: z.strictObject({ summary: z.string(), runbook: z.string() }),
        }),
      ),
    }),
  ),
});
const Dashboard = z.object({
  panels: z.array(
    z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).optional() }),
  ),
});

/** Metrics by the names under which they can be asked for: histograms have three. */
function metricsByName(): ReadonlyMap<string, MetricDescription> {
  return new Map(
    describeMetrics().flatMap((metric) => {
      const { name, type } = metric;
      const names =
        type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
      return names.map((one) => [one, metric] as const);
    }),
  );
}

/** What is wrong with an expression: no PromQL, a metric or a label that is not there. */
function problemsOf(expression: string): readonly string[] {
  const source = expression.replaceAll("$__rate_interval", "5m");
  const known = metricsByName();
  const problems: string[] = [];
  const labels = new Set(OF_TARGETS);
  const asked: string[] = [];
  parser.parse(source).iterate({
    enter(node) {
      const text = source.slice(node.from, node.to);
      const parent = node.node.parent?.name;
      if (node.type.isError) problems.push(`not PromQL at ${node.from}: ${source}`);
      if (node.name === "Identifier" && parent === "VectorSelector") {
        const metric = known.get(text);
        for (const label of metric?.labels ?? []) labels.add(label);
        if (metric === undefined && text !== "up") problems.push(`there is no metric ${text}`);
      }
      if (node.name === "LabelName") asked.push(text);
    },
  });
  return [
    ...problems,
    ...asked.filter((label) => !labels.has(label)).map((label) => `there is no label ${label}`),
  ];
}

test("docs/metrics.md has each metric that is registered", async () => {
  expect(await read("docs/metrics.md"), "run: npm run metrics-reference").toBe(metricsReference());
});

test("metrics are named as Prometheus asks for", () => {
  for (const { name, type, help } of describeMetrics().filter((one) =>
    one.name.startsWith("heddle"),
  )) {
    expect(name).toMatch(/^heddle_[a-z_]+$/);
    expect(name.endsWith("_total"), name).toBe(type === "counter");
    expect(help, name).toMatch(/^[A-Z0-9].*\.$/);
  }
});

describe("deploy/prometheus/alerts.yml", async () => {
  const { groups } = Rules.parse(parse(await read("deploy/prometheus/alerts.yml")));
  const rules = groups.flatMap((group) => group.rules);

  test.for(rules)("$alert asks for what there is, and its runbook is written", async (rule) => {
    expect(problemsOf(rule.expr)).toEqual([]);
    const [file = "", anchor] = rule.annotations.runbook.split("#");
    const headings = (await read(file)).matchAll(/^### (\w+)$/gm);
    expect([...headings].map(([, heading = ""]) => heading.toLowerCase())).toContain(anchor);
  });

  test("has each alert once, and docs/operations.md no other", async () => {
    const text = await read("docs/operations.md");
    const written = [...text.matchAll(/^### (Heddle\w+)$/gm)].map(([, name]) => name);
    expect(written).toEqual(rules.map(({ alert }) => alert));
  });
});

describe("deploy/grafana/heddle.json", async () => {
  const { panels } = Dashboard.parse(JSON.parse(await read("deploy/grafana/heddle.json")));

  test.for(panels.filter(({ targets }) => targets))("“$title” asks for what there is", (panel) => {
    for (const { expr } of panel.targets ?? []) expect(problemsOf(expr)).toEqual([]);
  });
});

test.for([
  ["sum(heddle_executions_endet_total)", "there is no metric heddle_executions_endet_total"],
  ['heddle_executions_queued{workflow="a"}', "there is no label workflow"],
  ["sum by (model) (heddle_due_lag_seconds)", "there is no label model"],
  ["heddle_step_duration_seconds", "there is no metric heddle_step_duration_seconds"],
  ["sum(heddle_due_lag_seconds", "not PromQL"],
] as const)("%s is reported", ([expression, problem]) => {
  expect(problemsOf(expression).join()).toContain(problem);
});
