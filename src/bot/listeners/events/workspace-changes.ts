import type { App } from "@slack/bolt";
import type { BotContext } from "../../context.ts";

/**
 * What Slack reports of channels, people and user groups: what was known of them counts no more. Slack delivers each event to one
 * connection, so that other processes hear nothing of it and rely on the age of what they know.
 */
export function register(app: App, context: BotContext): void {
  const closed = (channel: string): void => {
    context.workspace.channels.changes.closed(channel);
    context.cards.placeClosed(channel);
  };
  const shared = async (channel: string): Promise<void> => {
    await context.workspace.channels.changes.shared(channel);
    // What asks there must not stand there any more.
    context.cards.placeClosed(channel);
  };
  registerChannels(app, context.workspace, closed, shared);
  registerMembers(app, context.workspace, closed);
  registerPeople(app, context.workspace);
}

/** A channel was archived or deleted, or the bot left it. */
type OnClosed = (channel: string) => void;

function registerChannels(
  app: App,
  { channels: { changes } }: BotContext["workspace"],
  closed: OnClosed,
  shared: (channel: string) => Promise<void>,
): void {
  app.event("channel_archive", async ({ event }) => closed(event.channel));
  app.event("channel_deleted", async ({ event }) => closed(event.channel));
  app.event("channel_left", async ({ event }) => closed(event.channel));
  app.event("group_archive", async ({ event }) => closed(event.channel));
  app.event("group_deleted", async ({ event }) => closed(event.channel));
  app.event("group_left", async ({ event }) => closed(event.channel));
  app.event("channel_shared", async ({ event }) => shared(event.channel));
  app.event("channel_unshared", async ({ event }) => shared(event.channel));
  app.event("channel_unarchive", async ({ event }) => changes.opened(event.channel));
  app.event("group_unarchive", async ({ event }) => changes.opened(event.channel));
  app.event("channel_rename", async ({ event: { channel } }) =>
    changes.renamed(channel.id, channel.name),
  );
  app.event("group_rename", async ({ event: { channel } }) =>
    changes.renamed(channel.id, channel.name),
  );
}

function registerMembers(
  app: App,
  { channels, directory }: BotContext["workspace"],
  closed: OnClosed,
): void {
  app.event("member_joined_channel", async ({ event, context: { botUserId } }) => {
    directory.membersChanged(event.channel);
    if (event.user === botUserId) await channels.changes.opened(event.channel);
  });
  app.event("member_left_channel", async ({ event, context: { botUserId } }) => {
    directory.membersChanged(event.channel);
    if (event.user === botUserId) closed(event.channel);
  });
}

function registerPeople(app: App, { directory }: BotContext["workspace"]): void {
  app.event("user_change", async ({ event }) => directory.personChanged(event.user.id));
  app.event("team_join", async ({ event }) => directory.personChanged(event.user.id));
  app.event("subteam_created", async () => directory.groupChanged());
  app.event("subteam_updated", async ({ event }) => directory.groupChanged(event.subteam.id));
  app.event("subteam_members_changed", async ({ event }) =>
    directory.groupChanged(event.subteam_id),
  );
}
