import type { ExecutionRecord } from "../engine/ports/executions.ts";
import type { Store } from "../engine/ports/store.ts";
import { isJsonObject } from "../shared/json.ts";
import { LruMap } from "../shared/lru-map.ts";
import type { ModelCallOptions } from "./model-call-span.ts";
import { projectSpans } from "./project-spans.ts";
import type { Span } from "./span.ts";

/** Versions of workflows that are kept in mind. */
const MAX_VERSIONS = 200;

/** What a trace needs to know of a definition. */
interface Outline {
  /** By the ids of steps. */
  readonly types: ReadonlyMap<string, string>;
  /** Some input or step is `sensitive`. */
  readonly isSensitive: boolean;
}

/** Reads the spans of executions from their logs. */
export function createSpanReader(
  store: Pick<Store, "log" | "calls" | "workflows">,
  options: ModelCallOptions,
): (record: ExecutionRecord) => Promise<readonly Span[]> {
  const outlines = new LruMap<string, Outline>(MAX_VERSIONS);
  const outlineOf = async ({ workflowId, version }: ExecutionRecord): Promise<Outline> => {
    const key = `${workflowId} ${version}`;
    const known = outlines.get(key);
    if (known) return known;
    const stored = await store.workflows.getVersion(workflowId, version);
    const outline = toOutline(stored?.definition);
    // A version never changes.
    if (stored) outlines.set(key, outline);
    return outline;
  };
  return async (record) => {
    const { start, executionId } = record;
    const [commits, calls, outline] = await Promise.all([
      store.log.read(executionId, 0),
      store.calls.list(executionId),
      outlineOf(record),
    ]);
    const log = { start, commits, calls, typeOf: (stepId: string) => outline.types.get(stepId) };
    // What of a prompt is sensitive is known to the engine alone: where anything is, nothing is sent.
    const hasContent = options.hasContent && !outline.isSensitive;
    return projectSpans(log, { ...options, hasContent });
  };
}

function toOutline(definition: unknown): Outline {
  const types = new Map<string, string>();
  let isSensitive = definition === undefined;
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) visit(one);
    if (!isJsonObject(node)) return;
    const { id, type, sensitive } = node;
    if (sensitive === true) isSensitive = true;
    if (typeof id === "string" && typeof type === "string") types.set(id, type);
    for (const member of Object.values(node)) visit(member);
  };
  visit(definition);
  return { types, isSensitive };
}
