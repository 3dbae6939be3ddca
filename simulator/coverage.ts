/** How far the simulator supports a method, an event or a payload. */
export interface Coverage {
  readonly name: string;
  readonly status: "supported" | "partial" | "missing";
  /** The missing part, for `partial`. */
  readonly note?: string;
}

const supported = names(`
  api.test
  apps.connections.open
  auth.test
  bots.info
  chat.delete
  chat.deleteScheduledMessage
  chat.getPermalink
  chat.meMessage
  chat.postEphemeral
  conversations.archive
  conversations.create
  conversations.history
  conversations.invite
  conversations.join
  conversations.kick
  conversations.leave
  conversations.members
  conversations.rename
  conversations.replies
  conversations.unarchive
  reactions.add
  reactions.remove
  usergroups.users.list
  users.conversations
  users.info
  users.list
  users.lookupByEmail
  views.open
  views.publish
  views.push
  views.update
`);

const partial: Readonly<Record<string, string>> = {
  "openid.connect.token":
    "codes, no refresh tokens; redirect URLs on this machine in place of configured ones",
  "chat.postMessage": "no unfurling, no `parse` and `link_names`, attachments are kept as given",
  "chat.update": "as chat.postMessage",
  "chat.scheduleMessage": "forgotten when the simulator ends",
  "chat.scheduledMessages.list": "no filter by time",
  "chat.startStream": "in threads only; sources of tasks are not shown",
  "chat.appendStream": "sources of tasks are not shown",
  "chat.stopStream": "sources of tasks are not shown",
  "users.getPresence": "everybody is there",
  "users.profile.get": "no custom fields",
  "agents.sessions.rename": "threads only, no session channels",
  "agents.sessions.setStatus": "threads only, no session channels; names and icons are not shown",
  "assistant.threads.setTitle": "told to the page, not kept",
  "conversations.info": "no group messages",
  "conversations.list": "no group messages",
  "conversations.setPurpose": "topic and purpose are one text",
  "conversations.setTopic": "topic and purpose are one text",
  "conversations.open": "finds direct messages; there are no group messages",
  "reactions.get": "messages only",
  "usergroups.list": "no disabled groups; people alone make and change groups",
  "assistant.threads.setStatus": "the page shows no loading messages, names and icons",
  "assistant.threads.setSuggestedPrompts": "shown on the page, not kept",
  "files.getUploadURLExternal": "up to 16 MB",
  "files.completeUploadExternal": "one folder of files, no previews",
  "files.delete": "messages go on showing the file's name",
  "files.info": "no comments, no shares",
  "team.info": "fixed values",
};

/** These answer `unknown_method`. */
const missing = names(`
  admin.analytics.getFile admin.apps.activities.list admin.apps.approve admin.apps.approved.list
  admin.apps.clearResolution admin.apps.config.lookup admin.apps.config.set
  admin.apps.requests.cancel admin.apps.requests.list admin.apps.restrict
  admin.apps.restricted.list admin.apps.uninstall admin.auth.policy.assignEntities
  admin.auth.policy.getEntities admin.auth.policy.removeEntities admin.barriers.create
  admin.barriers.delete admin.barriers.list admin.barriers.update admin.conversations.archive
  admin.conversations.bulkArchive admin.conversations.bulkDelete admin.conversations.bulkMove
  admin.conversations.convertToPrivate admin.conversations.convertToPublic
  admin.conversations.create admin.conversations.delete admin.conversations.disconnectShared
  admin.conversations.ekm.listOriginalConnectedChannelInfo
  admin.conversations.getConversationPrefs admin.conversations.getCustomRetention
  admin.conversations.getTeams admin.conversations.invite admin.conversations.lookup
  admin.conversations.removeCustomRetention admin.conversations.rename
  admin.conversations.restrictAccess.addGroup admin.conversations.restrictAccess.listGroups
  admin.conversations.restrictAccess.removeGroup admin.conversations.search
  admin.conversations.setConversationPrefs admin.conversations.setCustomRetention
  admin.conversations.setTeams admin.conversations.unarchive admin.emoji.add admin.emoji.addAlias
  admin.emoji.list admin.emoji.remove admin.emoji.rename admin.functions.list
  admin.functions.permissions.lookup admin.functions.permissions.set admin.inviteRequests.approve
  admin.inviteRequests.approved.list admin.inviteRequests.denied.list admin.inviteRequests.deny
  admin.inviteRequests.list admin.roles.addAssignments admin.roles.listAssignments
  admin.roles.removeAssignments admin.teams.admins.list admin.teams.create admin.teams.list
  admin.teams.owners.list admin.teams.settings.info admin.teams.settings.setDefaultChannels
  admin.teams.settings.setDescription admin.teams.settings.setDiscoverability
  admin.teams.settings.setIcon admin.teams.settings.setName admin.usergroups.addChannels
  admin.usergroups.addTeams admin.usergroups.listChannels admin.usergroups.removeChannels
  admin.users.assign admin.users.getExpiration admin.users.invite admin.users.list
  admin.users.remove admin.users.session.clearSettings admin.users.session.getSettings
  admin.users.session.invalidate admin.users.session.list admin.users.session.reset
  admin.users.session.resetBulk admin.users.session.setSettings admin.users.setAdmin
  admin.users.setExpiration admin.users.setOwner admin.users.setRegular
  admin.users.unsupportedVersions.export admin.workflows.collaborators.add
  admin.workflows.collaborators.remove admin.workflows.permissions.lookup admin.workflows.search
  admin.workflows.unpublish agents.conversations.archive agents.conversations.create
  agents.conversations.getCanvas agents.conversations.listViews agents.conversations.removeView
  agents.conversations.setCanvasContent agents.conversations.setCommands
  agents.conversations.setProperties agents.conversations.setView apps.event.authorizations.list apps.manifest.create
  apps.manifest.delete apps.manifest.export apps.manifest.update apps.manifest.validate
  apps.uninstall apps.user.connection.update  auth.revoke
  auth.teams.list blocks.validate bookmarks.add bookmarks.edit bookmarks.list bookmarks.remove
  calls.add calls.end calls.info calls.participants.add calls.participants.remove calls.update
  canvases.access.delete canvases.access.set canvases.create canvases.delete canvases.edit
  canvases.sections.lookup   
      chat.unfurl
  conversations.acceptSharedInvite conversations.approveSharedInvite
  conversations.canvases.create conversations.close
  conversations.declineSharedInvite conversations.externalInvitePermissions.set
  conversations.inviteShared conversations.listConnectInvites conversations.mark
  conversations.requestSharedInvite.approve conversations.requestSharedInvite.deny
  conversations.requestSharedInvite.list dialog.open dnd.endDnd dnd.endSnooze dnd.info dnd.setSnooze dnd.teamInfo
  emoji.list entity.presentDetails files.comments.delete files.list files.remote.add
  files.remote.info files.remote.list files.remote.remove files.remote.share files.remote.update
  files.revokePublicURL files.sharedPublicURL functions.completeError functions.completeSuccess
  migration.exchange oauth.access oauth.v2.access oauth.v2.exchange
  openid.connect.userInfo pins.add pins.list pins.remove reactions.list reminders.add
  reminders.complete reminders.delete reminders.info reminders.list rtm.connect search.all
  search.files search.messages slackLists.access.delete slackLists.access.set slackLists.create
  slackLists.download.get slackLists.download.start slackLists.items.create
  slackLists.items.delete slackLists.items.deleteMultiple slackLists.items.info
  slackLists.items.list slackLists.items.update slackLists.update stars.add stars.list
  stars.remove team.accessLogs team.billableInfo team.billing.info team.externalTeams.disconnect
  team.externalTeams.list team.integrationLogs team.preferences.list team.profile.get
  tooling.tokens.rotate usergroups.create usergroups.disable usergroups.enable usergroups.update
  usergroups.users.update users.deletePhoto users.discoverableContacts.lookup 
  users.identity  users.profile.set users.setPhoto users.setPresence
  workflows.featured.add workflows.featured.list workflows.featured.remove workflows.featured.set
`);

/** Every Web API method of Slack's SDK. */
export const METHODS: readonly Coverage[] = coverage(supported, partial, missing);

/** Every event of Slack's SDK. Those that are missing are never sent, even if the manifest subscribes to them. */
export const EVENTS: readonly Coverage[] = coverage(
  names(`
    agent_session_stopped app_context_changed app_home_opened app_mention app_rate_limited app_uninstalled channel_archive channel_created channel_deleted channel_left
    channel_rename channel_shared channel_unarchive channel_unshared file_created file_shared group_archive
    group_deleted group_left group_rename group_unarchive member_joined_channel member_left_channel
    message_metadata_deleted message_metadata_posted message_metadata_updated
    reaction_added reaction_removed subteam_created subteam_members_changed subteam_updated team_join tokens_revoked user_change
  `),
  { message: "new, edited and deleted messages and thread broadcasts; none of the other subtypes" },
  names(`
    agent_session_title_changed app_deleted app_installed  app_requested app_uninstalled_team
    assistant_thread_context_changed assistant_thread_started call_rejected      channel_history_changed channel_id_changed       dnd_updated dnd_updated_user
    email_domain_changed emoji_changed entity_details_requested file_change file_comment_deleted
    file_deleted file_public file_unshared function_executed
    grid_migration_finished grid_migration_started  group_close 
    group_history_changed  group_open   im_close im_created
    im_history_changed im_open invite_requested link_shared       
    pin_added pin_removed shared_channel_invite_accepted shared_channel_invite_approved
    shared_channel_invite_declined shared_channel_invite_received shared_channel_invite_requested
    star_added star_removed  subteam_self_added
    subteam_self_removed team_access_granted team_access_revoked team_domain_change
    team_rename user_huddle_changed user_profile_changed
    user_status_changed workflow_deleted workflow_published workflow_step_deleted
    workflow_step_execute workflow_unpublished
  `),
);

/** Everything else that Slack sends an app. */
export const PAYLOADS: readonly Coverage[] = coverage(
  names(
    "slash_command block_actions block_suggestion app_rate_limited url_verification view_submission view_closed shortcut message_action",
  ),
  {},
  names("dialog_submission dialog_suggestion interactive_message"),
);

function names(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

function coverage(
  full: readonly string[],
  some: Readonly<Record<string, string>>,
  none: readonly string[],
): readonly Coverage[] {
  return [
    ...full.map((name) => ({ name, status: "supported" as const })),
    ...Object.entries(some).map(([name, note]) => ({ name, status: "partial" as const, note })),
    ...none.map((name) => ({ name, status: "missing" as const })),
  ].sort((a, b) => (a.name < b.name ? -1 : 1));
}
