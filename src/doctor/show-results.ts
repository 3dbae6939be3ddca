import { styleText } from "node:util";
import { counted } from "../shared/counted.ts";
import { type CheckResult, count, type Finding, type Level } from "./finding.ts";

const MARKS = { ok: "✔", warning: "!", problem: "✘", unknown: "?" } as const;
const COLORS = { ok: "green", warning: "yellow", problem: "red", unknown: "cyan" } as const;
/** Where the texts of findings begin. */
const INDENT = 18;

/**
 * The lines of a check for a terminal. Colors only where standard output takes them.
 *
 * @param result - one without findings has no lines.
 */
export function showResult({ title, findings }: CheckResult): string {
  return findings
    .map((finding, index) => showFinding(index === 0 ? title : "", finding))
    .join("\n");
}

function showFinding(title: string, { level, what, fix }: Finding): string {
  const mark = styleText(COLORS[level], MARKS[level]);
  const head = `${mark} ${title.padEnd(INDENT - 2)}${indent(what)}`;
  return fix === undefined ? head : `${head}\n${" ".repeat(INDENT)}→ ${indent(fix)}`;
}

function indent(text: string): string {
  return text.replaceAll("\n", `\n${" ".repeat(INDENT + 2)}`);
}

/** The last line: what was found in all. */
export function showSummary(results: readonly CheckResult[]): string {
  const parts = (["problem", "warning", "unknown"] as const)
    .map((level) => nameCount(count(results, level), level))
    .filter((part) => part !== null);
  const verdict =
    count(results, "problem") > 0
      ? "Correct the problems first."
      : "Nothing keeps the bot from working.";
  return [verdict, ...(parts.length > 0 ? [`${parts.join(", ")}.`] : [])].join(" ");
}

function nameCount(found: number, level: Exclude<Level, "ok">): string | null {
  if (found === 0) return null;
  if (level === "unknown") return `${found} not checked`;
  return counted(found, level);
}

/** All findings for programs: `{ok, problems, warnings, checks: [{id, title, ms, findings: [{level, what, fix?}]}]}`. */
export function toJsonReport(results: readonly CheckResult[]): string {
  const problems = count(results, "problem");
  const warnings = count(results, "warning");
  return JSON.stringify({ ok: problems === 0, problems, warnings, checks: results }, null, 2);
}
