/**
 * What helps after Slack refused a call.
 *
 * - `limited`: too many calls; the same call later, as Slack says. Nothing happened.
 * - `later`: not at the moment; the same call later. Nothing happened.
 * - `unclear`: trouble of Slack's own; it may have happened. The same call after a look.
 * - `elsewhere`: the place takes no message from the bot: another conversation.
 * - `anew`: the message is gone, or can no longer be changed: another message.
 * - `person`: it was too late, or something changed meanwhile: the person does it again.
 * - `admin`: an admin of the workspace, or the operator, has to change something first.
 * - `never`: the call is wrong, or what it wants is: give up and say so.
 */
export type Help =
  | "limited"
  | "later"
  | "unclear"
  | "elsewhere"
  | "anew"
  | "person"
  | "admin"
  | "never";

/** What is known of a refusal. */
export interface Refusal {
  readonly help: Help;
  /** What to do, as one or two sentences for people. */
  readonly remedy: string;
  /** Is the code in the table? A new one of Slack's is sorted by its form. */
  readonly isKnown: boolean;
}

const CALL = "Check the step's parameters and the app's scopes.";
const REINSTALL = "The operator installs the app anew and sets SLACK_BOT_TOKEN.";
const SCOPES = "The app lacks a right: compare its scopes with manifest.yml, and install it anew.";

/**
 * Every code that Slack documents for methods of messages, conversations, people, groups, views and files, and a few that it
 * answers all the same: what helps, what to do, and the codes of which that is true.
 *
 * @internal exported for its test
 */
export const TABLE: readonly (readonly [Help, remedy: string, codes: string])[] = [
  [
    "limited",
    "Too many calls at the moment: try again in a minute.",
    `rate_limited ratelimit ratelimited`,
  ],
  [
    "later",
    "Slack cannot do this at the moment: try again later.",
    `assistant_search_context_disabled channel_conversion_in_progress external_channel_migrating
    fetch_members_failed invite_lookup_error list_record_comment_fetch_failed
    restricted_too_many streaming_state_conflict update_failed`,
  ],
  [
    "later",
    "The workspace is being moved to an Enterprise organization: try again when that is done.",
    `org_login_required`,
  ],
  [
    "unclear",
    "Slack had trouble of its own: it may have happened all the same.",
    `fatal_error file_update_failed internal_error messaging_processing_failed
    partial_profile_set_failed profile_set_failed request_timeout service_unavailable`,
  ],
  [
    "unclear",
    "The workspace is being moved to an Enterprise organization: try again when that is done.",
    `team_added_to_org`,
  ],
  [
    "elsewhere",
    "There is no such channel, or it is private and the bot is not in it: check the name, and invite the bot there.",
    `cannot_find_channel channel_is_limited_access channel_not_found context_channel_not_found
    duplicate_channel_not_found invalid_channel no_access team_not_found`,
  ],
  [
    "elsewhere",
    "Invite the bot to the channel: type /invite and its name there.",
    `no_permission not_in_channel posting_to_channel_denied`,
  ],
  ["elsewhere", "The channel is archived: name another one.", `channel_archived is_archived`],
  ["elsewhere", "The channel is archived, frozen or deleted: name another one.", `is_inactive`],
  [
    "elsewhere",
    "The workspace does not let apps post there: name another channel, or ask an admin of the workspace.",
    `ekm_access_denied posting_to_general_channel_denied restricted_action
    restricted_action_read_only_channel thread_locked`,
  ],
  [
    "elsewhere",
    "This channel takes no replies, or nothing but replies: name another one.",
    `cannot_reply_to_message restricted_action_non_threadable_channel
    restricted_action_thread_locked restricted_action_thread_only_channel`,
  ],
  ["elsewhere", 'There is no such thread: check "threadTs".', `invalid_thread_ts thread_not_found`],
  [
    "elsewhere",
    "The app is not given to the workspace of that channel: an organization admin adds it there.",
    `team_access_not_granted`,
  ],
  [
    "elsewhere",
    "The person may not use this app: ask an admin of the workspace.",
    `app_access_restricted`,
  ],
  [
    "elsewhere",
    "There is no such person in this workspace.",
    `invalid_user invalid_user_id user_not_found user_not_visible users_not_found`,
  ],
  ["elsewhere", "This person's account is closed.", `user_disabled`],
  ["elsewhere", "A bot cannot be written to.", `cannot_dm_bot user_is_bot`],
  [
    "elsewhere",
    "Messages to the app are turned off: the operator turns the Messages tab on, under App Home in the settings of the app.",
    `messages_tab_disabled`,
  ],
  [
    "elsewhere",
    "This conversation does not take such messages.",
    `channel_type_not_supported invalid_channel_type invalid_user_combination
    method_not_supported_for_channel_type`,
  ],
  [
    "anew",
    "The message is gone, or can no longer be changed.",
    `cannot_find_message cant_broadcast_message cant_delete_message cant_update_message
    duplicate_message_not_found edit_window_closed message_not_found
    message_not_in_streaming_state message_not_owned_by_app`,
  ],
  [
    "person",
    "The dialog came too late: click again.",
    `exchanged_trigger_id expired_trigger_id invalid_trigger_id`,
  ],
  [
    "person",
    "It has changed meanwhile: open it again.",
    `draft_already_deleted draft_already_sent draft_has_conflict draft_not_found
    duplicate_external_id hash_conflict`,
  ],
  ["person", "The dialog was closed meanwhile: open it again.", `not_found`],
  ["person", "Too many dialogs are open: close one.", `push_limit_reached`],
  ["person", "You are not in this channel.", `user_not_in_channel`],
  [
    "admin",
    REINSTALL,
    `account_inactive app_uninstalled bad_token forbidden_team invalid_auth invalid_token not_authed
    team_disabled token_expired token_revoked user_removed_from_team`,
  ],
  [
    "admin",
    SCOPES,
    `access_denied bot_user_required enterprise_is_restricted missing_scope no_bot_user_for_app
    not_allowed_token_type not_authorized not_bearer_token`,
  ],
  [
    "admin",
    "Slack lets the app do this only from certain networks: ask an admin of the workspace.",
    `accesslimited`,
  ],
  [
    "admin",
    "The workspace demands two-factor authentication: ask an admin of the workspace.",
    `sudo_required two_factor_setup_required`,
  ],
  [
    "admin",
    "User groups need a paid plan of Slack: name people by their ids (U\u2026).",
    `paid_teams_only plan_upgrade_required`,
  ],
  [
    "admin",
    "The workspace's plan of Slack does not have this.",
    `feature_disabled feature_not_enabled not_paid team_tier_cannot_create_channel_canvases`,
  ],
  [
    "admin",
    "The workspace has used up what its free plan of Slack allows: ask an admin of the workspace.",
    `message_limit_exceeded storage_limit_reached`,
  ],
  [
    "admin",
    "Slack no longer takes this call: the operator installs a newer version of the bot.",
    `deprecated_endpoint method_deprecated pagination_not_available unknown_method`,
  ],
  [
    "admin",
    "App Home is turned off: the operator turns the Home tab on, under App Home in the settings of the app.",
    `not_enabled`,
  ],
  [
    "admin",
    "The app is not set up for this: compare its settings with manifest.yml.",
    `as_user_not_supported cannot_find_service is_bot metadata_must_be_sent_from_app
    not_agent_app not_subscribed_to_message_stream_stopped`,
  ],
  [
    "admin",
    "A setting of the workspace forbids this: ask an admin of the workspace.",
    `app_cannot_join_channel blocked_file_type cannot_auth_user cannot_create_channel
    cannot_prompt canvas_disabled_file_team canvas_disabled_user_team canvas_globally_disabled
    compliance_exports_prevent_deletion file_deleting_disabled file_type_not_allowed
    file_uploads_disabled file_uploads_except_images_disabled no_external_invite_permission
    not_admin not_allowed not_app_admin not_permitted org_user_not_in_team permission_denied
    public_file_type_not_allowed public_video_not_allowed send_on_behalf_not_allowed
    slack_connect_blocked_file_type slack_connect_canvas_sharing_blocked
    slack_connect_clip_sharing_blocked slack_connect_file_link_sharing_blocked
    slack_connect_file_upload_sharing_blocked slack_connect_lists_sharing_blocked
    user_cannot_create_channel user_is_restricted user_is_ultra_restricted`,
  ],
  [
    "never",
    'Slack does not accept "blocks": check them in the Block Kit Builder.',
    `block_mismatch invalid_attachments invalid_blocks msg_blocks_too_many`,
  ],
  [
    "never",
    'Slack does not accept "blocks": give a list of Block Kit objects.',
    `invalid_blocks_format`,
  ],
  [
    "never",
    "The message is too long: shorten it.",
    `attachment_payload_limit_exceeded message_too_long msg_blocks_too_long msg_too_long
    too_many_attachments too_many_contact_cards`,
  ],
  ["never", 'The message is empty: fill in "message".', `no_text`],
  ["never", "The dialog is too large for Slack.", `view_too_large`],
  ["never", "There is no such user group.", `invalid_usergroup no_such_subteam subteam_not_found`],
  [
    "never",
    "It is so already: there is nothing to do.",
    `already_approved already_archived already_in_channel already_reacted invite_already_approved
    invite_already_denied invite_used no_reaction not_archived username_same`,
  ],
  [
    "never",
    "There is no such file.",
    `channel_canvas_deleted file_comment_not_found file_deleted file_is_deleted file_not_found
    file_under_review not_visible`,
  ],
  [
    "never",
    "The file is too large, or not of a kind that Slack takes.",
    `alt_txt_too_large bad_image file_upload_size_restricted malware_detected
    post_contents_too_large snippet_too_large too_large too_many_frames unknown_snippet_type
    unknown_subtype`,
  ],
  [
    "never",
    "Slack does not take this name: choose another one.",
    `bad_handle bad_title forbidden_handle handle_already_exists invalid_emoji_not_allowed
    invalid_name invalid_name_maxlength invalid_name_punctuation invalid_name_required
    invalid_name_specials invalid_starts_with_at invalid_title missing_subteam_name
    name_already_exists name_not_allowed name_taken name_too_long no_channel reserved_name
    reserved_username`,
  ],
  [
    "never",
    "That is more than Slack takes: give less.",
    `channels_limit_exceeded connection_limit_exceeded description_too_long
    file_share_limit_reached legacy_connection_limit_exceeded max_file_sharing_exceeded
    member_limit_exceeded metadata_too_large query_too_long subteam_max_users_exceeded too_long
    too_many_emails too_many_emoji too_many_ids too_many_linked_channels too_many_members
    too_many_reactions too_many_users ura_max_channels`,
  ],
  [
    "never",
    "Slack Connect does not allow this for these channels or organizations.",
    `approval_inactive approval_not_found cannot_share_cross_workspace_channel
    cannot_share_mandatory_channel cant_invite cant_invite_self email_does_not_match
    failed_to_start_trial has_already_connected_to_org inactive_invite invalid_action
    invalid_host_team invalid_link invalid_privacy invalid_recipient_team invalid_target_team
    invite_expired invite_from_same_org invite_not_found invitee_cant_see_channel
    is_pending_connected_to_org legacy_connection_invalid_org missing_target_team
    not_allowed_for_grid_workspace not_owner recipients_not_specified
    target_team_must_be_specified_in_org_context target_team_not_on_org url_in_message
    user_required_to_accept_as_private_but_cannot`,
  ],
  [
    "never",
    "Slack does not do this.",
    `stopped_by_user cannot_parse_attachment cannot_unfurl_message cannot_unfurl_url cannot_update_admin_user
    cant_archive_general cant_archive_required cant_delete cant_delete_file
    cant_kick_from_general cant_kick_self cant_leave_general canvas_creation_failed
    canvas_tab_creation_failed channel_canvas_already_exists channel_canvas_creation_failed
    delete_not_allowed email_not_verified email_taken failed_for_some_users failed_to_unshare
    free_team_canvas_tab_already_exists last_member not_an_enterprise not_enough_users
    not_implemented not_reactable not_supported session_not_found template_not_visible
    unable_to_share_files user_does_not_own_channel`,
  ],
  [
    "never",
    CALL,
    `bad_timestamp connection_limit_exceeded_pending insecure_request invalid_action_token
    invalid_arg_name invalid_args invalid_arguments invalid_array_arg invalid_channel_provided
    invalid_charset invalid_chunks invalid_cursor invalid_email invalid_external_id
    invalid_form_data invalid_group_provided invalid_limit invalid_metadata_filter_keys
    invalid_metadata_format invalid_metadata_schema invalid_ooo_message invalid_post_type
    invalid_presence invalid_profile invalid_scheduled_message_id invalid_source invalid_status
    invalid_team invalid_time invalid_timestamp invalid_ts_latest invalid_ts_oldest invalid_type
    invalid_types invalid_unfurl_id invalid_unfurls_format invalid_url invalid_users
    limit_required markdown_text_conflict missing_args missing_argument missing_channel
    missing_file_data missing_post_type missing_profile_id missing_query
    missing_recipient_team_id missing_recipient_user_id missing_source missing_ts
    missing_unfurl_id missing_unfurls must_clear_both_status_text_and_status_emoji
    no_dual_broadcast_content_update no_item_specified no_user no_users_provided
    thread_ts_not_allowed thread_ts_required time_in_past time_too_far unknown_type
    users_list_not_supplied`,
  ],
];

const REFUSALS: ReadonlyMap<string, Refusal> = new Map(
  TABLE.flatMap(([help, remedy, codes]) =>
    codes
      .trim()
      .split(/\s+/)
      .map((code) => [code, { help, remedy, isKnown: true }] as const),
  ),
);

/** Slack names new codes after old ones: `restricted_action_…` closes a place, `invalid_…` is a wrong call. */
const FORMS: readonly (readonly [RegExp, Help])[] = [
  [/^restricted_action/, "elsewhere"],
  [/^(?:invalid|missing|too_many)_|_too_(?:large|long|many)$/, "never"],
];

/**
 * Sorts a refusal by Slack's error code. A code that is not in the table counts as something for an admin (`admin`), unless its
 * form says more.
 */
export function refusalOf(code: string): Refusal {
  const known = REFUSALS.get(code);
  if (known !== undefined) return known;
  const form = FORMS.find(([pattern]) => pattern.test(code));
  return { help: form?.[1] ?? "admin", remedy: CALL, isKnown: false };
}
