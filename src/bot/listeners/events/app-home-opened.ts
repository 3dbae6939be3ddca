import type { App } from "@slack/bolt";
import { readOwn } from "../../../shared/json.ts";
import type { BotServices } from "../../context.ts";

/** Publishes App Home for the person who opened it. */
export function register(app: App, services: BotServices): void {
  app.event("app_home_opened", async ({ event, body }) => {
    if (event.tab !== "home" || !services.events.add(body.event_id)) return;
    const logger = services.logger.child({ user: event.user, event: body.event_id });
    try {
      // Bolt's type of a view leaves the hash out.
      const hash = readOwn(event.view, "hash");
      await services.home.publish(event.user, typeof hash === "string" ? hash : undefined);
    } catch (error) {
      // Nobody can be told: the next opening tries again.
      logger.warn({ err: error }, "App Home could not be shown");
    }
  });
}
