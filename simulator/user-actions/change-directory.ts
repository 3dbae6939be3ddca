import { z } from "zod";
import { BOT_USER_ID } from "../identity.ts";
import type { JsonObject } from "../json.ts";
import { deleteChannel, saveChannel } from "../workspace/channel-actions.ts";
import { directMessage } from "../workspace/direct-message.ts";
import { createId } from "../workspace/ids.ts";
import { saveUser, saveUsergroup } from "../workspace/people-actions.ts";
import type { Channel, User, Usergroup } from "../workspace/records.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ActionRefused } from "./action.ts";
import { channelSummary, userSummary } from "./summaries.ts";

const WorkspaceChange = z.strictObject({
  user: z.string().optional(),
  plan: z.enum(["free", "paid"]),
});

/** Changes the plan: on `free` there are no user groups. */
export function changeWorkspace(workspace: Workspace, body: JsonObject): object {
  const { plan } = parse(WorkspaceChange, body);
  workspace.state.directory.plan = plan;
  workspace.touch();
  workspace.feed.publish({ type: "directory" });
  return { plan };
}

const user = z.string().optional();
const ids = z.array(z.string());
const name = z.string().regex(/^[a-z0-9._-]{1,80}$/, "must be in lower case, without blanks");

const ChannelChange = z.strictObject({
  user,
  channel: z.string().optional(),
  name: name.optional(),
  members: ids.optional(),
  topic: z.string().optional(),
  is_private: z.boolean().optional(),
  is_archived: z.boolean().optional(),
  is_ext_shared: z.boolean().optional(),
  is_pending_ext_shared: z.boolean().optional(),
  is_org_shared: z.boolean().optional(),
  /** Members to add and to remove, where the whole list would be long. */
  add: ids.optional(),
  remove: ids.optional(),
  deleted: z.boolean().optional(),
});

const UsergroupChange = z.strictObject({
  user,
  usergroup: z.string().optional(),
  handle: name.optional(),
  name: z.string().optional(),
  users: ids,
});

const PersonChange = z.strictObject({
  user,
  person: z.string().regex(/^[UW][A-Z0-9]+$/, "must be an id such as U0FRANK"),
  name: name.optional(),
  real_name: z.string().optional(),
  title: z.string().optional(),
  is_admin: z.boolean().optional(),
  is_restricted: z.boolean().optional(),
  deleted: z.boolean().optional(),
});

/**
 * Makes a channel, or changes what the body mentions of the one named by `channel`: `name`, `members` (the whole list), `topic`,
 * `is_private`, `is_archived`, `is_ext_shared`, `is_pending_ext_shared`, `is_org_shared`; `add` and `remove` are members to add and
 * remove, and `deleted: true` deletes it. The app receives the events that Slack would send.
 *
 * @throws {ActionRefused} when a member of the list does not exist, or the name is missing or taken.
 */
export function changeChannel(workspace: Workspace, body: JsonObject): object {
  const change = parse(ChannelChange, body);
  const { directory } = workspace.state;
  const previous = directory.channel(change.channel ?? "");
  if (change.deleted === true) return removeChannel(workspace, previous, change.user);
  const known = previous ?? newChannel(workspace, change.channel);
  const next = channelWith(known, change);
  if (next.isIm || next.name === "") throw refused('"name" of a new channel is missing.');
  const taken = directory.channelByName(next.name);
  if (taken !== undefined && taken.id !== next.id) throw refused(`#${next.name} exists already.`);
  checkMembers(workspace, next.members);
  saveChannel(workspace, next, change.user ?? next.members[0] ?? BOT_USER_ID);
  return channelSummary(next);
}

function removeChannel(workspace: Workspace, channel: Channel | undefined, user?: string): object {
  if (channel === undefined || channel.isIm) throw refused("There is no such channel to delete.");
  deleteChannel(workspace, channel, user ?? channel.members[0] ?? BOT_USER_ID);
  return { ...channelSummary(channel), deleted: true };
}

function newChannel({ clock }: Workspace, id = createId("C")): Channel {
  const created = Math.floor(clock.now() / 1_000);
  return { id, name: "", isIm: false, members: [], topic: "", created };
}

function channelWith(known: Channel, change: z.output<typeof ChannelChange>): Channel {
  return {
    ...known,
    name: change.name ?? known.name,
    members: membersWith(change.members ?? known.members, change),
    topic: change.topic ?? known.topic,
    isPrivate: change.is_private ?? known.isPrivate === true,
    isArchived: change.is_archived ?? known.isArchived === true,
    isShared: change.is_ext_shared ?? known.isShared === true,
    isPendingShared: change.is_pending_ext_shared ?? known.isPendingShared === true,
    isOrgShared: change.is_org_shared ?? known.isOrgShared === true,
  };
}

function membersWith(
  members: readonly string[],
  { add = [], remove = [] }: z.output<typeof ChannelChange>,
): readonly string[] {
  return [...new Set([...members, ...add])].filter((member) => !remove.includes(member));
}

/**
 * Makes a user group, or gives the one named by `usergroup` other members: `users` is the whole list.
 *
 * @throws {ActionRefused} when a user does not exist, or a new group has no `handle`.
 */
export function changeUsergroup(workspace: Workspace, body: JsonObject): object {
  const change = parse(UsergroupChange, body);
  if (workspace.state.directory.plan === "free") {
    throw new ActionRefused("plan_upgrade_required", "A free workspace has no user groups.");
  }
  const id = change.usergroup ?? createId("S");
  const known = workspace.state.directory.usergroup(id) ?? { id, handle: "", name: "", users: [] };
  const { handle = known.handle, users } = change;
  if (handle === "") throw refused('"handle" of a new group is missing.');
  const group: Usergroup = { id, handle, name: change.name ?? (known.name || handle), users };
  checkMembers(workspace, users);
  saveUsergroup(workspace, group);
  return group;
}

/**
 * Changes the member named by `person`: `real_name`, `title`, `is_admin`, `is_restricted`, `deleted`. One that does not exist joins
 * the workspace and needs a `name`.
 *
 * @throws {ActionRefused} when a new member has no name, or it is no person.
 */
export function changeUser(workspace: Workspace, body: JsonObject): object {
  const change = parse(PersonChange, body);
  const { directory } = workspace.state;
  const known = directory.user(change.person) ?? newcomer(change.person, change.name);
  if (known.isBot) throw refused('"person" names no person.');
  const next: User = {
    ...known,
    realName: change.real_name ?? known.realName,
    title: change.title ?? known.title,
    isAdmin: change.is_admin ?? known.isAdmin,
    isGuest: change.is_restricted ?? known.isGuest,
    isDeleted: change.deleted ?? known.isDeleted === true,
  };
  if (directory.directMessage(next.id) === undefined && next.isStranger !== true) {
    directory.saveChannel(directMessage(next));
  }
  saveUser(workspace, next);
  return userSummary(next);
}

function newcomer(id: string, handle: string | undefined): User {
  if (handle === undefined) throw refused('"name" of a new person is missing.');
  return {
    id,
    name: handle,
    realName: handle,
    email: `${handle}@heddle.example`,
    title: "",
    timeZone: "America/New_York",
    isAdmin: false,
    isGuest: false,
    isBot: false,
  };
}

function checkMembers(workspace: Workspace, members: readonly string[]): void {
  const unknown = members.find((id) => workspace.state.directory.user(id) === undefined);
  if (unknown !== undefined) throw refused(`There is no member ${unknown}.`);
}

function parse<T>(schema: z.ZodType<T>, body: JsonObject): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw refused(z.prettifyError(parsed.error));
}

function refused(message: string): ActionRefused {
  return new ActionRefused("invalid_arguments", message);
}
