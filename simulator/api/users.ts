import { isJsonObject, type JsonObject } from "../json.ts";
import type { User } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import type { ApiCall, MethodRegistry } from "./method.ts";
import { page } from "./paging.ts";
import { SlackError } from "./slack-error.ts";
import { wireUser } from "./wire-user.ts";

/** People. */
export function registerUsers(methods: MethodRegistry): void {
  methods.add("users.info", { tier: 4, token: "bot", scopes: ["users:read"], run: runInfo });
  methods.add("users.list", { tier: 2, token: "bot", scopes: ["users:read"], run: runList });
  methods.add("users.getPresence", {
    tier: 3,
    token: "bot",
    scopes: ["users:read"],
    run: (call) => {
      person(call);
      return { presence: "active" };
    },
  });
  methods.add("users.profile.get", {
    tier: 4,
    token: "bot",
    scopes: ["users.profile:read"],
    run: runProfile,
  });
  methods.add("users.lookupByEmail", {
    tier: 3,
    token: "bot",
    scopes: ["users:read.email"],
    run: runLookup,
  });
}

function runInfo(call: ApiCall): JsonObject {
  return { user: wireUser(call.workspace, person(call)) };
}

function runProfile(call: ApiCall): JsonObject {
  const { profile } = wireUser(call.workspace, person(call));
  const { team: _team, ...rest } = isJsonObject(profile) ? profile : {};
  return { profile: rest };
}

/** @throws {SlackError} `user_not_found`. */
function person({ workspace, args }: ApiCall): User {
  const user = workspace.state.directory.user(args.required("user"));
  if (user === undefined) throw new SlackError("user_not_found");
  return user;
}

function runList({ workspace, args }: ApiCall): JsonObject {
  const { items, metadata } = page(args, members(workspace));
  const now = workspace.clock.now();
  return {
    members: items.map((user) => wireUser(workspace, user)),
    cache_ts: Math.floor(now / 1_000),
    ...metadata,
  };
}

/** Strangers are not members of the workspace. */
function members({ state }: Workspace): readonly User[] {
  return state.directory.users().filter((user) => user.isStranger !== true);
}

function runLookup({ workspace, args }: ApiCall): JsonObject {
  const user = workspace.state.directory.userByEmail(args.required("email"));
  if (user === undefined || user.isDeleted === true) throw new SlackError("users_not_found");
  return { user: wireUser(workspace, user) };
}
