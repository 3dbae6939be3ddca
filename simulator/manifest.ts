import { member, memberAt, toObjects, toText, toTexts } from "./json.ts";

export interface SlashCommand {
  readonly command: string;
  readonly description: string;
  readonly usageHint: string;
  /** Whether people and channels in the text arrive as `<@U…|name>` and `<#C…|name>`. */
  readonly shouldEscape: boolean;
}

export interface Shortcut {
  readonly name: string;
  readonly type: "message" | "global";
  readonly callbackId: string;
  readonly description: string;
}

export interface SuggestedPrompt {
  readonly title: string;
  readonly message: string;
}

/** What the app's manifest allows and subscribes to; the simulator delivers and permits nothing beyond it. */
export interface AppManifest {
  readonly appName: string;
  readonly botName: string;
  readonly scopes: ReadonlySet<string>;
  readonly events: ReadonlySet<string>;
  /** Types of message metadata that the app subscribes to. */
  readonly metadataTypes: ReadonlySet<string>;
  readonly commands: readonly SlashCommand[];
  readonly shortcuts: readonly Shortcut[];
  readonly interactivity: boolean;
  readonly homeTab: boolean;
  readonly messagesTab: boolean;
  /** People cannot reply to the app there. */
  readonly messagesReadOnly: boolean;
  /** The app is an agent: its Messages tab holds threads, and it may have sessions. */
  readonly isAgent: boolean;
  /** Prompts that the app suggests in its direct message. */
  readonly suggestedPrompts: readonly SuggestedPrompt[];
}

/**
 * Reads the parts of a manifest that decide what an app may do. Unknown members are ignored.
 *
 * @param grantsOptional - were the scopes granted, too, that may be left out when the app is installed? @default false
 */
export function parseManifest(source: unknown, grantsOptional = false): AppManifest {
  const scopes = memberAt(source, "oauth_config", "scopes");
  const features = member(source, "features");
  const settings = member(source, "settings");
  const appName = toText(memberAt(source, "display_information", "name")) ?? "App";
  return {
    appName,
    messagesReadOnly: memberAt(features, "app_home", "messages_tab_read_only_enabled") === true,
    botName: toText(memberAt(features, "bot_user", "display_name")) ?? appName,
    scopes: new Set([
      ...toTexts(member(scopes, "bot")),
      ...(grantsOptional ? toTexts(member(scopes, "bot_optional")) : []),
    ]),
    events: new Set(toTexts(memberAt(settings, "event_subscriptions", "bot_events"))),
    metadataTypes: new Set(
      toObjects(memberAt(settings, "event_subscriptions", "metadata_subscriptions")).map(
        (one) => toText(one["event_type"]) ?? "",
      ),
    ),
    commands: toObjects(member(features, "slash_commands")).map((command) => ({
      command: toText(command["command"]) ?? "",
      description: toText(command["description"]) ?? "",
      usageHint: toText(command["usage_hint"]) ?? "",
      shouldEscape: command["should_escape"] === true,
    })),
    shortcuts: toObjects(member(features, "shortcuts")).map((shortcut) => ({
      name: toText(shortcut["name"]) ?? "",
      type: shortcut["type"] === "message" ? "message" : "global",
      callbackId: toText(shortcut["callback_id"]) ?? "",
      description: toText(shortcut["description"]) ?? "",
    })),
    interactivity: memberAt(settings, "interactivity", "is_enabled") === true,
    homeTab: memberAt(features, "app_home", "home_tab_enabled") === true,
    messagesTab: memberAt(features, "app_home", "messages_tab_enabled") !== false,
    isAgent: member(features, "agent_view") !== undefined,
    suggestedPrompts: toObjects(memberAt(features, "agent_view", "suggested_prompts")).map(
      (prompt) => ({
        title: toText(prompt["title"]) ?? "",
        message: toText(prompt["message"]) ?? "",
      }),
    ),
  };
}
