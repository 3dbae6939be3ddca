import type { App } from "@slack/bolt";
import type { BotContext } from "../../context.ts";

/** The app was uninstalled, or tokens were revoked: if the bot's is among them, the process ends. */
export function register(app: App, { doubtToken }: BotContext): void {
  app.event("app_uninstalled", () => doubtToken("app_uninstalled"));
  app.event("tokens_revoked", () => doubtToken("tokens_revoked"));
}
