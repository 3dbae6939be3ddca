/**
 * Every name that Slack and this app agree on. Listeners, blocks and the test of `manifest.yml` read them here, so that a
 * button without a listener cannot happen.
 */
export const ACTION_IDS = {
  cancelRun: "cancel_run",
  retryRun: "retry_run",
  retryAll: "retry_all",
  whyRun: "why_run",
  showSteps: "show_steps",
  showStepsPage: "show_steps_page",
  showResult: "show_result",
  showResultPage: "show_result_page",
  labelRight: "label_right",
  labelOther: "label_other",
  deployDraft: "deploy_draft",
  changeDraft: "change_draft",
  discardDraft: "discard_draft",
  showPreview: "show_preview",
  showPreviewPage: "show_preview_page",
  changeRecentDraft: "change_recent_draft",
  answerAgain: "answer_again",
  askRun: "ask_run",
  askStatus: "ask_status",
  askPending: "ask_pending",
  withdrawVote: "withdraw_vote",
  delegate: "delegate",
  showRequest: "show_request",
  showRequestPage: "show_request_page",
  notMe: "not_me",
  receipts: "receipts",
  decideSeveral: "several_requests",
  allowSharing: "allow_sharing",
  revokeToken: "revoke_token",
  setCredential: "set_credential",
  credentialKind: "credential_kind",
  testCredential: "test_credential",
  removeCredential: "remove_credential",
  openForm: "open_form",
  chooseRun: "choose_run",
  fillFromLastRun: "fill_from_last_run",
  turnDecisions: "turn_decisions",
  runChosen: "run_chosen",
  runFromHome: "run_from_home",
  newWorkflow: "new_workflow",
  showRun: "show_run",
  showRunPage: "show_run_page",
  resumeWorkflow: "resume_workflow",
  archiveWorkflow: "archive_workflow",
  removeRuns: "remove_runs",
  endOutage: "end_outage",
  resendRefused: "resend_refused",
} as const;

/** A choice of an approval: `decide_approve`, `decide_reject`, … The choice that counts is in the button's value. */
const DECIDE_PREFIX = "decide_";
export const DECIDE_ACTION = /^decide_/;

/** Action id of the button for a choice; at most 255 characters, which Slack demands. */
export function decideActionId(choiceId: string): string {
  return `${DECIDE_PREFIX}${choiceId}`.slice(0, 255);
}

/**
 * Slash commands that the app serves, as the manifest declares them; `SLASH_COMMAND` may rename the first.
 *
 * @internal exported for its test
 */
export const COMMANDS = ["/workflow"] as const;

/** Shortcuts and dialogs; the manifest declares the shortcuts. */
export const CALLBACK_IDS = {
  runWorkflow: "run_workflow",
  runWorkflowOnMessage: "run_workflow_on_message",
  chooseWorkflow: "choose_workflow",
} as const;

/** Dialogs that a click or a command opens. */
export const DIALOG_IDS = {
  decide: "decide",
  delegate: "delegate",
  several: "several",
  runForm: "run_form",
  newWorkflow: "new_workflow",
  credential: "credential",
} as const;

/**
 * Events with a listener, as the manifest subscribes to them.
 *
 * @internal exported for its test
 */
export const EVENTS = [
  "agent_session_stopped",
  "app_home_opened",
  "app_mention",
  "app_uninstalled",
  "channel_archive",
  "channel_created",
  "channel_deleted",
  "channel_left",
  "channel_rename",
  "channel_shared",
  "channel_unarchive",
  "channel_unshared",
  "group_archive",
  "group_deleted",
  "group_left",
  "group_rename",
  "group_unarchive",
  "member_joined_channel",
  "member_left_channel",
  "message.channels",
  "message.groups",
  "message.im",
  "reaction_added",
  "reaction_removed",
  "subteam_created",
  "subteam_members_changed",
  "subteam_updated",
  "team_join",
  "tokens_revoked",
  "user_change",
] as const;

/** `metadata.event_type` of every card: by it a card whose time stamp was lost is found again. */
export const CARD_METADATA = "heddle_card";

/**
 * Web API methods that the app calls, with the bot scopes that each needs. `[]`: any token may.
 *
 * @internal exported for its test
 */
export const METHOD_SCOPES = {
  "agents.sessions.setStatus": ["chat:write"],
  // `assistant:write` is accepted for the time being: https://docs.slack.dev/changelog/2026/03/05/set-status-scope-update
  "assistant.threads.setStatus": ["chat:write"],
  "auth.test": [],
  "chat.appendStream": ["chat:write"],
  "chat.delete": ["chat:write"],
  "chat.getPermalink": [],
  "chat.postEphemeral": ["chat:write"],
  "chat.postMessage": ["chat:write"],
  "chat.scheduleMessage": ["chat:write"],
  "chat.scheduledMessages.list": [],
  "chat.startStream": ["chat:write"],
  "chat.stopStream": ["chat:write"],
  "chat.update": ["chat:write"],
  "conversations.archive": ["channels:manage", "groups:write"],
  "conversations.create": ["channels:manage", "groups:write"],
  "conversations.history": ["channels:history", "groups:history", "im:history"],
  "conversations.info": ["channels:read", "groups:read"],
  "conversations.invite": ["channels:manage", "groups:write"],
  "conversations.members": ["channels:read", "groups:read"],
  "conversations.open": ["im:write"],
  "conversations.replies": ["channels:history", "groups:history", "im:history"],
  "conversations.setTopic": ["channels:manage", "groups:write"],
  "files.completeUploadExternal": ["files:write"],
  "files.delete": ["files:write"],
  "files.getUploadURLExternal": ["files:write"],
  "files.info": ["files:read"],
  "reactions.add": ["reactions:write"],
  "usergroups.list": ["usergroups:read"],
  "usergroups.users.list": ["usergroups:read"],
  "users.conversations": ["channels:read", "groups:read"],
  "users.info": ["users:read"],
  "users.list": ["users:read"],
  "users.lookupByEmail": ["users:read.email"],
  "views.open": [],
  "views.publish": [],
  "views.update": [],
} as const satisfies Record<string, readonly string[]>;

/**
 * Scopes that commands, events and the agent view need by themselves.
 *
 * @internal exported for its test
 */
export const EVENT_SCOPES = [
  "app_mentions:read",
  "assistant:write",
  "channels:history",
  "channels:read",
  "commands",
  "groups:history",
  "groups:read",
  "im:history",
  "reactions:read",
  "usergroups:read",
  "users:read",
] as const;

/**
 * Scopes that an admin may leave out when the app is installed: without them something less is done, and said.
 *
 * @internal exported for its test
 */
export const OPTIONAL_SCOPES = [
  "channels:manage",
  "files:read",
  "files:write",
  "groups:write",
  "reactions:write",
  "users:read.email",
] as const;
