import type { UsersInfoResponse, WebClient } from "@slack/web-api";
import type { Clock } from "../engine/ports/clock.ts";
import type { Person } from "../engine/ports/directory.ts";
import { omitUndefined } from "../shared/omit-undefined.ts";
import { toSlackError } from "./errors.ts";
import { SharedAnswers } from "./shared-answers.ts";

/** Slack's own errors for "there is no such person here". */
const NO_SUCH_PERSON = new Set([
  "user_not_found",
  "user_not_visible",
  "users_not_found",
  "invalid_user",
]);

/**
 * People of one page of `users.list`, and pages of a sweep. The method is one of Tier 2, about 20 calls a minute
 * (docs.slack.dev/reference/methods/users.list), so that one sweep leaves room for a part of the next.
 */
const PAGE_SIZE = 500;
const MAX_PAGES = 15;

/**
 * The workspace's people. `users.info` takes about a hundred calls a minute (docs.slack.dev/apis/web-api/rate-limits); when they are
 * used up, the list of all people is read in their place.
 *
 * @returns people by id; who left the workspace is `null`.
 */
export function createPeople(client: WebClient, clock: Clock): SharedAnswers<Person> {
  let ownTeam: Promise<string | null> | null = null;

  function readOwnTeam(): Promise<string | null> {
    ownTeam ??= client.auth
      .test()
      .then((answer) => answer.team_id ?? null)
      .catch((error: unknown) => {
        ownTeam = null;
        throw toSlackError(error, "asking which workspace this is");
      });
    return ownTeam;
  }

  async function sweep(keep: (id: string, person: Person | null) => void): Promise<void> {
    const team = await readOwnTeam();
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const answer = await client.users.list({ limit: PAGE_SIZE, ...omitUndefined({ cursor }) });
      for (const user of answer.members ?? [])
        if (user.id !== undefined) keep(user.id, toPerson(user, team));
      cursor = answer.response_metadata?.next_cursor;
      if (!cursor) return;
    }
  }

  return new SharedAnswers({
    describe: (id) => `looking up the person ${id}`,
    read: async (user) => {
      const answer = await client.users.info({ user });
      return answer.user === undefined ? null : toPerson(answer.user, await readOwnTeam());
    },
    notThere: NO_SUCH_PERSON,
    clock,
    sweep,
  });
}

type SlackUser = NonNullable<UsersInfoResponse["user"]>;

/**
 * A person, read from Slack's answer; `null` for a closed account. @param team - our workspace's id; `null` if Slack did not say.
 *
 * @internal exported for its test
 */
export function toPerson(user: SlackUser, team: string | null): Person | null {
  if (user.id === undefined || user.deleted === true) return null;
  return {
    id: user.id,
    name: user.profile?.display_name || user.real_name || user.name || user.id,
    isAdmin: [user.is_admin, user.is_owner, user.is_primary_owner].includes(true),
    isGuest: [user.is_restricted, user.is_ultra_restricted].includes(true),
    isStranger: user.is_stranger === true || isOfOtherTeam(user, team),
    isBot: user.is_bot === true || user.id === "USLACKBOT",
  };
}

/** In an Enterprise Grid people carry the team they joined by; they are ours if our team is among theirs. */
function isOfOtherTeam(user: SlackUser, team: string | null): boolean {
  if (team === null || user.team_id === undefined || user.team_id === team) return false;
  return user.enterprise_user?.teams?.includes(team) !== true;
}
