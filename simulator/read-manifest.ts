import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { z } from "zod";
import { scopeOf } from "./delivery/subscriptions.ts";
import { type AppManifest, parseManifest } from "./manifest.ts";

const flag = z.boolean().optional();
const address = (max: number) =>
  z
    .string()
    .regex(/^https?:\/\//, "must begin with http:// or https://")
    .max(max);
const prompt = z.strictObject({ title: z.string(), message: z.string() });
const names = (count: number) => z.array(z.string().max(50)).max(count).optional();
const events = z
  .array(z.string().max(50))
  .max(100)
  .refine((list) => new Set(list).size === list.length, "must not name an event twice")
  .optional();
/** Parts that the simulator does not read. */
const anything = z.unknown().optional();

/**
 * Commands that Slack keeps for itself; a manifest with one of them is refused.
 *
 * @see https://slack.com/help/articles/201259356-Use-built-in-slash-commands
 * @see https://github.com/NousResearch/hermes-agent/issues/17054 what becomes of such a manifest
 */
const RESERVED_COMMANDS: ReadonlySet<string> = new Set([
  ..."active apps away close collapse dm dnd expand feed feedback invite invite_people join keys leave".split(
    " ",
  ),
  ..."me msg mute open part pro remind s search shortcuts shrug status topic who".split(" "),
]);

const features = z.strictObject({
  app_home: z
    .strictObject({
      home_tab_enabled: flag,
      messages_tab_enabled: flag,
      messages_tab_read_only_enabled: flag,
    })
    .optional(),
  bot_user: z
    .strictObject({ display_name: z.string().min(1).max(80), always_online: flag })
    .optional(),
  shortcuts: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(24),
        type: z.enum(["message", "global"]),
        callback_id: z.string().min(1).max(255),
        description: z.string().min(1).max(150),
      }),
    )
    .min(1)
    .max(10)
    .optional(),
  slash_commands: z
    .array(
      z.strictObject({
        command: z
          .string()
          .regex(/^\//, "must begin with a slash")
          .min(2)
          .max(32)
          .refine((command) => !RESERVED_COMMANDS.has(command.slice(1).toLowerCase()), {
            error: "is a command of Slack's own",
          }),
        url: address(3_000).optional(),
        description: z.string().min(1).max(2_000),
        usage_hint: z.string().min(1).max(1_000).optional(),
        should_escape: flag,
      }),
    )
    .min(1)
    .max(50)
    .optional(),
  assistant_view: z
    .strictObject({
      assistant_description: z.string(),
      suggested_prompts: z.array(prompt).optional(),
    })
    .optional(),
  agent_view: z
    .strictObject({
      agent_description: z.string().max(300).optional(),
      suggested_prompts: z.array(prompt).max(4).optional(),
      actions: z.array(z.strictObject({ name: z.string(), description: z.string() })).optional(),
    })
    .optional(),
  // Newer than the published schema, which refuses it.
  code_channels: anything,
  unfurl_domains: z.array(z.string().max(255)).min(1).max(5).optional(),
  workflow_steps: anything,
});

const oauthConfig = z.strictObject({
  redirect_urls: z.array(z.string().max(2_500)).max(1_000).optional(),
  scopes: z
    .strictObject({
      bot: names(255),
      user: names(255),
      bot_optional: names(255),
      user_optional: names(255),
    })
    .optional(),
  token_management_enabled: flag,
  pkce_enabled: flag,
});

const settings = z.strictObject({
  allowed_ip_address_ranges: z.array(z.string()).min(1).max(50).optional(),
  event_subscriptions: z
    .strictObject({
      request_url: address(3_500).optional(),
      user_events: events,
      bot_events: events,
      metadata_subscriptions: z
        .array(z.strictObject({ app_id: z.string(), event_type: z.string().max(50) }))
        .min(1)
        .max(20)
        .optional(),
    })
    .optional(),
  incoming_webhooks: anything,
  interactivity: z
    .strictObject({
      is_enabled: z.boolean(),
      request_url: address(3_500).optional(),
      message_menu_options_url: address(3_500).optional(),
    })
    .optional(),
  org_deploy_enabled: flag,
  socket_mode_enabled: flag,
  is_hosted: flag,
  token_rotation_enabled: flag,
  siws_links: anything,
  hermes_app_type: anything,
  function_runtime: z.string().optional(),
  is_mcp_enabled: flag,
});

/** The members of Slack's manifest, as far as they decide what the simulator does. */
const Manifest = z.strictObject({
  $schema: anything,
  _metadata: z
    .strictObject({
      schema_version: z.int().optional(),
      min_version: z.int().optional(),
      major_version: z.int().optional(),
      minor_version: z.int().optional(),
    })
    .optional(),
  display_information: z.strictObject({
    name: z.string().min(1).max(35),
    description: z.string().min(1).max(140).optional(),
    background_color: z.string().min(4).max(7).optional(),
    long_description: z.string().min(175).max(4_000).optional(),
  }),
  features: features.optional(),
  oauth_config: oauthConfig.optional(),
  settings: settings.optional(),
  app_directory: anything,
  datastores: anything,
  external_auth_providers: anything,
  functions: anything,
  mcp_servers: anything,
  outgoing_domains: anything,
  types: anything,
  workflows: anything,
});

/**
 * Says what Slack would refuse in the form of a manifest: one sentence for each problem.
 *
 * @internal exported for its test
 */
export function formProblems(source: unknown): readonly string[] {
  const parsed = Manifest.safeParse(source);
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

/**
 * Says which events and commands Slack would not take without a scope that is missing.
 *
 * @internal exported for its test
 */
export function scopeProblems({ events, scopes, commands }: AppManifest): readonly string[] {
  const lacking = [...events].flatMap((event) => {
    const scope = scopeOf(event);
    if (scope === undefined || scopes.has(scope)) return [];
    return [`settings.event_subscriptions.bot_events: ${event} needs the scope ${scope}`];
  });
  return commands.length > 0 && !scopes.has("commands")
    ? [...lacking, "features.slash_commands: needs the scope commands"]
    : lacking;
}

/** A manifest that Slack would not take, or that cannot be read; the message names the file and every problem. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
}

/**
 * Reads a manifest in YAML or JSON.
 *
 * @param grantsOptional - as for {@link parseManifest}.
 *
 * @throws {ManifestError} when the file is missing, is not YAML, or is no manifest that Slack would take.
 */
export async function readManifest(path: string, grantsOptional?: boolean): Promise<AppManifest> {
  let source: unknown;
  try {
    source = parse(await readFile(path, "utf8"));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ManifestError(`The app manifest ${path} cannot be read: ${reason}`, { cause });
  }
  const manifest = parseManifest(source, grantsOptional);
  const problems = [...formProblems(source), ...scopeProblems(manifest)];
  if (problems.length > 0) {
    const list = problems.map((problem) => `  ${problem}`).join("\n");
    throw new ManifestError(`Slack would not take the app manifest ${path}:\n${list}`);
  }
  return manifest;
}
