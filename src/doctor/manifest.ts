import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";

const FILE = resolve(import.meta.dirname, "../../manifest.yml");

const names = z.array(z.string()).default([]);

const Source = z.object({
  features: z.object({ slash_commands: z.array(z.object({ command: z.string() })).default([]) }),
  oauth_config: z.object({ scopes: z.object({ bot: names, bot_optional: names }) }),
  settings: z.object({ event_subscriptions: z.object({ bot_events: names }) }),
});

/** What the app has to be allowed and to subscribe to. */
export interface Manifest {
  readonly scopes: readonly string[];
  /** Scopes that an installation may leave out. */
  readonly optionalScopes: readonly string[];
  readonly events: readonly string[];
  readonly commands: readonly string[];
}

/** Reads `manifest.yml` of this version. */
export async function readManifest(): Promise<Manifest> {
  const { features, oauth_config, settings } = Source.parse(parse(await readFile(FILE, "utf8")));
  const optionalScopes = oauth_config.scopes.bot_optional;
  return {
    scopes: oauth_config.scopes.bot.filter((scope) => !optionalScopes.includes(scope)),
    optionalScopes,
    events: settings.event_subscriptions.bot_events,
    commands: features.slash_commands.map(({ command }) => command),
  };
}
