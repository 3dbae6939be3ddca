import type { Caller } from "../engine/api/access.ts";
import { AppError } from "../shared/errors.ts";

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
