import type { UsergroupsListResponse, WebClient } from "@slack/web-api";
import type { Clock } from "../engine/ports/clock.ts";
import { toSlackFailure } from "./errors.ts";
import { SharedAnswers } from "./shared-answers.ts";

/** How old the list of user groups (not their members) may be, in milliseconds. */
const LIST_AGES = { usual: 60_000, limited: 600_000 };
/** There is one list. */
const LIST = "";

/** How long it is remembered that the workspace's plan has no user groups. */
const PLAN_MS = 300_000;

/** How long lists for display are not asked for again after a failure. */
const FAILED_MS = 30_000;

/** Slack's own errors for "there is no such group here". */
const NOT_THERE = new Set(["no_such_subteam", "subteam_not_found", "invalid_usergroup"]);

/** Ids of user groups by handle, in small letters and without `@`. */
export type GroupIds = ReadonlyMap<string, string>;

/** The workspace's user groups. */
export interface GroupFinder {
  /** At most a minute old, ten while Slack limits the calls. @throws {AppError} `slack_unavailable`, `slack_limited`, `slack_rejected`. */
  ids(): Promise<GroupIds>;
  /** The same for display: if Slack does not answer, the last known ones. */
  lastKnownIds(): Promise<GroupIds>;
  /** The members of a group, by its id. */
  readonly members: SharedAnswers<readonly string[]>;
  /** Groups changed: everything is asked anew, of one group or of all. */
  forget(id?: string): void;
}

type Usergroups = Pick<WebClient, "usergroups">;

export function createGroupFinder(client: Usergroups, clock: Clock): GroupFinder {
  let known: GroupIds = new Map();
  let failedAt = Number.NEGATIVE_INFINITY;
  const withPlan = createPlanMemory(clock);
  const members = createGroupMembers(client, withPlan, clock);
  const list = new SharedAnswers<GroupIds>({
    describe: () => "listing the user groups",
    read: async () =>
      toIds(await withPlan(() => client.usergroups.list({ include_disabled: false }))),
    notThere: new Set(),
    ages: { now: LIST_AGES, recent: LIST_AGES },
    clock,
  });

  async function ids(): Promise<GroupIds> {
    known = (await list.of(LIST)) ?? known;
    return known;
  }

  async function lastKnownIds(): Promise<GroupIds> {
    if (clock.now() - failedAt < FAILED_MS) return known;
    try {
      return await ids();
    } catch {
      failedAt = clock.now();
      return known;
    }
  }

  return {
    ids,
    lastKnownIds,
    members,
    forget: (id) => {
      members.forget(id);
      list.forget();
    },
  };
}

function toIds({ usergroups = [] }: UsergroupsListResponse): GroupIds {
  return new Map(
    usergroups.flatMap(({ id, handle }) =>
      id && handle ? [[handle.toLowerCase(), id] as const] : [],
    ),
  );
}

function createGroupMembers(
  client: Usergroups,
  withPlan: PlanMemory,
  clock: Clock,
): SharedAnswers<readonly string[]> {
  return new SharedAnswers<readonly string[]>({
    describe: (id) => `reading the members of the user group ${id}`,
    read: async (usergroup) =>
      (await withPlan(() => client.usergroups.users.list({ usergroup }))).users ?? [],
    notThere: NOT_THERE,
    clock,
    sweep: async (keep) => {
      const answer = await client.usergroups.list({ include_users: true });
      for (const { id, users } of answer.usergroups ?? []) if (id && users) keep(id, users);
    },
  });
}

type PlanMemory = <Answer>(call: () => Promise<Answer>) => Promise<Answer>;

/** Remembers that the plan has no user groups, which no call changes for now. */
function createPlanMemory(clock: Clock): PlanMemory {
  let refusal: { readonly error: unknown; readonly until: number } | null = null;
  return async (call) => {
    if (refusal !== null && clock.now() < refusal.until) throw refusal.error;
    try {
      return await call();
    } catch (error) {
      const failure = toSlackFailure(error);
      if (failure.kind === "refused" && failure.code === "plan_upgrade_required")
        refusal = { error, until: clock.now() + PLAN_MS };
      throw error;
    }
  };
}

/** The id of a group that is named by id, handle or mention; `null` if there is none. */
export function groupIdOf(group: string, ids: GroupIds): string | null {
  const mention = /^<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>$/.exec(group);
  if (mention?.[1] !== undefined) return mention[1];
  if (/^S[A-Z0-9]{5,}$/.test(group)) return group;
  return ids.get(group.replace(/^@/, "").toLowerCase()) ?? null;
}
