import type { UsersInfoResponse, WebClient } from "@slack/web-api";
import type { Clock } from "../engine/ports/clock.ts";
import type { Directory, Person } from "../engine/ports/directory.ts";
import { type ChannelFinder } from "./channels.ts";
import { toSlackError } from "./errors.ts";
import { type GroupFinder, groupIdOf } from "./groups.ts";
import { createChannelMembers, createGroupMembers } from "./members.ts";
import { createSharedAnswers } from "./shared-answers.ts";

/** Slack's own errors for "there is no such person here". */
const NO_SUCH_PERSON = new Set([
  "user_not_found",
  "user_not_visible",
  "users_not_found",
  "invalid_user",
]);

/** What finds groups and channels by their names. */
interface DirectoryParts {
  readonly groups: GroupFinder;
  readonly channels: ChannelFinder;
}

/**
 * The workspace's people, user groups and channels, read from Slack.
 *
 * People and members of groups and channels are read when they are asked for, because permissions depend on them, except that clicks
 * within two seconds share an answer, and older answers serve while Slack limits the calls.
 *
 * @throws {AppError} from its methods: `slack_unavailable`, `slack_rejected`.
 */
export function createDirectory(
  client: WebClient,
  { groups, channels }: DirectoryParts,
  clock: Clock,
): Directory {
  const members = createGroupMembers(client, clock);
  const inChannel = createChannelMembers(client, clock);
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

  const readUser = createSharedAnswers({
    describe: (id) => `looking up the person ${id}`,
    read: async (user) => (await client.users.info({ user })).user ?? null,
    notThere: NO_SUCH_PERSON,
    clock,
  });

  async function person(userId: string): Promise<Person | null> {
    const user = await readUser(userId);
    return user === null || user.deleted === true ? null : toPerson(user, await readOwnTeam());
  }

  async function groupMembers(group: string): Promise<readonly string[] | null> {
    const id = await toGroupId(group);
    return id === null ? null : members.of(id);
  }

  async function toGroupId(group: string): Promise<string | null> {
    // An id needs no list.
    const id = groupIdOf(group, new Map());
    if (id !== null) return id;
    const ids = await groups.ids().catch((error: unknown) => {
      throw toSlackError(error, "listing the user groups");
    });
    return groupIdOf(group, ids);
  }

  async function channelMembers(channel: string): Promise<readonly string[] | null> {
    const id = await channels.find(channel).catch((error: unknown) => {
      throw toSlackError(error, `looking for the channel ${channel}`);
    });
    return id === null ? null : inChannel.of(id);
  }

  return { person, groupMembers, channelMembers };
}

type SlackUser = NonNullable<UsersInfoResponse["user"]>;

/**
 * A person, read from Slack's answer. @param team - our workspace's id; `null` if Slack did not say.
 *
 * @internal exported for its test
 */
export function toPerson(user: SlackUser, team: string | null): Person | null {
  if (user.id === undefined) return null;
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
