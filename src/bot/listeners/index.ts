import type { App } from "@slack/bolt";
import type { BotServices } from "../context.ts";
import { register as registerCancelRun } from "./actions/cancel-run.ts";
import { register as registerDecide } from "./actions/decide.ts";
import { register as registerDraft } from "./actions/draft.ts";
import { register as registerLabel } from "./actions/label.ts";
import { register as registerRetry } from "./actions/retry.ts";
import { register as registerWhyRun } from "./actions/why-run.ts";
import { register as registerWorkflow } from "./commands/workflow.ts";
import { register as registerAppHomeOpened } from "./events/app-home-opened.ts";
import { register as registerDirectMessage } from "./events/direct-message.ts";
import { register as registerMessage } from "./events/message.ts";
import { register as registerReactionAdded } from "./events/reaction-added.ts";
import { register as registerRunWorkflow } from "./shortcuts/run-workflow.ts";

/** Everything that the app listens to. */
export function registerListeners(app: App, services: BotServices): void {
  registerWorkflow(app, services);
  registerDecide(app, services);
  registerCancelRun(app, services);
  registerRetry(app, services);
  registerWhyRun(app, services);
  registerLabel(app, services);
  registerDraft(app, services);
  registerAppHomeOpened(app, services);
  registerDirectMessage(app, services);
  registerMessage(app, services);
  registerReactionAdded(app, services);
  registerRunWorkflow(app, services);
}
