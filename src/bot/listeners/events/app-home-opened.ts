import type { App } from "@slack/bolt";
import { isAppError } from "../../../errors.ts";
import { toSlackError } from "../../../services/slack/slack-failure.ts";
import type { BotServices } from "../../services.ts";
import { closedHomeView, homeView } from "../../surfaces/home.ts";

const REQUESTS_SHOWN = 10;
const RUNS_SHOWN = 10;

/** Publishes App Home for the person who opened it. */
export function register(app: App, services: BotServices): void {
  app.event("app_home_opened", async ({ event, body }) => {
    if (event.tab !== "home" || !services.events.add(body.event_id)) return;
    const logger = services.logger.child({ user: event.user, event: body.event_id });
    try {
      const view = await buildView(event.user, services);
      await services.client.views.publish({ user_id: event.user, view }).catch((error: unknown) => {
        throw toSlackError(error, "showing App Home");
      });
    } catch (error) {
      // Nobody can be told: the next opening tries again.
      logger.warn({ err: error }, "App Home could not be shown");
    }
  });
}

async function buildView(userId: string, { engine, rights, groups, command }: BotServices) {
  try {
    await rights.caller(userId);
  } catch (error) {
    if (isAppError(error, "not_allowed")) return closedHomeView(error.message);
    throw error;
  }
  const [requests, { executions }, groupIds] = await Promise.all([
    engine.listOpenRequests(REQUESTS_SHOWN),
    engine.listExecutions({ startedBy: userId, limit: RUNS_SHOWN }),
    groups.lastKnownIds(),
  ]);
  return homeView(requests, executions, groupIds, command);
}
