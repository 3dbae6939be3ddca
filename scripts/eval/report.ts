import type {
  ArmReport,
  Difference,
  EvaluationReport,
  Figures,
  Share,
  StepReport,
} from "../../src/engine/api/evaluation.ts";
import { describeActual, describeExpected } from "../../src/engine/evaluation/labels.ts";
import type { Json } from "../../src/shared/json.ts";
import { toDollars } from "../../src/shared/money.ts";

const NOTE_CHARS = 90;

/** The report of an evaluation for a terminal. */
export function showReport({ workflowId, steps }: EvaluationReport): string {
  return steps.map((step) => showStep(workflowId, step)).join("\n\n");
}

function showStep(workflowId: string, { stepId, samples, arms, difference }: StepReport): string {
  const head = `${workflowId} / ${stepId} · ${samples} samples`;
  const parts = [head, "=".repeat(head.length), ...arms.map(showArm)];
  if (difference) parts.push(showDifference(difference));
  return parts.join("\n");
}

function showArm({ label, figures, outcomes }: ArmReport): string {
  const wrong = outcomes.flatMap((outcome, index) => {
    const { status, correct, sample, actual, error } = outcome;
    if (status === "skipped" || correct) return [];
    const said =
      status === "answered" ? showAnswer(actual, sample.expected) : (error?.message ?? "");
    const why = outcome.reason === undefined ? "" : ` (${outcome.reason})`;
    return `  #${index + 1} expected ${describeExpected(sample.expected)}, got ${cut(`${said}${why}`)}`;
  });
  return [
    label,
    `  right ${figures.correct} of ${figures.asked}${showShare(figures.accuracy)} · ${showForm(figures)}`,
    `  ${showMoney(figures)} · ${showLatency(figures)}${figures.skipped > 0 ? ` · ${figures.skipped} not asked` : ""}`,
    ...showConfusion(figures).map((line) => `  ${line}`),
    ...(wrong.length > 0 ? ["  wrong:", ...wrong] : []),
  ].join("\n");
}

/** A wrong text is shown in full. */
function showAnswer(actual: Json, expected: Json): string {
  return typeof actual === "string" ? actual : describeActual(actual, expected);
}

/** `valid 22, repaired 1, failed 1 (model_output_invalid 1)`. */
function showForm({ asked, repaired, failed, failures, invalidCalls, calls }: Figures): string {
  const why = Object.entries(failures).map(([code, count]) => `${code} ${count}`);
  const reasons = why.length > 0 ? ` (${why.join(", ")})` : "";
  return `valid at once ${asked - repaired - failed}, repaired ${repaired}, failed ${failed}${reasons} · ${invalidCalls} of ${calls} answers unusable`;
}

function showMoney({ costNano, costUnknown, asked }: Figures): string {
  const total = dollars(costNano);
  const each = asked > 0 ? `, ${dollars(costNano / asked)} each` : "";
  return costUnknown ? `cost at least ${total} (some prices are unknown)` : `cost ${total}${each}`;
}

function showLatency({ latencyMs }: Figures): string {
  return latencyMs === null
    ? "no latency"
    : `median ${seconds(latencyMs.median)}, 95 % within ${seconds(latencyMs.p95)}`;
}

/** Rows are labels, columns answers. */
function showConfusion({ confusion }: Figures): readonly string[] {
  const columns = [
    ...new Set(confusion.flatMap((row) => row.answers.map(({ actual }) => actual))),
  ].toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));
  const rows = confusion.map(({ expected, answers }) => [
    expected,
    ...columns.map((column) =>
      String(answers.find(({ actual }) => actual === column)?.count ?? "·"),
    ),
  ]);
  const table = [["expected \\ answered", ...columns], ...rows];
  const widths = columns
    .concat("")
    .map((_, index) => Math.max(...table.map((row) => row[index]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function showDifference(difference: Difference): string {
  const { both, onlyFirst, onlySecond, accuracy, isClear, costNano, medianMs } = difference;
  if (accuracy === null) return "No sample was asked of both.";
  const points = (share: number): string => `${share > 0 ? "+" : ""}${(share * 100).toFixed(1)}`;
  const verdict = isClear ? "a clear difference" : "could be chance";
  const faster = medianMs === null ? "" : `, median ${medianMs > 0 ? "+" : ""}${seconds(medianMs)}`;
  return [
    "first against second",
    `  accuracy ${points(accuracy.value)} points, with 95 % confidence from ${points(accuracy.from)} to ${points(accuracy.to)}: ${verdict}`,
    `  ${both} samples; right only by the first ${onlyFirst}, only by the second ${onlySecond}`,
    `  cost ${costNano >= 0 ? "+" : "−"}${dollars(Math.abs(costNano))}${faster}`,
  ].join("\n");
}

function showShare(share: Share | null): string {
  if (share === null) return "";
  const percent = (value: number): string => (value * 100).toFixed(0);
  return ` (${percent(share.value)} %, with 95 % confidence ${percent(share.from)}–${percent(share.to)} %)`;
}

function dollars(nano: number): string {
  return `$${toDollars(nano).toFixed(6)}`;
}

function seconds(ms: number): string {
  return Math.abs(ms) < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > NOTE_CHARS ? `${line.slice(0, NOTE_CHARS - 1)}…` : line;
}
