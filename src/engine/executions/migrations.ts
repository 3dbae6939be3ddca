import { AppError } from "../../shared/errors.ts";
import type { MigrationRequest, MigrationResult } from "../api/executions.ts";
import type { CompiledWorkflow } from "../definition/compile.ts";
import { planMigration } from "../execution/decider/migration.ts";
import type { ExecutionState } from "../model/state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import type { Workflows } from "../workflows/workflows.ts";
import type { Executions } from "./executions.ts";

export interface MigrationsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly executions: Pick<Executions, "load">;
  readonly workflows: Pick<Workflows, "active">;
  /** A version as this execution would execute it. @throws {AppError} `version_not_found`. */
  readonly compiled: (
    state: Pick<ExecutionState, "start" | "prompts">,
    version: number,
  ) => Promise<CompiledWorkflow>;
  readonly wake: (executionId: string) => void;
}

/** Lets waiting executions go on with another version. The contract of each method stands in `Engine`. */
export class Migrations {
  readonly #options: MigrationsOptions;

  constructor(options: MigrationsOptions) {
    this.#options = options;
  }

  async migrate({ executionId, by, ...request }: MigrationRequest): Promise<MigrationResult> {
    const { store, clock, executions, workflows, compiled, wake } = this.#options;
    const { workflow: from, state } = await executions.load(executionId);
    const { start, version: previous } = state;
    const version = request.version ?? (await workflows.active(start.workflowId)).version;
    if (version === previous) return { executionId, version, previous, changed: false };
    const to = { version, workflow: await compiled(state, version) };
    const plan = planMigration(from, to, state, clock.now());
    if (!plan.fits) throw refused(executionId, version, plan.reason);
    await store.signals.insert({
      // One for each state that it was checked in: a repeat is harmless.
      id: `migrate:${executionId}:${state.rev}:${version}`,
      executionId,
      kind: "migrate",
      payload: { by, version },
      at: clock.now(),
    });
    wake(executionId);
    return { executionId, version, previous, changed: true };
  }
}

function refused(executionId: string, version: number, reason: string): AppError {
  return new AppError({
    code: "migration_refused",
    message: `Run ${executionId} cannot go on with version ${version}: ${reason}.`,
    details: { reason },
  });
}
