import { asAppError } from "../../../shared/errors.ts";
import { type JsonObject, readOwn } from "../../../shared/json.ts";
import { findTemplates } from "../../language/template.ts";
import type { ProblemCollector } from "../problem-collector.ts";

/** What is known before the first step. */
const KNOWN_ROOTS: readonly unknown[] = [
  "variables",
  "trigger",
  "execution",
  "executionId",
  "workflowId",
];

/** The key is computed before the first step runs, so it can name no results. */
export function checkConcurrency(document: JsonObject, findings: ProblemCollector): void {
  const key = readOwn(document["concurrency"], "key");
  if (typeof key !== "string") return;
  const path = ["concurrency", "key"];
  const fix = "Use what is known at the start, such as {{variables.customer}}.";
  const templates = findTemplates(key, (_at, error) =>
    findings.problem(path, asAppError(error).message, fix),
  );
  for (const [root = ""] of templates.flatMap(({ template }) => template.paths)) {
    if (KNOWN_ROOTS.includes(root)) continue;
    findings.problem(path, `"${root}" is not known before the first step`, fix);
  }
}
