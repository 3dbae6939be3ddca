import type { App } from "@slack/bolt";
import { pause } from "../../../engine/ports/clock.ts";
import { isAppError } from "../../../shared/errors.ts";
import { readOwn } from "../../../shared/json.ts";
import type { BotContext } from "../../context.ts";

/** How often Home is published for one opening, and the pause between two tries where Slack names none, in milliseconds. */
const TRIES = 3;
const PAUSE_MS = 1_000;
/** However long Slack asks to wait: a person who waits longer has opened something else. In milliseconds. */
const MAX_PAUSE_MS = 10_000;

/** Publishes App Home for the person who opened it. */
export function register(app: App, context: BotContext): void {
  app.event("app_home_opened", async ({ event, body }) => {
    if (event.tab !== "home") return;
    const logger = context.logger.child({ user: event.user, event: body.event_id });
    // Bolt's type of a view leaves the hash out.
    const hash = readOwn(event.view, "hash");
    try {
      await publish(context, event.user, typeof hash === "string" ? hash : undefined);
    } catch (error) {
      // There is no place for an answer: the next opening tries again.
      logger.warn({ err: error }, "could not show App Home");
    }
  });
}

/** The event is acknowledged in any case, so that Slack does not repeat it: what Slack refuses for the moment is tried again here. */
async function publish(
  { home, clock }: BotContext,
  user: string,
  hash: string | undefined,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await home.open(user, hash);
    } catch (error) {
      if (attempt === TRIES || !isAppError(error) || !error.retryable) throw error;
      await pause(clock, Math.min(error.retryAfterMs ?? PAUSE_MS, MAX_PAUSE_MS));
    }
  }
}
