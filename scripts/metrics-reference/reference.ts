import { describeMetrics, type MetricDescription } from "./describe-metrics.ts";

const INTRODUCTION = `# Metrics

\`GET /metrics\` gives these in Prometheus's text format, to callers with \`API_TOKEN\` or on this machine ([the HTTP API](http.md)). Each process counts for itself, since it started; add them up in queries. Labels have few values: workflows after the first hundred and models after the first fifty are \`other\`, routes are those of [the API](http.md).

[alerts.yml](../deploy/prometheus/alerts.yml) and [the dashboard for Grafana](../deploy/grafana/heddle.json) use them; [operations](operations.md#when-an-alert-fires) says what to do. Written by \`npm run metrics-reference\`.
`;

/** The text of \`docs/metrics.md\`. */
export function metricsReference(): string {
  const all = describeMetrics();
  const own = all.filter(({ name }) => name.startsWith("heddle_"));
  const others = all.filter(({ name }) => !name.startsWith("heddle_"));
  return `${INTRODUCTION}
## Of the bot

${table(own)}
## Of Node and the process

${table(others)}`;
}

function table(metrics: readonly MetricDescription[]): string {
  const rows = metrics.map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(", "),
    help.replaceAll("|", "\\|"),
  ]);
  const all = [["metric", "type", "labels", "what it counts or measures"], ...rows];
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...all.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = all;
  const rule = widths.map((width) => "-".repeat(width));
  return `${[line(head), line(rule), ...body.map(line)].join("\n")}\n`;
}
