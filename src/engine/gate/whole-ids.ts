import { AppError, isAppError } from "../../shared/errors.ts";
import type { Executions } from "../executions/executions.ts";

/**
 * What begins an id may stand for one run when it is read and for another when it is acted on: many are named by their whole ids.
 *
 * @throws {AppError} `execution_not_found`; of one that was removed before, when and by whom.
 */
export async function assertWholeIds(
  executions: Pick<Executions, "resolveId">,
  ids: readonly string[],
): Promise<void> {
  for (const id of ids) {
    if ((await find(executions, id)) === id) continue;
    throw new AppError({
      code: "execution_not_found",
      message: `There is no run "${id}". Name runs by their whole ids.`,
    });
  }
}

async function find(executions: Pick<Executions, "resolveId">, id: string): Promise<string | null> {
  try {
    return await executions.resolveId(id);
  } catch (error) {
    if (isAppError(error, "execution_ambiguous")) return null;
    throw error;
  }
}
