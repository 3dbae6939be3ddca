import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject, type Json, type JsonObject } from "../../src/shared/json.ts";

/** Marks the names of samples wherever the name of a workflow is shown. */
const LABEL = "(sample)";

/** The id of the sample of a shipped workflow. */
export function sampleId(workflow: string): string {
  return `sample-${workflow}`;
}

/**
 * A shipped workflow as a sample: with its own id and name, started only by hand, and without
 * channels for its requests, so that past decisions get no cards.
 *
 * @throws {Error} when the file is missing or is no JSON object.
 */
export async function readSampleDefinition(folder: string, workflow: string): Promise<JsonObject> {
  const path = join(folder, `${workflow}.json`);
  const shipped: Json = JSON.parse(await readFile(path, "utf8"));
  if (!isJsonObject(shipped)) throw new Error(`${path} holds no workflow.`);
  const { triggers: _triggers, trigger: _trigger, ...rest } = withoutRequestChannels(shipped);
  return {
    ...rest,
    id: sampleId(workflow),
    name: `${toText(shipped["name"])} ${LABEL}`,
    description: `Sample data of the demo: runs of the last 30 days that never happened. ${toText(shipped["description"])}`,
  };
}

function toText(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function withoutRequestChannels(definition: JsonObject): JsonObject {
  const { steps } = definition;
  if (!Array.isArray(steps)) return definition;
  return { ...definition, steps: steps.map(withoutChannel) };
}

function withoutChannel(step: Json): Json {
  if (!isJsonObject(step) || step["type"] !== "approval" || !isJsonObject(step["config"] ?? null)) {
    return step;
  }
  const { channel: _channel, ...config } = Object(step["config"]);
  return { ...step, config };
}
