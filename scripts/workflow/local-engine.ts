import { dirname } from "node:path";
import type { DefinitionDiff } from "../../src/engine/definition/diff.ts";
import type { ValidationResult } from "../../src/engine/definition/problem.ts";
import { AppError } from "../../src/shared/errors.ts";
import { isJsonObject, type Json } from "../../src/shared/json.ts";
import { type OfflineEngine, openOfflineEngine } from "../eval/open-engine.ts";

const NO_MODEL = {
  complete: () => Promise.reject(new TypeError("No model is asked here.")),
};

/** An engine that knows the prompts beside a file. It calls nothing outside, and its store is gone afterwards. */
function openBeside(file: string): Promise<OfflineEngine> {
  const folder = file === "-" ? "." : dirname(file);
  return openOfflineEngine({ folder, model: NO_MODEL, defaultModel: "gpt-4o-mini" });
}

/** Checks a definition as a deployment does, without what only a workspace knows. */
export async function validateBeside(file: string, source: Json): Promise<ValidationResult> {
  await using opened = await openBeside(file);
  return opened.engine.workflows.validate(source);
}

/**
 * How one definition became another, as `workflow diff` in Slack says it.
 *
 * @throws {AppError} `definition_invalid` when one of them is not right.
 */
export async function diffBeside(file: string, from: Json, to: Json): Promise<DefinitionDiff> {
  await using opened = await openBeside(file);
  const { workflows } = opened.engine;
  const id = await store(opened, "the first", from, null);
  await store(opened, "the second", to, id);
  const versions = await workflows.versions(id);
  const [newest, before] = versions.map(({ version }) => version);
  if (newest === undefined || before === undefined) return workflows.diff(id, 1, 1);
  return workflows.diff(id, before, newest);
}

async function store(
  { engine }: OfflineEngine,
  which: string,
  source: Json,
  id: string | null,
): Promise<string> {
  const { version: _, ...definition } = isJsonObject(source) ? source : {};
  const asked = id === null ? definition : { ...definition, id };
  const result = await engine.workflows.deploy(asked, { by: "file:diff" });
  if (result.deployed) return result.workflowId;
  const [first] = result.problems;
  throw new AppError({
    code: "definition_invalid",
    message: `Of ${which} definition ${first?.path ?? ""} ${first?.message ?? "is not right"}. Check it with validate.`,
    details: { problems: result.problems.map((problem) => ({ ...problem })) },
  });
}
