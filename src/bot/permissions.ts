import type { ExecutionView } from "../engine/api/executions.ts";
import type { Directory, Person } from "../engine/ports/directory.ts";
import { AppError } from "../shared/errors.ts";

/** What a person may do with the bot. Guests, strangers, bots and unknown people have no role at all. */
export type Role = "admin" | "member";

/** A person with the role that was found for them. */
export interface Caller {
  readonly userId: string;
  readonly name: string;
  readonly role: Role;
}

export interface Permissions {
  /** @throws {AppError} `not_allowed` for people without a role; `slack_unavailable` if Slack does not answer. */
  caller(userId: string): Promise<Caller>;
  /** User ids that are admins whatever their role in Slack. */
  readonly admins: readonly string[];
}

/** @param admins - user ids that are admins whatever their role in Slack. */
export function createPermissions(directory: Directory, admins: readonly string[]): Permissions {
  return {
    admins,
    caller: async (userId) => {
      const person = await directory.person(userId);
      if (person === null || !mayUse(person)) {
        throw new AppError({
          code: "not_allowed",
          message:
            "Workflows are for members of this workspace. Guests and people of other organizations cannot use them; ask a member.",
        });
      }
      const isAdmin = person.isAdmin || admins.includes(userId);
      return { userId, name: person.name, role: isAdmin ? "admin" : "member" };
    },
  };
}

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

function mayUse(person: Person): boolean {
  return !person.isBot && !person.isGuest && !person.isStranger;
}
