import type { WebClient } from "@slack/web-api";
import type { Clock } from "../engine/ports/clock.ts";
import type { Directory, Freshness } from "../engine/ports/directory.ts";
import type { ChannelFinder } from "./channels.ts";
import { toSlackError } from "./errors.ts";
import { type GroupFinder, groupIdOf } from "./groups.ts";
import { createChannelMembers } from "./members.ts";
import { createPeople } from "./people.ts";

/** What finds groups and channels by their names. */
interface DirectoryParts {
  readonly groups: GroupFinder;
  readonly channels: ChannelFinder;
}

/** The workspace's people, groups and channels, and what to do when Slack reports that one changed. */
export interface SlackDirectory extends Directory {
  personChanged(id: string): void;
  /** Without an id: any may have. */
  groupChanged(id?: string): void;
  /** A member came to a channel, or left it. */
  membersChanged(channel: string): void;
}

/**
 * The workspace's people, user groups and channels, read from Slack when they are asked for, because permissions depend on them; how
 * old an answer may be says `Freshness`. Each process keeps answers of its own, and an event reaches one process alone, so that the
 * ages bound how long the others may be wrong.
 *
 * @throws {AppError} from its methods: `slack_unavailable`, `slack_rejected`.
 */
export function createDirectory(
  client: WebClient,
  { groups, channels }: DirectoryParts,
  clock: Clock,
): SlackDirectory {
  const people = createPeople(client, clock);
  const inChannel = createChannelMembers(client, clock);

  async function groupMembers(
    group: string,
    freshness?: Freshness,
  ): Promise<readonly string[] | null> {
    const id = await toGroupId(group);
    return id === null ? null : groups.members.of(id, freshness);
  }

  async function toGroupId(group: string): Promise<string | null> {
    // An id needs no list.
    const id = groupIdOf(group, new Map());
    if (id !== null) return id;
    return groupIdOf(group, await groups.ids());
  }

  async function channelMembers(
    channel: string,
    freshness?: Freshness,
  ): Promise<readonly string[] | null> {
    const id = await channels.find(channel).catch((error: unknown) => {
      throw toSlackError(error, `looking for the channel ${channel}`);
    });
    return id === null ? null : inChannel.of(id, freshness);
  }

  return {
    person: (id, freshness) => people.of(id, freshness),
    groupMembers,
    channelMembers,
    personChanged: (id) => people.forget(id),
    groupChanged: (id) => groups.forget(id),
    membersChanged: (channel) => inChannel.forget(channel),
  };
}
