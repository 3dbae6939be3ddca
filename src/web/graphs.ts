import { type Diagram, toDiagram } from "../diagrams/diagram.ts";
import { type Overlay, pathOf, sumPaths } from "../diagrams/overlay.ts";
import type { Engine } from "../engine/api/engine.ts";
import type { ExecutionView } from "../engine/api/executions.ts";
import { isAppError } from "../shared/errors.ts";

/** A diagram with what is laid over it. */
export interface Graph {
  readonly version: number;
  readonly diagram: Diagram;
  /** `null`: nothing of runs was asked for. */
  readonly overlay: Overlay | null;
}

/**
 * The diagram of a version, by default the active one.
 *
 * @param runs - how many of its last runs are counted, of those that the reader may see; 0: none.
 * @throws {AppError} `workflow_not_found`, `version_not_found`.
 */
export async function readWorkflowGraph(
  engine: Pick<Engine, "workflows" | "executions">,
  { id, version, runs }: { readonly id: string; readonly version?: number; readonly runs: number },
  reader: string,
): Promise<Graph> {
  const deployed = await engine.workflows.get(id, version);
  const diagram = toDiagram(deployed.definition);
  if (runs === 0) return { version: deployed.version, diagram, overlay: null };
  const { executions } = await engine.executions.list(
    { workflowId: id, version: deployed.version, limit: runs, isBounded: true },
    reader,
  );
  const views: ExecutionView[] = [];
  for (const { executionId } of executions) {
    const view = await readIfThere(engine, executionId, reader);
    if (view?.workflowVersion === deployed.version) views.push(view);
  }
  return { version: deployed.version, diagram, overlay: sumPaths(views) };
}

/** The diagram of an execution's version with the path that it has taken. @throws {AppError} as `executions.get`; `version_not_found`. */
export async function readExecutionGraph(
  engine: Pick<Engine, "workflows" | "executions">,
  id: string,
  reader: string,
): Promise<Graph> {
  const view = await engine.executions.get(id, reader);
  const { workflowId, workflowVersion: version } = view;
  const { definition } = await engine.workflows.get(workflowId, version);
  return { version, diagram: toDiagram(definition), overlay: pathOf(view) };
}

/** A run may be removed between the list and its reading. */
async function readIfThere(
  { executions }: Pick<Engine, "executions">,
  id: string,
  reader: string,
): Promise<ExecutionView | null> {
  try {
    return await executions.get(id, reader);
  } catch (error) {
    if (isAppError(error, "execution_not_found") || isAppError(error, "not_allowed")) return null;
    throw error;
  }
}
