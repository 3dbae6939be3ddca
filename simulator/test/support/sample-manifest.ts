/** A manifest with everything that the simulator delivers, for apps in tests. */
export const sampleManifest = {
  display_information: { name: "Sample" },
  features: {
    app_home: { home_tab_enabled: true, messages_tab_enabled: true },
    bot_user: { display_name: "sample" },
    slash_commands: [
      {
        command: "/sample",
        description: "Try things",
        usage_hint: "open | say",
        should_escape: true,
      },
      { command: "/plain", description: "Try things unescaped", should_escape: false },
    ],
    shortcuts: [
      { name: "New request", type: "global", callback_id: "new_request", description: "Ask" },
      { name: "Make a request", type: "message", callback_id: "from_message", description: "Ask" },
    ],
  },
  oauth_config: {
    scopes: {
      bot: [
        "app_mentions:read",
        "assistant:write",
        "channels:history",
        "channels:read",
        "chat:write",
        "commands",
        "files:read",
        "files:write",
        "im:history",
        "im:read",
        "im:write",
        "reactions:read",
        "reactions:write",
        "usergroups:read",
        "users:read",
        "users:read.email",
      ],
    },
  },
  settings: {
    event_subscriptions: {
      bot_events: [
        "app_home_opened",
        "app_mention",
        "file_created",
        "file_shared",
        "message.channels",
        "message.im",
        "reaction_added",
        "reaction_removed",
      ],
    },
    interactivity: { is_enabled: true },
    socket_mode_enabled: true,
  },
};

/** The sample app as an agent, subscribed to these events as well. */
export function agentManifest(...events: readonly string[]) {
  const { features, settings } = sampleManifest;
  return {
    ...sampleManifest,
    features: { ...features, agent_view: { agent_description: "Helps" } },
    settings: {
      ...settings,
      event_subscriptions: { bot_events: [...settings.event_subscriptions.bot_events, ...events] },
    },
  };
}
