import { BOT_USER_ID, TEAM } from "../identity.ts";
import type { User } from "../workspace/records.ts";
import { sessionChange } from "../workspace/session-actions.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { channelSummary, userSummary } from "./summaries.ts";

/**
 * Everything that a page needs to start as one person.
 *
 * @param inbox - path of the inbox page; `null` when there is no mail server.
 */
export function bootstrap(workspace: Workspace, user: User, inbox: string | null): object {
  const { directory, views } = workspace.state;
  const seen = directory.channels().filter((channel) => channel.members.includes(user.id));
  return {
    team: TEAM,
    user: userSummary(user),
    users: directory.users().map(userSummary),
    usergroups: directory.usergroups(),
    channels: seen.filter((channel) => !channel.isIm).map(channelSummary),
    dms: seen.filter((channel) => channel.isIm).map(channelSummary),
    commands: workspace.manifest.commands.map((command) => ({
      command: command.command,
      description: command.description,
      usage_hint: command.usageHint,
    })),
    shortcuts: workspace.manifest.shortcuts.map((shortcut) => ({
      name: shortcut.name,
      type: shortcut.type,
      callback_id: shortcut.callbackId,
      description: shortcut.description,
    })),
    bot: { id: BOT_USER_ID, name: workspace.manifest.botName },
    agent: workspace.manifest.isAgent,
    sessions: workspace.sessions
      .list()
      .filter((session) => directory.sees(user.id, session.channel))
      .map((session) => sessionChange(workspace, session)),
    suggested_prompts: workspace.manifest.suggestedPrompts,
    home: views.home(user.id)?.view ?? null,
    home_enabled: workspace.manifest.homeTab,
    views: views.modals(user.id).map((stored) => stored.view),
    status: workspace.status(),
    tour: workspace.tour,
    banner: {
      simulator: true,
      text: workspace.banner,
      realistic: workspace.realistic,
      mode: workspace.status().mode,
      inbox,
    },
    /** The change to resume the stream after: earlier changes are included in this answer. */
    last_event_id: workspace.feed.lastId,
  };
}
