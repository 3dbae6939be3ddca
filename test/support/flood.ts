import type { JsonObject } from "../../src/shared/json.ts";
import type { TestBot } from "./bot.ts";

/** A workflow `posting` whose only step says its number in #general. */
export const POSTING = {
  id: "posting",
  name: "Posting",
  inputs: { number: { type: "number" } },
  steps: [
    {
      id: "say",
      type: "service",
      config: {
        service: "slack",
        action: "sendMessage",
        channel: "#general",
        message: "no {{variables.number}}",
      },
    },
  ],
};

/** Starts a run as a program does, without a person. @param more - other members of the request, such as where it reports to. */
export function startByProgram(bot: TestBot, workflowId: string, more: JsonObject = {}) {
  return bot.engine.executions.start({
    workflowId,
    variables: {},
    variableForm: "json",
    trigger: { type: "webhook" },
    ...more,
  });
}
