import type { WebClient } from "@slack/web-api";

/** The name in `manifest.yml`, as long as Slack does not say another one. */
const USUAL = "@heddle";

/** Asks Slack once what the bot is called, since an operator may name it otherwise. */
export function createBotName(client: WebClient): () => Promise<string> {
  let known: string | null = null;
  return async () => {
    try {
      known ??= (await client.auth.test()).user ?? null;
    } catch {
      // The next one who asks tries again.
    }
    return known === null ? USUAL : `@${known}`;
  };
}
