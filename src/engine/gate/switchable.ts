import { didYouMean } from "../../shared/did-you-mean.ts";
import { AppError } from "../../shared/errors.ts";
import { type Definition, triggersOf } from "../definition/schema.ts";
import { triggerId } from "../definition/trigger-type.ts";

/** By these people and programs name the workflow themselves. */
const ASKED: ReadonlySet<string> = new Set(["manual", "api", "slash"]);

/** @throws {AppError} `trigger_not_found`, `input_invalid` for a trigger by which people and programs start runs themselves. */
export function assertSwitchable(definition: Definition, id: string): void {
  const all = triggersOf(definition).map((trigger, index) => ({
    id: triggerId(trigger, index),
    type: trigger.type,
  }));
  const found = all.find((trigger) => trigger.id === id);
  if (found === undefined)
    throw notFound(
      definition.id,
      id,
      all.map((trigger) => trigger.id),
    );
  if (!ASKED.has(found.type)) return;
  throw new AppError({
    code: "input_invalid",
    message: `By "${id}" people and programs start "${definition.id}" themselves, so it cannot be switched off. Pause the workflow, or archive it.`,
  });
}

function notFound(workflowId: string, id: string, ids: readonly string[]): AppError {
  const known =
    ids.length === 0
      ? "It has none: people and programs start it."
      : `It has ${ids.join(", ")}.${didYouMean(id, ids)}`;
  return new AppError({
    code: "trigger_not_found",
    message: `The workflow "${workflowId}" has no trigger "${id.slice(0, 80)}". ${known}`,
  });
}
