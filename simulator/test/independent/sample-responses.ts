// cspell:disable (the names are Slack's)
/**
 * What Slack answers to Web API calls, by method.
 *
 * Facts taken from the samples that Slack publishes for its Java SDK (slackapi/java-slack-sdk, json-logs, August 2026). They are the
 * union over many recordings: which members may be there, not which always are. One line is one object: its path, then each member
 * with its type (s text, n number, b flag, o object, l list, * null in the sample). Blocks and attachments are checked elsewhere.
 */
export const SAMPLE_RESPONSES: Readonly<Record<string, string>> = {
  "api.test": `
    .: ok=b args=o
    args: foo=s`,
  "apps.connections.open": `
    .: ok=b url=s response_metadata=o`,
  "auth.test": `
    .: ok=b url=s team=s user=s team_id=s user_id=s bot_id=s is_enterprise_install=b enterprise_id=s app_name=s app_id=s expires_in=n`,
  "bots.info": `
    .: ok=b bot=o
    bot: id=s deleted=b name=s updated=n app_id=s user_id=s icons=o`,
  "team.info": `
    .: ok=b team=o
    team: id=s name=s domain=s email_domain=s icon=o is_verified=b url=s enterprise_id=s enterprise_name=s enterprise_domain=s discoverable=s avatar_base_url=s lob_sales_home_enabled=b is_sfdc_auto_slack=b sso_provider=o pay_prod_cur=s locale=s
    team.icon: image_34=s image_44=s image_68=s image_88=s image_102=s image_132=s image_230=s image_original=s image_default=b
    team.sso_provider: type=s name=s label=s`,
  "chat.delete": `
    .: ok=b channel=s ts=s`,
  "chat.getPermalink": `
    .: ok=b permalink=s channel=s`,
  "chat.postEphemeral": `
    .: ok=b message_ts=s`,
  "chat.postMessage": `
    .: ok=b channel=s ts=s message=o response_metadata=o
    message: bot_id=s type=s text=s user=s ts=s team=s bot_profile=o thread_ts=s parent_user_id=s subtype=s username=s icons=o root=o app_id=s metadata=o room=o attachments=l blocks=l assistant_app_thread=o
    message.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s user_id=s
    message.root: type=s subtype=s text=s ts=s username=s icons=o bot_id=s thread_ts=s parent_user_id=s reply_count=n reply_users_count=n latest_reply=s reply_users=l subscribed=b
    message.metadata: event_payload=o event_type=s`,
  "chat.update": `
    .: ok=b channel=s ts=s text=s message=o response_metadata=o
    message: bot_id=s type=s text=s user=s team=s bot_profile=o edited=o upload=b display_as_bot=b app_id=s metadata=o room=o files=l blocks=l assistant_app_thread=o
    message.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    message.edited: user=s ts=s
    message.metadata: event_payload=o event_type=s`,
  "chat.scheduleMessage": `
    .: ok=b scheduled_message_id=s channel=s post_at=n message=o response_metadata=o
    message: bot_id=s type=s text=s user=s team=s bot_profile=o app_id=s metadata=o room=o blocks=l assistant_app_thread=o
    message.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    message.metadata: event_payload=o event_type=s`,
  "chat.deleteScheduledMessage": `
    .: ok=b`,
  "chat.scheduledMessages.list": `
    .: ok=b scheduled_messages=l response_metadata=o
    scheduled_messages[]: id=s channel_id=s post_at=n date_created=n text=s`,
  "chat.startStream": `
    .: ok=b ts=s channel=s`,
  "chat.appendStream": `
    .: ok=b channel=s ts=s`,
  "chat.stopStream": `
    .: ok=b`,
  "chat.meMessage": `
    .: channel=s ts=s ok=b`,
  "conversations.archive": `
    .: ok=b`,
  "conversations.create": `
    .: ok=b channel=o detail=s
    channel: id=s name=s is_channel=b is_group=b is_im=b created=n is_archived=b is_general=b unlinked=n name_normalized=s is_shared=b creator=s is_ext_shared=b is_org_shared=b shared_team_ids=l pending_shared=l pending_connected_team_ids=l is_pending_ext_shared=b is_member=b is_private=b is_mpim=b last_read=s topic=o purpose=o previous_names=l priority=n is_moved=n internal_team_ids=l is_open=b context_team_id=s updated=n
    channel.topic: value=s creator=s last_set=n
    channel.purpose: value=s creator=s last_set=n`,
  "conversations.history": `
    .: ok=b messages=l has_more=b pin_count=n channel_actions_ts=n channel_actions_count=n response_metadata=o oldest=s latest=s
    messages[]: type=s subtype=s text=s bot_id=s ts=s thread_ts=s root=o username=s icons=o parent_user_id=s reply_count=n reply_users_count=n latest_reply=s reply_users=l subscribed=b user=s team=s bot_profile=o upload=b display_as_bot=b edited=o topic=s purpose=s client_msg_id=s reactions=l app_id=s metadata=o inviter=s is_locked=b files=l blocks=l attachments=l assistant_app_thread=o
    messages[].root: type=s subtype=s text=s ts=s username=s icons=o bot_id=s thread_ts=s parent_user_id=s reply_count=n reply_users_count=n latest_reply=s reply_users=l subscribed=b
    messages[].bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    messages[].edited: user=s ts=s
    messages[].reactions[]: name=s users=l count=n
    messages[].metadata: event_payload=o event_type=s`,
  "conversations.replies": `
    .: messages=l has_more=b ok=b response_metadata=o
    messages[]: bot_id=s type=s text=s user=s ts=s team=s bot_profile=o thread_ts=s reply_count=n reply_users_count=n latest_reply=s reply_users=l subscribed=b parent_user_id=s is_locked=b last_read=s upload=b display_as_bot=b app_id=s edited=o reactions=l metadata=o blocks=l attachments=l files=l assistant_app_thread=o
    messages[].bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    messages[].edited: user=s ts=s
    messages[].reactions[]: name=s users=l count=n
    messages[].metadata: event_payload=o event_type=s`,
  "conversations.info": `
    .: ok=b channel=o
    channel: id=s name=s is_channel=b is_group=b is_im=b created=n is_archived=b is_general=b unlinked=n name_normalized=s is_shared=b creator=s is_ext_shared=b is_org_shared=b shared_team_ids=l pending_shared=l pending_connected_team_ids=l is_pending_ext_shared=b is_member=b is_private=b is_mpim=b last_read=s topic=o purpose=o previous_names=l locale=s num_members=n is_read_only=b is_thread_only=b is_non_threadable=b internal_team_ids=l connected_team_ids=l conversation_host_id=s is_moved=n is_global_shared=b is_org_default=b is_org_mandatory=b connected_limited_team_ids=l context_team_id=s updated=n properties=o
    channel.topic: value=s creator=s last_set=n
    channel.purpose: value=s creator=s last_set=n`,
  "conversations.invite": `
    .: ok=b channel=o
    channel: id=s name=s is_channel=b is_group=b is_im=b created=n is_archived=b is_general=b unlinked=n name_normalized=s is_shared=b creator=s is_ext_shared=b is_org_shared=b shared_team_ids=l pending_shared=l pending_connected_team_ids=l is_pending_ext_shared=b is_member=b is_private=b is_mpim=b last_read=s topic=o purpose=o previous_names=l is_moved=n internal_team_ids=l is_open=b context_team_id=s updated=n
    channel.topic: value=s creator=s last_set=n
    channel.purpose: value=s creator=s last_set=n`,
  "conversations.join": `
    .: ok=b channel=o response_metadata=o
    channel: id=s name=s is_channel=b is_group=b is_im=b created=n is_archived=b is_general=b unlinked=n name_normalized=s is_shared=b creator=s is_ext_shared=b is_org_shared=b shared_team_ids=l pending_shared=l pending_connected_team_ids=l is_pending_ext_shared=b is_member=b is_private=b is_mpim=b topic=o purpose=o previous_names=l last_read=s priority=n is_moved=n internal_team_ids=l is_starred=b context_team_id=s updated=n properties=o
    channel.topic: value=s creator=s last_set=n
    channel.purpose: value=s creator=s last_set=n`,
  "conversations.kick": `
    .: ok=b`,
  "conversations.leave": `
    .: ok=b`,
  "conversations.list": `
    .: ok=b channels=l response_metadata=o
    channels[]: id=s created=n is_archived=b is_im=b is_org_shared=b user=s is_user_deleted=b priority=n name=s is_channel=b is_group=b is_mpim=b is_private=b is_general=b unlinked=n name_normalized=s is_shared=b is_pending_ext_shared=b pending_shared=l creator=s is_ext_shared=b shared_team_ids=l pending_connected_team_ids=l is_member=b topic=o purpose=o previous_names=l num_members=n is_moved=n is_global_shared=b is_org_default=b is_org_mandatory=b conversation_host_id=s internal_team_ids=l context_team_id=s updated=n properties=o
    channels[].topic: value=s creator=s last_set=n
    channels[].purpose: value=s creator=s last_set=n`,
  "conversations.members": `
    .: ok=b members=l response_metadata=o`,
  "conversations.open": `
    .: ok=b channel=o no_op=b already_open=b
    channel: id=s created=n is_archived=b is_im=b is_org_shared=b user=s last_read=s latest=o unread_count=n unread_count_display=n is_open=b priority=n context_team_id=s updated=n`,
  "conversations.rename": `
    .: channel=o ok=b
    channel: id=s name=s is_channel=b is_group=b is_im=b created=n is_archived=b is_general=b unlinked=n name_normalized=s is_shared=b creator=s is_ext_shared=b is_org_shared=b shared_team_ids=l pending_shared=l pending_connected_team_ids=l is_pending_ext_shared=b is_member=b is_private=b is_mpim=b last_read=s topic=o purpose=o previous_names=l is_moved=n internal_team_ids=l is_open=b context_team_id=s updated=n
    channel.topic: value=s creator=s last_set=n
    channel.purpose: value=s creator=s last_set=n`,
  "conversations.setPurpose": `
    .: ok=b channel=o
    channel: id=s name=s is_channel=b is_group=b is_im=b created=n is_archived=b is_general=b unlinked=n name_normalized=s is_shared=b creator=s is_ext_shared=b is_org_shared=b shared_team_ids=l pending_shared=l pending_connected_team_ids=l is_pending_ext_shared=b is_member=b is_private=b is_mpim=b last_read=s topic=o purpose=o previous_names=l context_team_id=s updated=n
    channel.topic: value=s creator=s last_set=n
    channel.purpose: value=s creator=s last_set=n`,
  "conversations.setTopic": `
    .: ok=b channel=o
    channel: id=s name=s is_channel=b is_group=b is_im=b created=n is_archived=b is_general=b unlinked=n name_normalized=s is_shared=b creator=s is_ext_shared=b is_org_shared=b shared_team_ids=l pending_shared=l pending_connected_team_ids=l is_pending_ext_shared=b is_member=b is_private=b is_mpim=b last_read=s topic=o purpose=o previous_names=l context_team_id=s updated=n
    channel.topic: value=s creator=s last_set=n
    channel.purpose: value=s creator=s last_set=n`,
  "users.conversations": `
    .: ok=b channels=l response_metadata=o
    channels[]: id=s name=s is_channel=b is_group=b is_im=b created=n is_archived=b is_general=b unlinked=n name_normalized=s is_shared=b creator=s is_ext_shared=b is_org_shared=b shared_team_ids=l pending_shared=l pending_connected_team_ids=l is_pending_ext_shared=b is_private=b is_mpim=b topic=o purpose=o previous_names=l conversation_host_id=s is_moved=n internal_team_ids=l is_global_shared=b is_org_default=b is_org_mandatory=b enterprise_id=s last_read=s is_open=b priority=n user=s is_user_deleted=b parent_conversation=s context_team_id=s updated=n properties=o
    channels[].topic: value=s creator=s last_set=n
    channels[].purpose: value=s creator=s last_set=n`,
  "users.info": `
    .: ok=b user=o
    user: id=s team_id=s name=s deleted=b color=s real_name=s tz=s tz_label=s tz_offset=n profile=o is_admin=b is_owner=b is_primary_owner=b is_restricted=b is_ultra_restricted=b is_bot=b is_app_user=b updated=n locale=s has_2fa=b is_email_confirmed=b enterprise_user=o is_stranger=b who_can_share_contact_card=s is_workflow_bot=b is_invited_user=b is_connector_bot=b teams=l enterprise_id=s enterprise_name=s
    user.profile: title=s phone=s skype=s real_name=s real_name_normalized=s display_name=s display_name_normalized=s status_text=s status_emoji=s status_expiration=n avatar_hash=s api_app_id=s always_active=b bot_id=s image_24=s image_32=s image_48=s image_72=s image_192=s image_512=s status_text_canonical=s team=s image_original=s is_custom_image=b email=s first_name=s last_name=s image_1024=s pronouns=s guest_invited_by=s start_date=s`,
  "users.list": `
    .: ok=b offset=s members=l cache_ts=n response_metadata=o
    members[]: id=s name=s is_bot=b updated=n is_app_user=b team_id=s deleted=b color=s is_email_confirmed=b real_name=s tz=s tz_label=s tz_offset=n is_admin=b is_owner=b is_primary_owner=b is_restricted=b is_ultra_restricted=b who_can_share_contact_card=s profile=o has_2fa=b is_workflow_bot=b locale=s enterprise_user=o
    members[].profile: real_name=s display_name=s avatar_hash=s real_name_normalized=s display_name_normalized=s image_24=s image_32=s image_48=s image_72=s image_192=s image_512=s first_name=s last_name=s team=s title=s phone=s skype=s fields=o status_text=s status_text_canonical=s status_emoji=s status_expiration=n always_active=b image_1024=s image_original=s is_custom_image=b email=s bot_id=s api_app_id=s start_date=s guest_invited_by=s`,
  "users.lookupByEmail": `
    .: ok=b user=o response_metadata=o
    user: id=s team_id=s name=s deleted=b color=s real_name=s tz=s tz_label=s tz_offset=n profile=o is_admin=b is_owner=b is_primary_owner=b is_restricted=b is_ultra_restricted=b is_bot=b is_app_user=b updated=n has_2fa=b is_email_confirmed=b who_can_share_contact_card=s is_invited_user=b
    user.profile: title=s phone=s skype=s real_name=s real_name_normalized=s display_name=s display_name_normalized=s status_text=s status_emoji=s status_expiration=n avatar_hash=s image_original=s is_custom_image=b email=s first_name=s last_name=s image_24=s image_32=s image_48=s image_72=s image_192=s image_512=s image_1024=s status_text_canonical=s team=s pronouns=s guest_invited_by=s start_date=s`,
  "usergroups.list": `
    .: ok=b usergroups=l
    usergroups[]: id=s team_id=s is_usergroup=b is_subteam=b name=s description=s handle=s is_external=b date_create=n date_update=n date_delete=n auto_provision=b enterprise_subteam_id=s created_by=s updated_by=s prefs=o channel_count=n users=l user_count=n is_section=b is_idp_group=b is_visible=b is_editing_restricted=b is_membership_locked=b is_org_level=b deleted_by=s
    usergroups[].prefs: channels=l groups=l`,
  "usergroups.users.list": `
    .: ok=b users=l`,
  "views.open": `
    .: ok=b view=o response_metadata=o
    view: id=s team_id=s type=s title=o submit=o close=o blocks=l private_metadata=s callback_id=s external_id=s state=o hash=s clear_on_close=b notify_on_close=b submit_disabled=b root_view_id=s previous_view_id=s app_id=s app_installed_team_id=s bot_id=s entity_url=s external_ref=o app_unfurl_url=s message_ts=s thread_ts=s channel=s
    view.title: type=s text=s emoji=b
    view.submit: type=s text=s emoji=b
    view.close: type=s text=s emoji=b`,
  "views.publish": `
    .: ok=b view=o response_metadata=o
    view: id=s team_id=s type=s title=o submit=o close=o blocks=l private_metadata=s callback_id=s external_id=s state=o hash=s clear_on_close=b notify_on_close=b submit_disabled=b root_view_id=s previous_view_id=s app_id=s app_installed_team_id=s bot_id=s entity_url=s external_ref=o app_unfurl_url=s message_ts=s thread_ts=s channel=s
    view.title: type=s text=s emoji=b
    view.submit: type=s text=s emoji=b
    view.close: type=s text=s emoji=b`,
  "views.push": `
    .: ok=b view=o response_metadata=o
    view: id=s team_id=s type=s title=o submit=o close=o blocks=l private_metadata=s callback_id=s external_id=s state=o hash=s clear_on_close=b notify_on_close=b submit_disabled=b root_view_id=s previous_view_id=s app_id=s app_installed_team_id=s bot_id=s entity_url=s external_ref=o app_unfurl_url=s message_ts=s thread_ts=s channel=s
    view.title: type=s text=s emoji=b
    view.submit: type=s text=s emoji=b
    view.close: type=s text=s emoji=b`,
  "views.update": `
    .: ok=b view=o response_metadata=o
    view: id=s team_id=s type=s title=o submit=o close=o blocks=l private_metadata=s callback_id=s external_id=s state=o hash=s clear_on_close=b notify_on_close=b submit_disabled=b root_view_id=s previous_view_id=s app_id=s app_installed_team_id=s bot_id=s entity_url=s external_ref=o app_unfurl_url=s message_ts=s thread_ts=s channel=s
    view.title: type=s text=s emoji=b
    view.submit: type=s text=s emoji=b
    view.close: type=s text=s emoji=b`,
  "files.info": `
    .: ok=b file=o content=s is_truncated=b comments=l paging=o
    file: id=s created=n timestamp=n name=s title=s subject=s mimetype=s filetype=s pretty_type=s user=s user_team=s source_team=s mode=s editable=b non_owner_editable=b editor=s last_editor=s updated=n file_access=s editors=l edit_timestamp=n alt_txt=s subtype=s duration_ms=n original_attachment_count=n is_external=b external_type=s external_id=s external_url=s username=s size=n url_private=s url_private_download=s url_static_preview=s app_id=s app_name=s image_exif_rotation=n original_w=s original_h=s permalink=s permalink_public=s edit_link=s has_rich_preview=b media_display_type=s preview=s plain_text=s has_more=b sent_to_self=b lines=n lines_more=n is_public=b public_url_shared=b display_as_bot=b channels=l groups=l ims=l shares=o has_more_shares=b to=l from=l cc=l channel_actions_ts=s channel_actions_count=n headers=o saved=o is_channel_space=b linked_channel_id=s access=s last_read=n is_restricted_sharing_enabled=b bot_id=s initial_comment=o num_stars=n is_starred=b pinned_to=l reactions=l comments_count=n
    file.shares: public=o private=o
    file.shares.public: C03E94MKU=l C03E94MKU_=l
    file.shares.public.C03E94MKU[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    file.shares.public.C03E94MKU_[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    file.shares.private: C03E94MKU=l C03E94MKU_=l
    file.shares.private.C03E94MKU[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    file.shares.private.C03E94MKU_[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    file.to[]: address=s name=s original=s
    file.from[]: address=s name=s original=s
    file.cc[]: address=s name=s original=s
    file.headers: date=s in_reply_to=s reply_to=s message_id=s
    file.media_progress: offset_ms=n max_offset_ms=n duration_ms=n media_watched=b
    file.saved: is_archived=b date_completed=n date_due=n state=s
    file.title_blocks[]: type=s elements=l block_id=s fallback=s image_url=s image_width=n image_height=n image_bytes=n is_animated=b slack_file=o alt_text=s title=s text=o fields=l accessory=o expand=b title_url=s description=s video_url=s thumbnail_url=s author_name=s provider_name=s provider_icon_url=s function_trigger_id=s app_id=s is_workflow_app=b sales_home_workflow_app_type=n app_collaborators=l button_label=s bot_user_id=s url=s owning_team_id=s workflow_id=s developer_trace_id=s trigger_type=s trigger_subtype=s share_url=s
    file.title_blocks[].elements[]: type=s elements=l style=s indent=n offset=n border=n
    file.title_blocks[].elements[].elements[]: type=s elements=l style=s indent=n offset=n border=n
    file.title_blocks[].elements[].elements[].elements[]: type=s range=s style=o text=s channel_id=s value=s timestamp=n format=s url=s fallback=s unsafe=b team_id=s user_id=s usergroup_id=s name=s skin_tone=n unicode=s
    file.title_blocks[].elements[].elements[].elements[].style: bold=b italic=b strike=b highlight=b client_highlight=b unlink=b
    file.title_blocks[].slack_file: id=s url=s
    file.title_blocks[].text: type=s text=s emoji=b
    file.title_blocks[].fields[]: type=s text=s emoji=b verbatim=b
    file.title_blocks[].accessory: type=s placeholder=o action_id=s initial_users=l confirm=o max_selected_items=n focus_on_load=b
    file.dm_mpdm_users_with_file_access[]: user_id=s access=s
    file.favorites[]: collection_id=s collection_name=s position=s
    file.list_metadata: icon=s icon_url=s icon_team_id=s description=s is_trial=b creation_source=o schema=l views=l integrations=l description_blocks=l
    file.list_metadata.creation_source: type=s reference_id=s workflow_function_id=s
    file.list_metadata.schema[]: id=s name=s key=s type=s is_primary_column=b options=o
    file.list_metadata.schema[].options: choices=l format=s default_value=s default_value_typed=o emoji=s max=n precision=n show_member_name=b date_format=s time_format=s currency_format=s emoji_team_id=s currency=s rounding=s mark_as_done_when_checked=b for_assignment=b notify_users=b linked_to=l
    file.list_metadata.schema[].options.choices[]: value=s label=s color=s
    file.list_metadata.schema[].options.default_value_typed: select=l
    file.list_metadata.schema[].options.canvas_placeholder_mapping[]: variable=s column=s
    file.list_metadata.views[]: id=s name=s type=s is_locked=b position=s columns=l date_created=n created_by=s stick_column_left=b is_all_items_view=b default_view_key=s show_completed_items=b grouping=o filters=l
    file.list_metadata.views[].columns[]: visible=b key=s id=s position=s width=n
    file.list_metadata.views[].grouping: group_by=s group_by_column_id=s
    file.list_metadata.views[].filters[]: key=s operator=s values=l typed_values=l column_id=s
    file.list_metadata.description_blocks[]: type=s elements=l block_id=s fallback=s image_url=s image_width=n image_height=n image_bytes=n is_animated=b slack_file=o alt_text=s title=s text=o fields=l accessory=o expand=b title_url=s description=s video_url=s thumbnail_url=s author_name=s provider_name=s provider_icon_url=s function_trigger_id=s app_id=s is_workflow_app=b sales_home_workflow_app_type=n app_collaborators=l button_label=s bot_user_id=s url=s owning_team_id=s workflow_id=s developer_trace_id=s trigger_type=s trigger_subtype=s share_url=s
    file.list_metadata.description_blocks[].elements[]: type=s elements=l style=s indent=n offset=n border=n
    file.list_metadata.description_blocks[].elements[].elements[]: type=s elements=l style=s indent=n offset=n border=n
    file.list_metadata.description_blocks[].elements[].elements[].elements[]: type=s range=s style=o text=s channel_id=s value=s timestamp=n format=s url=s fallback=s unsafe=b team_id=s user_id=s usergroup_id=s name=s skin_tone=n unicode=s
    file.list_metadata.description_blocks[].elements[].elements[].elements[].style: bold=b italic=b strike=b highlight=b client_highlight=b unlink=b
    file.list_metadata.description_blocks[].slack_file: id=s url=s
    file.list_metadata.description_blocks[].text: type=s text=s emoji=b
    file.list_metadata.description_blocks[].fields[]: type=s text=s emoji=b verbatim=b
    file.list_metadata.description_blocks[].accessory: type=s placeholder=o action_id=s initial_users=l confirm=o max_selected_items=n focus_on_load=b
    file.list_limits: over_row_maximum=b row_count_limit=n row_count=n over_column_maximum=b column_count=n column_count_limit=n over_view_maximum=b view_count=n view_count_limit=n max_attachments_per_cell=n
    file.initial_comment: id=s created=n timestamp=n user=s comment=s channel=s is_intro=b
    file.reactions[]: name=s count=n users=l url=s
    comments[]: id=s created=n timestamp=n user=s comment=s channel=s is_intro=b`,
  "files.completeUploadExternal": `
    .: ok=b files=l response_metadata=o
    files[]: id=s title=s created=n timestamp=n name=s mimetype=s filetype=s pretty_type=s user=s user_team=s editable=b size=n mode=s is_external=b external_type=s is_public=b public_url_shared=b display_as_bot=b username=s url_private=s url_private_download=s permalink=s permalink_public=s edit_link=s preview=s lines=n lines_more=n comments_count=n is_starred=b shares=o channels=l groups=l ims=l has_more_shares=b has_rich_preview=b file_access=s media_display_type=s original_w=n original_h=n alt_txt=s is_modified_by_ai=b
    files[].shares: public=o
    files[].shares.public: C00000000=l C00000001=l
    files[].shares.public.C00000000[]: reply_users=l reply_users_count=n reply_count=n ts=s channel_name=s team_id=s share_user_id=s thread_ts=s latest_reply=s source=s is_silent_share=b
    files[].shares.public.C00000001[]: reply_users=l reply_users_count=n reply_count=n ts=s channel_name=s team_id=s share_user_id=s thread_ts=s latest_reply=s source=s is_silent_share=b`,
  "files.delete": `
    .: ok=b`,
  "files.getUploadURLExternal": `
    .: ok=b upload_url=s file_id=s response_metadata=o`,
  "reactions.add": `
    .: ok=b`,
  "reactions.get": `
    .: ok=b type=s channel=s message=o
    message: bot_id=s type=s text=s user=s ts=s team=s bot_profile=o reactions=l permalink=s app_id=s room=o blocks=l assistant_app_thread=o
    message.bot_profile: id=s deleted=b name=s updated=n app_id=s icons=o team_id=s
    message.reactions[]: name=s users=l count=n`,
  "assistant.threads.setStatus": `
    .: ok=b`,
  "pins.add": `
    .: ok=b`,
  "pins.list": `
    .: ok=b items=l
    items[]: type=s created=n created_by=s file=o comment=s
    items[].file: id=s created=n timestamp=n name=s title=s subject=s mimetype=s filetype=s pretty_type=s user=s user_team=s source_team=s mode=s editable=b non_owner_editable=b editor=s last_editor=s updated=n file_access=s editors=l edit_timestamp=n alt_txt=s subtype=s duration_ms=n original_attachment_count=n is_external=b external_type=s external_id=s external_url=s username=s size=n url_private=s url_private_download=s url_static_preview=s app_id=s app_name=s image_exif_rotation=n original_w=s original_h=s permalink=s permalink_public=s edit_link=s has_rich_preview=b media_display_type=s preview=s plain_text=s has_more=b sent_to_self=b lines=n lines_more=n is_public=b public_url_shared=b display_as_bot=b channels=l groups=l ims=l shares=o has_more_shares=b to=l from=l cc=l channel_actions_ts=s channel_actions_count=n headers=o saved=o is_channel_space=b linked_channel_id=s access=s last_read=n is_restricted_sharing_enabled=b bot_id=s initial_comment=o num_stars=n is_starred=b pinned_to=l reactions=l comments_count=n
    items[].file.shares: public=o private=o
    items[].file.shares.public: C03E94MKU=l C03E94MKU_=l
    items[].file.shares.public.C03E94MKU[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    items[].file.shares.public.C03E94MKU_[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    items[].file.shares.private: C03E94MKU=l C03E94MKU_=l
    items[].file.shares.private.C03E94MKU[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    items[].file.shares.private.C03E94MKU_[]: share_user_id=s reply_users=l reply_users_count=n reply_count=n ts=s thread_ts=s latest_reply=s channel_name=s team_id=s access=s source=s date_last_shared=n
    items[].file.to[]: address=s name=s original=s
    items[].file.from[]: address=s name=s original=s
    items[].file.cc[]: address=s name=s original=s
    items[].file.headers: date=s in_reply_to=s reply_to=s message_id=s
    items[].file.media_progress: offset_ms=n max_offset_ms=n duration_ms=n media_watched=b
    items[].file.saved: is_archived=b date_completed=n date_due=n state=s
    items[].file.title_blocks[]: type=s elements=l block_id=s fallback=s image_url=s image_width=n image_height=n image_bytes=n is_animated=b slack_file=o alt_text=s title=s text=o fields=l accessory=o expand=b title_url=s description=s video_url=s thumbnail_url=s author_name=s provider_name=s provider_icon_url=s function_trigger_id=s app_id=s is_workflow_app=b sales_home_workflow_app_type=n app_collaborators=l button_label=s bot_user_id=s url=s owning_team_id=s workflow_id=s developer_trace_id=s trigger_type=s trigger_subtype=s share_url=s
    items[].file.title_blocks[].elements[]: type=s elements=l style=s indent=n offset=n border=n
    items[].file.title_blocks[].elements[].elements[]: type=s elements=l style=s indent=n offset=n border=n
    items[].file.title_blocks[].elements[].elements[].elements[]: type=s range=s style=o text=s channel_id=s value=s timestamp=n format=s url=s fallback=s unsafe=b team_id=s user_id=s usergroup_id=s name=s skin_tone=n unicode=s
    items[].file.title_blocks[].elements[].elements[].elements[].style: bold=b italic=b strike=b highlight=b client_highlight=b unlink=b
    items[].file.title_blocks[].slack_file: id=s url=s
    items[].file.title_blocks[].text: type=s text=s emoji=b
    items[].file.title_blocks[].fields[]: type=s text=s emoji=b verbatim=b
    items[].file.title_blocks[].accessory: type=s placeholder=o action_id=s initial_users=l confirm=o max_selected_items=n focus_on_load=b
    items[].file.dm_mpdm_users_with_file_access[]: user_id=s access=s
    items[].file.favorites[]: collection_id=s collection_name=s position=s
    items[].file.list_metadata: icon=s icon_url=s icon_team_id=s description=s is_trial=b creation_source=o schema=l views=l integrations=l description_blocks=l
    items[].file.list_metadata.creation_source: type=s reference_id=s workflow_function_id=s
    items[].file.list_metadata.schema[]: id=s name=s key=s type=s is_primary_column=b options=o
    items[].file.list_metadata.schema[].options: choices=l format=s default_value=s default_value_typed=o emoji=s max=n precision=n show_member_name=b date_format=s time_format=s currency_format=s emoji_team_id=s currency=s rounding=s mark_as_done_when_checked=b for_assignment=b notify_users=b linked_to=l
    items[].file.list_metadata.schema[].options.choices[]: value=s label=s color=s
    items[].file.list_metadata.schema[].options.default_value_typed: select=l
    items[].file.list_metadata.schema[].options.canvas_placeholder_mapping[]: variable=s column=s
    items[].file.list_metadata.views[]: id=s name=s type=s is_locked=b position=s columns=l date_created=n created_by=s stick_column_left=b is_all_items_view=b default_view_key=s show_completed_items=b grouping=o filters=l
    items[].file.list_metadata.views[].columns[]: visible=b key=s id=s position=s width=n
    items[].file.list_metadata.views[].grouping: group_by=s group_by_column_id=s
    items[].file.list_metadata.views[].filters[]: key=s operator=s values=l typed_values=l column_id=s
    items[].file.list_metadata.description_blocks[]: type=s elements=l block_id=s fallback=s image_url=s image_width=n image_height=n image_bytes=n is_animated=b slack_file=o alt_text=s title=s text=o fields=l accessory=o expand=b title_url=s description=s video_url=s thumbnail_url=s author_name=s provider_name=s provider_icon_url=s function_trigger_id=s app_id=s is_workflow_app=b sales_home_workflow_app_type=n app_collaborators=l button_label=s bot_user_id=s url=s owning_team_id=s workflow_id=s developer_trace_id=s trigger_type=s trigger_subtype=s share_url=s
    items[].file.list_metadata.description_blocks[].elements[]: type=s elements=l style=s indent=n offset=n border=n
    items[].file.list_metadata.description_blocks[].elements[].elements[]: type=s elements=l style=s indent=n offset=n border=n
    items[].file.list_metadata.description_blocks[].elements[].elements[].elements[]: type=s range=s style=o text=s channel_id=s value=s timestamp=n format=s url=s fallback=s unsafe=b team_id=s user_id=s usergroup_id=s name=s skin_tone=n unicode=s
    items[].file.list_metadata.description_blocks[].elements[].elements[].elements[].style: bold=b italic=b strike=b highlight=b client_highlight=b unlink=b
    items[].file.list_metadata.description_blocks[].slack_file: id=s url=s
    items[].file.list_metadata.description_blocks[].text: type=s text=s emoji=b
    items[].file.list_metadata.description_blocks[].fields[]: type=s text=s emoji=b verbatim=b
    items[].file.list_metadata.description_blocks[].accessory: type=s placeholder=o action_id=s initial_users=l confirm=o max_selected_items=n focus_on_load=b
    items[].file.list_limits: over_row_maximum=b row_count_limit=n row_count=n over_column_maximum=b column_count=n column_count_limit=n over_view_maximum=b view_count=n view_count_limit=n max_attachments_per_cell=n
    items[].file.initial_comment: id=s created=n timestamp=n user=s comment=s channel=s is_intro=b
    items[].file.reactions[]: name=s count=n users=l url=s`,
  "pins.remove": `
    .: ok=b`,
  "emoji.list": `
    .: ok=b emoji=o cache_ts=s categories_version=s categories=l
    emoji: 333=s 444=s
    categories[]: name=s emoji_names=l`,
  "users.getPresence": `
    .: ok=b presence=s online=b auto_away=b manual_away=b connection_count=n last_activity=n`,
  "users.profile.get": `
    .: ok=b profile=o
    profile: title=s phone=s skype=s real_name=s real_name_normalized=s display_name=s display_name_normalized=s fields=o status_text=s status_emoji=s status_expiration=n avatar_hash=s image_original=s is_custom_image=b email=s first_name=s last_name=s image_24=s image_32=s image_48=s image_72=s image_192=s image_512=s image_1024=s status_text_canonical=s pronouns=s start_date=s always_active=b status_clear_on_focus_end=b
    profile.fields: X00000000=o X00000001=o
    profile.fields.X00000000: value=s alt=s label=s
    profile.fields.X00000001: value=s alt=s label=s`,
};
