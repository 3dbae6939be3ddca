import { createCron } from "../../src/adapters/node-cron.ts";
import type { ValidationContext } from "../../src/engine/definition/validation/validate.ts";
import { createStepTypes } from "../../src/engine/steps/index.ts";
import { withEventService } from "../../src/engine/triggers/event-service.ts";
import { createTriggerTypes } from "../../src/engine/triggers/types/index.ts";
import { createDatabaseService } from "../../src/services/database/database-service.ts";
import { createEmailService } from "../../src/services/email/email-service.ts";
import { createHttpService } from "../../src/services/http/http-service.ts";
import { createServiceRegistry } from "../../src/services/registry.ts";
import { createSlackService } from "../../src/services/slack/slack-service.ts";
import { silentSlack } from "./silent-slack.ts";

/** What definitions may name in the real bot; nothing is called. */
export function realRegistries(): ValidationContext {
  return {
    stepTypes: createStepTypes({ defaultModel: "gpt-4o-mini" }),
    triggerTypes: createTriggerTypes({ cron: createCron() }),
    services: withEventService(
      createServiceRegistry([
        createSlackService(silentSlack()),
        createHttpService(),
        createEmailService({ server: null, templatesDir: "none" }),
        createDatabaseService({ urls: {} }),
      ]),
      { publish: async () => "event" },
    ),
  };
}
