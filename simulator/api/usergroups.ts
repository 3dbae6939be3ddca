import type { JsonObject } from "../json.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { SlackError } from "./slack-error.ts";
import { wireUsergroup } from "./wire-usergroup.ts";

/** User groups and who is in them. */
export function registerUsergroups(methods: MethodRegistry): void {
  const reading = { tier: 2, token: "bot", scopes: ["usergroups:read"] } as const;
  methods.add("usergroups.list", { ...reading, run: runList });
  methods.add("usergroups.users.list", { ...reading, run: runUsers });
}

function runList({ workspace, args }: ApiCall): JsonObject {
  requirePlan(workspace);
  const withUsers = args.flag("include_users");
  const withCount = args.flag("include_count");
  return {
    usergroups: workspace.state.directory.usergroups().map((group) => ({
      ...wireUsergroup(group),
      ...(withUsers ? { users: group.users } : {}),
      ...(withCount || withUsers ? { user_count: group.users.length } : {}),
    })),
  };
}

/** @see https://docs.slack.dev/reference/methods/usergroups.list `plan_upgrade_required` */
function requirePlan({ state }: ApiCall["workspace"]): void {
  if (state.directory.plan === "free") throw new SlackError("plan_upgrade_required");
}

function runUsers({ workspace, args }: ApiCall): JsonObject {
  requirePlan(workspace);
  const group = workspace.state.directory.usergroup(args.required("usergroup"));
  if (group === undefined) throw new SlackError("no_such_subteam");
  return { users: group.users };
}
