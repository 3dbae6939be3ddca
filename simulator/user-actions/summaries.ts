import type { Channel, User } from "../workspace/records.ts";

/** A member as the person's side shows it. */
export function userSummary(user: User): object {
  return {
    id: user.id,
    name: user.name,
    real_name: user.realName,
    email: user.email,
    title: user.title,
    tz: user.timeZone,
    is_admin: user.isAdmin,
    is_restricted: user.isGuest,
    is_bot: user.isBot,
    is_stranger: user.isStranger === true,
    deleted: user.isDeleted === true,
  };
}

/** A conversation as the person's side shows it. */
export function channelSummary(channel: Channel): object {
  const { id, name, isIm, user, members, topic } = channel;
  return {
    id,
    name,
    is_im: isIm,
    is_private: channel.isPrivate === true,
    is_archived: channel.isArchived === true,
    is_ext_shared: channel.isShared === true,
    is_pending_ext_shared: channel.isPendingShared === true,
    is_org_shared: channel.isOrgShared === true,
    ...(user === undefined ? {} : { user }),
    members,
    topic,
  };
}
