import { isJsonObject } from "../../shared/json.ts";
import type { Store } from "../ports/store.ts";

/**
 * The names of events that steps wait for, in every version of a workflow: runs of old versions go on. Versions never change, so
 * each is read once.
 */
export class AwaitedEvents {
  readonly #store: Pick<Store, "workflows">;
  readonly #names = new Map<
    string,
    { readonly versions: Set<number>; readonly names: Set<string> }
  >();

  constructor(store: Pick<Store, "workflows">) {
    this.#store = store;
  }

  /** @throws {AppError} `store_unavailable`. */
  async of(workflowId: string): Promise<ReadonlySet<string>> {
    const known = this.#names.get(workflowId) ?? { versions: new Set(), names: new Set() };
    this.#names.set(workflowId, known);
    for (const { version } of await this.#store.workflows.listVersions(workflowId)) {
      if (known.versions.has(version)) continue;
      const record = await this.#store.workflows.getVersion(workflowId, version);
      for (const name of namesIn(record?.definition["steps"])) known.names.add(name);
      known.versions.add(version);
    }
    return known.names;
  }
}

/** Wherever a step stands: in the list of the root, in branches, in the bodies of items. */
function namesIn(part: unknown): readonly string[] {
  if (Array.isArray(part)) return part.flatMap(namesIn);
  if (!isJsonObject(part)) return [];
  const { type, config } = part;
  const event = type === "wait" && isJsonObject(config) ? config["event"] : undefined;
  const own = typeof event === "string" ? [event] : [];
  return [...own, ...Object.values(part).flatMap(namesIn)];
}
