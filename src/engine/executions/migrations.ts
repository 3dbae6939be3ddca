import { AppError } from "../../shared/errors.ts";
import type { MigrationRequest, MigrationResult } from "../api/executions.ts";
import { writeAnswerable } from "../execution/decider/answerable.ts";
import { planMigration } from "../execution/decider/migration.ts";
import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import { sentFrom } from "../ports/surface.ts";
import type { EngineEvents } from "../runtime/engine-events.ts";
import type { Workflows } from "../workflows/workflows.ts";
import type { AnswerablePeople } from "./answerable-people.ts";
import type { Executions } from "./executions.ts";

export interface MigrationsOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly executions: Pick<Executions, "load">;
  readonly workflows: Pick<Workflows, "active" | "compiledFor">;
  readonly people: AnswerablePeople;
  readonly events: EngineEvents;
}

/** Moves waiting executions to another version. The contract of each method stands in `Engine`. */
export class Migrations {
  readonly #options: MigrationsOptions;

  constructor(options: MigrationsOptions) {
    this.#options = options;
  }

  async migrate({ executionId, by, ...request }: MigrationRequest): Promise<MigrationResult> {
    const { store, clock, executions, workflows, people, events } = this.#options;
    const { workflow: from, state } = await executions.load(executionId);
    const { start, version: previous } = state;
    const version = request.version ?? (await workflows.active(start.workflowId)).version;
    if (version === previous) return { executionId, version, previous, changed: false };
    const answerable = await people.ofMigration(state.start, version, by);
    const to = {
      version,
      workflow: await workflows.compiledFor(state, version),
      by,
      answerable,
    };
    const plan = planMigration(from, to, state, clock.now());
    if (!plan.fits) throw refused(executionId, version, plan.reason);
    await store.signals.insert({
      // One for each state that it was checked in: a repeat is harmless.
      id: `migrate:${executionId}:${state.rev}:${version}`,
      executionId,
      kind: "migrate",
      payload: { by, version, ...writeAnswerable(answerable), ...sentFrom(by) },
      at: clock.now(),
    });
    events.emit("wake", { executionId });
    return { executionId, version, previous, changed: true };
  }
}

function refused(executionId: string, version: number, reason: string): AppError {
  return new AppError({
    code: "migration_refused",
    message: `Run ${executionId} cannot continue with version ${version}: ${reason}.`,
    details: { reason },
  });
}
