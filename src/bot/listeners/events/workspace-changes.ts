import type { App } from "@slack/bolt";
import type { BotContext } from "../../context.ts";

/**
 * What Slack reports of channels, people and user groups: what was known of them counts no more. Slack delivers each event to one
 * connection, so that other processes hear nothing of it and rely on the age of what they know.
 */
export function register(app: App, { workspace }: BotContext): void {
  registerChannels(app, workspace);
  registerMembers(app, workspace);
  registerPeople(app, workspace);
}

function registerChannels(app: App, { channels: { changes } }: BotContext["workspace"]): void {
  app.event("channel_archive", async ({ event }) => changes.closed(event.channel));
  app.event("channel_deleted", async ({ event }) => changes.closed(event.channel));
  app.event("channel_left", async ({ event }) => changes.closed(event.channel));
  app.event("group_archive", async ({ event }) => changes.closed(event.channel));
  app.event("group_deleted", async ({ event }) => changes.closed(event.channel));
  app.event("group_left", async ({ event }) => changes.closed(event.channel));
  app.event("channel_unarchive", async ({ event }) => changes.opened(event.channel));
  app.event("group_unarchive", async ({ event }) => changes.opened(event.channel));
  app.event("channel_rename", async ({ event: { channel } }) =>
    changes.renamed(channel.id, channel.name),
  );
  app.event("group_rename", async ({ event: { channel } }) =>
    changes.renamed(channel.id, channel.name),
  );
}

function registerMembers(app: App, { channels, directory }: BotContext["workspace"]): void {
  app.event("member_joined_channel", async ({ event, context: { botUserId } }) => {
    directory.membersChanged(event.channel);
    if (event.user === botUserId) await channels.changes.opened(event.channel);
  });
  app.event("member_left_channel", async ({ event, context: { botUserId } }) => {
    directory.membersChanged(event.channel);
    if (event.user === botUserId) channels.changes.closed(event.channel);
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
