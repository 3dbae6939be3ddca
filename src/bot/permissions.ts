import type { Caller } from "../engine/api/access.ts";
import type { ExecutionView } from "../engine/api/executions.ts";
import { AppError } from "../shared/errors.ts";

/** @throws {AppError} `not_allowed` unless the caller started the run or is an admin. */
export function assertMayCancel(caller: Caller, view: ExecutionView): void {
  assertOwns(caller, view, "cancel");
}

/** @throws {AppError} `not_allowed` unless the caller started the run or is an admin. */
export function assertMayRetry(caller: Caller, view: ExecutionView): void {
  assertOwns(caller, view, "retry");
}

function assertOwns(caller: Caller, view: ExecutionView, what: string): void {
  if (caller.role === "admin" || view.trigger.userId === caller.userId) return;
  const starter =
    view.trigger.userId === undefined ? "" : `<@${view.trigger.userId}>, who started it, or `;
  throw new AppError({
    code: "not_allowed",
    message: `You cannot ${what} this run. Ask ${starter}an admin.`,
  });
}

/** @throws {AppError} `not_allowed` unless the caller is an admin. */
export function assertIsAdmin(caller: Caller, what: string): void {
  if (caller.role === "admin") return;
  throw new AppError({ code: "not_allowed", message: `Only admins may ${what}. Ask one.` });
}

/** @throws {AppError} `not_allowed`, naming who may, unless the caller is an admin. */
export function assertMayDeploy(caller: Caller, admins: readonly string[], how: string): void {
  if (caller.role === "admin") return;
  const named = admins.map((id) => `<@${id}>`).join(", ");
  const who = named === "" ? "" : `${named}, or `;
  throw new AppError({
    code: "not_allowed",
    message: `Only admins deploy workflows. Ask ${who}an owner or admin of this workspace: ${how}`,
  });
}
