import type { App } from "@slack/bolt";
import { readOwn } from "../../../shared/json.ts";
import type { BotContext } from "../../context.ts";

/** Publishes App Home for the person who opened it. */
export function register(app: App, context: BotContext): void {
  app.event("app_home_opened", async ({ event, body }) => {
    if (event.tab !== "home") return;
    const logger = context.logger.child({ user: event.user, event: body.event_id });
    try {
      // Bolt's type of a view leaves the hash out.
      const hash = readOwn(event.view, "hash");
      await context.home.publish(event.user, typeof hash === "string" ? hash : undefined);
    } catch (error) {
      // There is no place for an answer: the next opening tries again.
      logger.warn({ err: error }, "could not show App Home");
    }
  });
}
