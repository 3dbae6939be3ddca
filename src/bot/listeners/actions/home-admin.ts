import type { App } from "@slack/bolt";
import { counted } from "../../../shared/counted.ts";
import { escapeText } from "../../../slack/text.ts";
import { parseResumeValue } from "../../action-values.ts";
import type { BotContext } from "../../context.ts";
import { ACTION_IDS } from "../../ids.ts";
import { NO_WORKFLOW, onAction } from "./on-action.ts";

/** The buttons of App Home that mend what waits for an admin. The engine checks that the person may. */
export function register(app: App, context: BotContext): void {
  const { engine, cards } = context;
  onAction(app, context, {
    id: ACTION_IDS.resumeWorkflow,
    parse: parseResumeValue,
    unknown: NO_WORKFLOW,
    ack: "before",
    handle: async ({ value: { w: workflowId, t: trigger }, caller }) => {
      if (workflowId !== null && trigger !== undefined) {
        const wasOff = await engine.workflows.resumeTrigger(workflowId, trigger, caller.userId);
        const name = `The trigger \`${escapeText(trigger)}\` of *${escapeText(workflowId)}*`;
        return wasOff
          ? `:arrow_forward: ${name} is switched on; what happened meanwhile is left out.`
          : `${name} was no longer switched off.`;
      }
      const wasPaused = await engine.workflows.resume(workflowId, caller.userId);
      const what =
        workflowId === null
          ? "Everything"
          : `*${escapeText((await engine.workflows.get(workflowId)).definition.name)}*`;
      return wasPaused
        ? `:arrow_forward: ${what} is resumed; the runs that began first continue first.`
        : `${what} was no longer paused.`;
    },
  });
  onAction(app, context, {
    id: ACTION_IDS.endOutage,
    parse: (value) => value || null,
    unknown: { code: "input_invalid", message: "This button belongs to no system." },
    ack: "before",
    handle: async ({ value, caller }) =>
      (await engine.health.endOutage(value, caller.userId))
        ? ":electric_plug: The next call is made again. If calls fail repeatedly, the system is left alone again."
        : "It is called again already.",
  });
  onAction(app, context, {
    id: ACTION_IDS.resendRefused,
    parse: (value) => value || null,
    unknown: { code: "input_invalid", message: "This button belongs to no refusal." },
    ack: "before",
    handle: async ({ value, caller }) => {
      if (caller.role !== "admin") return "Only admins can have messages sent again.";
      const count = cards.resendRefused(value);
      if (count === 0) return "Nothing is left that Slack refused with this error.";
      return `:outbox_tray: The messages of ${counted(count, "run")} are tried again now. If Slack still refuses them, they appear here again.`;
    },
  });
}
