// cspell:disable (the names are Slack's)
/**
 * What Slack sends an app, by event or kind of payload.
 *
 * Facts taken from the samples that Slack publishes for its Java SDK (slackapi/java-slack-sdk, json-logs, August 2026). They are the
 * union over many recordings: which members may be there, not which always are. One line is one object: its path, then each member
 * with its type (s text, n number, b flag, o object, l list, * null in the sample). Blocks and attachments are checked elsewhere.
 */
export const SAMPLE_PAYLOADS: Readonly<Record<string, string>> = {
  envelope: `
    .: token=s enterprise_id=s team_id=s api_app_id=s type=s authed_users=l authed_teams=l authorizations=l is_ext_shared_channel=b event_id=s event_time=n event_context=s event=o context_team_id=s context_enterprise_id=s
    authorizations[]: enterprise_id=s team_id=s user_id=s is_bot=b is_enterprise_install=b`,
  app_home_opened: `
    event: type=s user=s channel=s tab=s event_ts=s view=o
    event.view: id=s team_id=s type=s title=o submit=o close=o private_metadata=s callback_id=s external_id=s state=o hash=s clear_on_close=b notify_on_close=b submit_disabled=b root_view_id=s previous_view_id=s app_id=s app_installed_team_id=s bot_id=s
    event.view.title: type=s text=s emoji=b
    event.view.submit: type=s text=s emoji=b
    event.view.close: type=s text=s emoji=b`,
  app_mention: `
    event: type=s client_msg_id=s user=s username=s app_id=s bot_id=s bot_profile=o subtype=s text=s blocks=l upload=b display_as_bot=b ts=s team=s channel=s user_team=s source_team=s user_profile=o edited=o event_ts=s thread_ts=s
    event.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    event.edited: user=s ts=s`,
  message: `
    event: client_msg_id=s type=s team=s channel=s user=s bot_id=s bot_profile=o text=s blocks=l attachments=l metadata=o ts=s parent_user_id=s thread_ts=s event_ts=s channel_type=s edited=o
    event.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    event.metadata: event_type=s
    event.edited: user=s ts=s`,
  message_changed: `
    event: type=s subtype=s channel=s hidden=b message=o previous_message=o event_ts=s ts=s channel_type=s
    event.message: client_msg_id=s type=s subtype=s user=s team=s bot_id=s bot_profile=o edited=o text=s blocks=l attachments=l upload=b display_as_bot=b thread_ts=s parent_user_id=s hidden=b is_locked=b subscribed=b ts=s user_team=s source_team=s is_starred=b reply_count=n reply_users_count=n latest_reply=s last_read=s
    event.message.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    event.message.edited: user=s ts=s
    event.previous_message: client_msg_id=s type=s subtype=s user=s team=s bot_id=s bot_profile=o edited=o text=s blocks=l attachments=l upload=b display_as_bot=b thread_ts=s parent_user_id=s hidden=b is_locked=b subscribed=b ts=s user_team=s source_team=s is_starred=b reply_count=n reply_users_count=n latest_reply=s last_read=s
    event.previous_message.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    event.previous_message.edited: user=s ts=s`,
  message_deleted: `
    event: type=s subtype=s channel=s hidden=b deleted_ts=s previous_message=o event_ts=s ts=s channel_type=s
    event.previous_message: client_msg_id=s type=s subtype=s user=s team=s edited=o text=s blocks=l attachments=l upload=b display_as_bot=b thread_ts=s parent_user_id=s bot_id=s bot_profile=o hidden=b is_locked=b subscribed=b ts=s user_team=s source_team=s is_starred=b reply_count=n reply_users_count=n latest_reply=s last_read=s
    event.previous_message.edited: user=s ts=s
    event.previous_message.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s`,
  file_share: `
    event: type=s subtype=s text=s blocks=l attachments=l files=l upload=b display_as_bot=b user=s parent_user_id=s ts=s thread_ts=s channel=s event_ts=s channel_type=s`,
  thread_broadcast: `
    event: client_msg_id=s type=s subtype=s channel=s user=s root=o text=s blocks=l attachments=l ts=s thread_ts=s event_ts=s channel_type=s
    event.root: text=s user=s parent_user_id=s username=s team=s bot_id=s mrkdwn=b type=s subtype=s thread_ts=s icons=o bot_profile=o edited=o reply_count=n reply_users_count=n latest_reply=s subscribed=b last_read=s unread_count=n ts=s room=o no_notifications=b
    event.root.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    event.root.edited: user=s ts=s`,
  reaction_added: `
    event: type=s user=s item=o reaction=s item_user=s event_ts=s`,
  reaction_removed: `
    event: type=s user=s item=o reaction=s item_user=s event_ts=s`,
  file_created: `
    event: file_id=s user_id=s file=o type=s event_ts=s
    event.file: id=s`,
  file_shared: `
    event: file_id=s user_id=s file=o channel_id=s type=s event_ts=s
    event.file: id=s`,
  member_joined_channel: `
    event: type=s user=s channel=s channel_type=s team=s event_ts=s inviter=s enterprise=s`,
  member_left_channel: `
    event: type=s user=s channel=s channel_type=s team=s event_ts=s`,
  channel_archive: `
    event: type=s channel=s user=s is_moved=n event_ts=s`,
  channel_created: `
    event: type=s channel=o event_ts=s
    event.channel: id=s is_channel=b name=s name_normalized=s created=n creator=s is_shared=b is_org_shared=b context_team_id=s is_group=b is_im=b is_mpim=b is_private=b is_archived=b is_general=b unlinked=n is_pending_ext_shared=b pending_shared=l updated=n is_moved=n is_ext_shared=b shared_team_ids=l internal_team_ids=l pending_connected_team_ids=l topic=o purpose=o previous_names=l
    event.channel.topic: value=s creator=s last_set=n
    event.channel.purpose: value=s creator=s last_set=n`,
  channel_rename: `
    event: type=s channel=o event_ts=s
    event.channel: id=s is_channel=b is_mpim=b name=s name_normalized=s created=n`,
  channel_unarchive: `
    event: type=s channel=s user=s event_ts=s`,
  channel_left: `
    event: type=s channel=s actor_id=s event_ts=s`,
  channel_deleted: `
    event: type=s channel=s actor_id=s event_ts=s`,
  channel_shared: `
    event: type=s connected_team_id=s channel=s event_ts=s`,
  channel_unshared: `
    event: type=s previously_connected_team_id=s channel=s is_ext_shared=b event_ts=s`,
  group_archive: `
    event: type=s channel=s user=s is_moved=n event_ts=s`,
  group_deleted: `
    event: type=s channel=s date_deleted=n actor_id=s event_ts=s`,
  group_left: `
    event: type=s channel=s actor_id=s event_ts=s`,
  group_rename: `
    event: type=s channel=o event_ts=s
    event.channel: id=s is_channel=b is_mpim=b name=s name_normalized=s created=n`,
  group_unarchive: `
    event: type=s channel=s actor_id=s event_ts=s`,
  subteam_created: `
    event: type=s subteam=o event_ts=s
    event.subteam: id=s team_id=s is_usergroup=b is_subteam=b name=s description=s handle=s is_external=b date_create=n date_update=n date_delete=n auto_provision=b enterprise_subteam_id=s created_by=s updated_by=s prefs=o users=l user_count=n channel_count=n is_section=b
    event.subteam.prefs: channels=l groups=l`,
  message_channel_join: `
    event: type=s subtype=s team=s user=s inviter=s channel=s channel_type=s text=s ts=s event_ts=s`,
  subteam_members_changed: `
    event: type=s subteam_id=s team_id=s date_previous_update=n date_update=n added_users=l added_users_count=n removed_users=l removed_users_count=n event_ts=s`,
  subteam_updated: `
    event: type=s subteam=o event_ts=s
    event.subteam: id=s team_id=s is_usergroup=b is_subteam=b name=s description=s handle=s is_external=b date_create=n date_update=n date_delete=n auto_provision=b enterprise_subteam_id=s created_by=s updated_by=s prefs=o users=l user_count=n channel_count=n deleted_by=s is_section=b
    event.subteam.prefs: channels=l groups=l`,
  team_join: `
    event: type=s user=o
    event.user: id=s team_id=s name=s deleted=b color=s real_name=s tz=s tz_label=s tz_offset=n profile=o is_admin=b is_owner=b is_primary_owner=b is_invited_user=b is_restricted=b is_ultra_restricted=b is_bot=b is_connector_bot=b is_stranger=b is_app_user=b updated=n has_2fa=b is_email_confirmed=b presence=s enterprise_user=o has_files=b locale=s is_workflow_bot=b who_can_share_contact_card=s
    event.user.profile: guest_channels=s guest_invited_by=s guest_expiration_ts=n avatar_hash=s status_text=s status_text_canonical=s status_emoji=s status_expiration=n display_name=s display_name_normalized=s real_name=s real_name_normalized=s bot_id=s title=s email=s skype=s phone=s team=s api_app_id=s always_active=b image_original=s image_24=s image_32=s image_48=s image_72=s image_192=s image_512=s image_1024=s is_custom_image=b pronouns=s first_name=s last_name=s`,
  user_change: `
    event: type=s user=o cache_ts=n
    event.user: id=s team_id=s name=s deleted=b color=s real_name=s tz=s tz_label=s tz_offset=n profile=o is_admin=b is_owner=b is_primary_owner=b is_invited_user=b is_restricted=b is_ultra_restricted=b is_bot=b is_connector_bot=b is_stranger=b is_app_user=b updated=n has_2fa=b is_email_confirmed=b presence=s enterprise_user=o has_files=b locale=s is_workflow_bot=b who_can_share_contact_card=s
    event.user.profile: guest_channels=s guest_invited_by=s guest_expiration_ts=n avatar_hash=s status_text=s status_text_canonical=s status_emoji=s status_expiration=n display_name=s display_name_normalized=s real_name=s real_name_normalized=s bot_id=s title=s email=s skype=s phone=s team=s api_app_id=s always_active=b image_original=s image_24=s image_32=s image_48=s image_72=s image_192=s image_512=s image_1024=s is_custom_image=b pronouns=s first_name=s last_name=s`,
  block_actions: `
    .: type=s enterprise=o team=o user=o api_app_id=s token=s container=o trigger_id=s channel=o message=o response_url=s view=o state=o app_unfurl=o actions=l is_enterprise_install=b bot_access_token=s function_data=o interactivity=o
    enterprise: id=s name=s
    team: id=s domain=s enterprise_id=s enterprise_name=s
    user: id=s username=s name=s team_id=s
    container: type=s message_ts=s attachment_id=n channel_id=s view_id=s text=s is_ephemeral=b is_app_unfurl=b app_unfurl_url=s thread_ts=s
    channel: id=s name=s
    message: type=s subtype=s team=s channel=s user=s username=s text=s blocks=l attachments=l ts=s thread_ts=s is_intro=b is_starred=b pinned_to=l reactions=l app_id=s bot_id=s bot_link=s display_as_bot=b bot_profile=o icons=o file=o files=l upload=b parent_user_id=s inviter=s client_msg_id=s comment=o topic=s purpose=s edited=o unfurl_links=b unfurl_media=b is_thread_broadcast=b is_locked=b reply_count=n reply_users=l reply_users_count=n latest_reply=s subscribed=b hidden=b last_read=s root=o item_type=s item=o metadata=o room=o no_notifications=b assistant_app_thread=o
    message.reactions[]: name=s count=n url=s
    message.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    message.file: id=s created=n timestamp=n name=s title=s subject=s mimetype=s filetype=s pretty_type=s user=s user_team=s source_team=s mode=s editable=b non_owner_editable=b editor=s last_editor=s updated=n file_access=s edit_timestamp=n alt_txt=s subtype=s duration_ms=n original_attachment_count=n is_external=b external_type=s external_id=s external_url=s username=s size=n url_private=s url_private_download=s url_static_preview=s app_id=s app_name=s image_exif_rotation=n original_w=s original_h=s permalink=s permalink_public=s edit_link=s has_rich_preview=b media_display_type=s preview=s plain_text=s has_more=b sent_to_self=b lines=n lines_more=n is_public=b public_url_shared=b display_as_bot=b shares=o has_more_shares=b channel_actions_ts=s channel_actions_count=n headers=o saved=o is_channel_space=b linked_channel_id=s access=s last_read=n is_restricted_sharing_enabled=b bot_id=s initial_comment=o num_stars=n is_starred=b comments_count=n
    message.file.shares: public=o private=o
    message.file.shares.public: C03E94MKU=l C03E94MKU_=l
    message.file.shares.public.C03E94MKU[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    message.file.shares.public.C03E94MKU_[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    message.file.shares.private: C03E94MKU=l C03E94MKU_=l
    message.file.shares.private.C03E94MKU[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    message.file.shares.private.C03E94MKU_[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    message.file.headers: date=s in_reply_to=s reply_to=s message_id=s
    message.file.media_progress: offset_ms=n max_offset_ms=n duration_ms=n media_watched=b
    message.file.saved: is_archived=b date_completed=n date_due=n state=s
    message.file.list_metadata: icon=s icon_url=s icon_team_id=s description=s is_trial=b creation_source=o
    message.file.list_metadata.creation_source: type=s reference_id=s workflow_function_id=s
    message.file.list_limits: over_row_maximum=b row_count_limit=n row_count=n over_column_maximum=b column_count=n column_count_limit=n over_view_maximum=b view_count=n view_count_limit=n max_attachments_per_cell=n
    message.file.initial_comment: id=s created=n timestamp=n user=s comment=s channel=s is_intro=b
    message.edited: user=s ts=s
    message.root: text=s user=s parent_user_id=s username=s team=s bot_id=s mrkdwn=b type=s subtype=s thread_ts=s icons=o bot_profile=o edited=o reply_count=n reply_users_count=n latest_reply=s subscribed=b last_read=s unread_count=n ts=s room=o no_notifications=b
    message.root.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    message.root.edited: user=s ts=s
    message.metadata: event_type=s event_payload=o
    view: id=s team_id=s type=s title=o submit=o close=o private_metadata=s callback_id=s external_id=s state=o hash=s clear_on_close=b notify_on_close=b submit_disabled=b root_view_id=s previous_view_id=s app_id=s app_installed_team_id=s bot_id=s
    view.title: type=s text=s emoji=b
    view.submit: type=s text=s emoji=b
    view.close: type=s text=s emoji=b
    actions[]: action_id=s block_id=s text=o value=s type=s style=s action_ts=s placeholder=o confirm=o url=s initial_option=o selected_option=o selected_user=s initial_user=s selected_conversation=s initial_conversation=s selected_channel=s initial_channel=s min_query_length=n selected_date=s initial_date=s selected_time=s initial_time=s rich_text_value=o
    actions[].text: type=s text=s emoji=b`,
  message_action: `
    .: type=s callback_id=s trigger_id=s message_ts=s response_url=s message=o enterprise=o team=o user=o channel=o token=s action_ts=s is_enterprise_install=b
    message: type=s subtype=s team=s channel=s user=s username=s text=s blocks=l attachments=l ts=s thread_ts=s is_intro=b is_starred=b pinned_to=l reactions=l app_id=s bot_id=s bot_link=s display_as_bot=b bot_profile=o icons=o file=o files=l upload=b parent_user_id=s inviter=s client_msg_id=s comment=o topic=s purpose=s edited=o unfurl_links=b unfurl_media=b is_thread_broadcast=b is_locked=b reply_count=n reply_users=l reply_users_count=n latest_reply=s subscribed=b hidden=b last_read=s root=o item_type=s item=o metadata=o room=o no_notifications=b assistant_app_thread=o
    message.reactions[]: name=s count=n url=s
    message.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    message.file: id=s created=n timestamp=n name=s title=s subject=s mimetype=s filetype=s pretty_type=s user=s user_team=s source_team=s mode=s editable=b non_owner_editable=b editor=s last_editor=s updated=n file_access=s edit_timestamp=n alt_txt=s subtype=s duration_ms=n original_attachment_count=n is_external=b external_type=s external_id=s external_url=s username=s size=n url_private=s url_private_download=s url_static_preview=s app_id=s app_name=s image_exif_rotation=n original_w=s original_h=s permalink=s permalink_public=s edit_link=s has_rich_preview=b media_display_type=s preview=s plain_text=s has_more=b sent_to_self=b lines=n lines_more=n is_public=b public_url_shared=b display_as_bot=b shares=o has_more_shares=b channel_actions_ts=s channel_actions_count=n headers=o saved=o is_channel_space=b linked_channel_id=s access=s last_read=n is_restricted_sharing_enabled=b bot_id=s initial_comment=o num_stars=n is_starred=b comments_count=n
    message.file.shares: public=o private=o
    message.file.shares.public: C03E94MKU=l C03E94MKU_=l
    message.file.shares.public.C03E94MKU[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    message.file.shares.public.C03E94MKU_[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    message.file.shares.private: C03E94MKU=l C03E94MKU_=l
    message.file.shares.private.C03E94MKU[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    message.file.shares.private.C03E94MKU_[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    message.file.headers: date=s in_reply_to=s reply_to=s message_id=s
    message.file.media_progress: offset_ms=n max_offset_ms=n duration_ms=n media_watched=b
    message.file.saved: is_archived=b date_completed=n date_due=n state=s
    message.file.list_metadata: icon=s icon_url=s icon_team_id=s description=s is_trial=b creation_source=o
    message.file.list_metadata.creation_source: type=s reference_id=s workflow_function_id=s
    message.file.list_limits: over_row_maximum=b row_count_limit=n row_count=n over_column_maximum=b column_count=n column_count_limit=n over_view_maximum=b view_count=n view_count_limit=n max_attachments_per_cell=n
    message.file.initial_comment: id=s created=n timestamp=n user=s comment=s channel=s is_intro=b
    message.edited: user=s ts=s
    message.root: text=s user=s parent_user_id=s username=s team=s bot_id=s mrkdwn=b type=s subtype=s thread_ts=s icons=o bot_profile=o edited=o reply_count=n reply_users_count=n latest_reply=s subscribed=b last_read=s unread_count=n ts=s room=o no_notifications=b
    message.root.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    message.root.edited: user=s ts=s
    message.metadata: event_type=s event_payload=o
    enterprise: id=s name=s
    team: id=s domain=s enterprise_id=s enterprise_name=s
    user: id=s name=s team_id=s
    channel: id=s name=s`,
  slash_command: `
    .: token=s api_app_id=s team_id=s team_domain=s enterprise_id=s enterprise_name=s channel_id=s channel_name=s user_id=s user_name=s command=s text=s response_url=s trigger_id=s is_enterprise_install=b`,
  view_submission: `
    .: type=s enterprise=o team=o user=o api_app_id=s token=s trigger_id=s view=o is_enterprise_install=b is_cleared=b bot_access_token=s function_data=o interactivity=o
    enterprise: id=s name=s
    team: id=s domain=s enterprise_id=s enterprise_name=s
    user: id=s username=s name=s team_id=s
    view: id=s team_id=s type=s title=o submit=o close=o private_metadata=s callback_id=s external_id=s state=o hash=s clear_on_close=b notify_on_close=b submit_disabled=b root_view_id=s previous_view_id=s app_id=s app_installed_team_id=s bot_id=s
    view.title: type=s text=s emoji=b
    view.submit: type=s text=s emoji=b
    view.close: type=s text=s emoji=b`,
  view_closed: `
    .: type=s enterprise=o team=o user=o api_app_id=s token=s view=o is_enterprise_install=b is_cleared=b bot_access_token=s function_data=o interactivity=o
    enterprise: id=s name=s
    team: id=s domain=s enterprise_id=s enterprise_name=s
    user: id=s username=s name=s team_id=s
    view: id=s team_id=s type=s title=o submit=o close=o private_metadata=s callback_id=s external_id=s state=o hash=s clear_on_close=b notify_on_close=b submit_disabled=b root_view_id=s previous_view_id=s app_id=s app_installed_team_id=s bot_id=s
    view.title: type=s text=s emoji=b
    view.submit: type=s text=s emoji=b
    view.close: type=s text=s emoji=b`,
};
