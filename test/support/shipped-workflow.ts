import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionView } from "../../src/engine/api/executions.ts";
import { isJsonObject, type JsonObject } from "../../src/shared/json.ts";
import type { RecordedCall } from "./recording-services.ts";
import { WorkflowHarness, type WorkflowHarnessOptions } from "./workflow-harness.ts";

/** What people do while a run waits for them: who chooses what, or how long nobody does. */
export type Deed = readonly [by: string, choice: string] | { readonly waitMs: number };

export interface Case extends WorkflowHarnessOptions {
  readonly variables: JsonObject;
  readonly deeds?: readonly Deed[];
}

export interface Ended {
  readonly view: ExecutionView;
  readonly calls: readonly RecordedCall[];
  /** Channels that got a message, in order. */
  readonly channels: readonly string[];
}

/** A definition of the workflows folder, whose runs are watched for the steps that they enter. */
export class ShippedWorkflow {
  readonly id: string;
  readonly #definition: JsonObject;
  readonly #entered = new Set<string>();

  private constructor(id: string, definition: JsonObject) {
    this.id = id;
    this.#definition = definition;
  }

  static async read(id: string): Promise<ShippedWorkflow> {
    const path = join(import.meta.dirname, "../../workflows", `${id}.json`);
    return new ShippedWorkflow(id, JSON.parse(await readFile(path, "utf8")));
  }

  /** Runs one case to its end, on an engine of its own. */
  async run({ variables, deeds = [], ...options }: Case): Promise<Ended> {
    await using harness = await WorkflowHarness.open(this.#definition, options);
    let view = await harness.start(this.id, variables);
    const { executionId } = view;
    for (const deed of deeds) {
      view =
        "waitMs" in deed
          ? await harness.advance(executionId, deed.waitMs)
          : await harness.decide(executionId, ...deed);
    }
    for (const id of await harness.entered(executionId)) this.#entered.add(id);
    const messages = harness.calls.filter(({ name }) => name === "slack.sendMessage");
    return {
      view,
      calls: harness.calls,
      channels: messages.flatMap(({ params: { channel } }) =>
        typeof channel === "string" ? [channel] : [],
      ),
    };
  }

  /** Steps that no run so far has entered. */
  notEntered(): readonly string[] {
    return stepIds(this.#definition).filter((id) => !this.#entered.has(id));
  }
}

/** Ids of all steps, those within branches and other bodies too. */
function stepIds(part: unknown): readonly string[] {
  if (Array.isArray(part)) return part.flatMap(stepIds);
  if (!isJsonObject(part)) return [];
  const { id, type } = part;
  const own = typeof id === "string" && typeof type === "string" && "config" in part ? [id] : [];
  return [...own, ...Object.values(part).flatMap(stepIds)];
}
