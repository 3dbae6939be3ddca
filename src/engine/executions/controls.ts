import type { Engine } from "../api/engine.ts";
import type { PromptLibrary } from "../prompts/prompt-library.ts";
import type { WorkerOptions } from "../runtime/worker-options.ts";
import type { Workflows } from "../workflows/workflows.ts";
import { Approvals, type ApprovalsOptions } from "./approvals.ts";
import type { Executions } from "./executions.ts";
import { Migrations } from "./migrations.ts";
import { Retries } from "./retries.ts";

/** Gives versions with the prompts that an execution asks. */
export function compiler(library: PromptLibrary, workflows: Workflows): WorkerOptions["compiled"] {
  return async ({ start: { executionId, workflowId }, prompts }, version) =>
    library.attach(await workflows.compiled(workflowId, version), { executionId, prompts });
}

/** What people do to executions: decide, let them go on after their end, or with another version. */
export function connectControls(
  { store, clock, directory }: Pick<ApprovalsOptions, "store" | "clock" | "directory">,
  executions: Executions,
  workflows: Workflows,
  compiled: WorkerOptions["compiled"],
  wake: (executionId: string) => void,
) {
  const load: Executions["load"] = (executionId) => executions.load(executionId);
  const start: Engine["start"] = (request) => executions.start(request);
  const read: ApprovalsOptions["read"] = async (executionId) =>
    (await executions.read(executionId)).state;
  return {
    approvals: new Approvals({ store, clock, directory, read, wake }),
    retries: new Retries({ store, clock, load, start, wake }),
    migrations: new Migrations({ store, clock, load, workflows, compiled, wake }),
  };
}
