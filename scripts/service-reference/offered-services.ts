import { pino } from "pino";
import type { ServiceSummary } from "../../src/engine/api/workflows.ts";
import { systemClock } from "../../src/engine/ports/clock.ts";
import { withEventService } from "../../src/engine/triggers/event-service.ts";
import { listServices } from "../../src/engine/workflows/list-services.ts";
import { createDatabaseService } from "../../src/services/database/database-service.ts";
import { createEmailService } from "../../src/services/email/email-service.ts";
import { createHttpService } from "../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../src/services/registry.ts";
import { createSlackService } from "../../src/services/slack/slack-service.ts";
import { createSlack } from "../../src/slack/slack.ts";
import { createRateLimits } from "../../src/store/sqlite/rate-limits.ts";

/** What steps may call in every installation; nothing is called here. */
export function offeredServices(): readonly ServiceSummary[] {
  const slack = createSlack({
    ...{ botToken: "xoxb-none", apiUrl: null, limits: createRateLimits() },
    ...{ clock: systemClock, logger: pino({ level: "silent" }) },
  });
  const services = createServiceRegistry([
    createSlackService(slack),
    createHttpService(),
    createEmailService({ server: null, templatesDir: "none" }),
    createDatabaseService({ urls: {} }),
  ]);
  return listServices(withEventService(services, { publish: async () => "event" }));
}
