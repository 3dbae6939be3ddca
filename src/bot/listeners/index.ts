import type { App } from "@slack/bolt";
import type { BotContext } from "../context.ts";
import { register as registerCancelRun } from "./actions/cancel-run.ts";
import { register as registerDecide } from "./actions/decide.ts";
import { register as registerDraft } from "./actions/draft.ts";
import { register as registerLabel } from "./actions/label.ts";
import { register as registerNotMe } from "./actions/not-me.ts";
import { register as registerReceipts } from "./actions/receipts.ts";
import { register as registerRequest } from "./actions/request.ts";
import { register as registerRetry } from "./actions/retry.ts";
import { register as registerShowRequest } from "./actions/show-request.ts";
import { register as registerWhyRun } from "./actions/why-run.ts";
import { register as registerWorkflow } from "./commands/workflow.ts";
import { register as registerDecision } from "./dialogs/decision.ts";
import { register as registerDelegation } from "./dialogs/delegation.ts";
import { register as registerSeveral } from "./dialogs/several.ts";
import { register as registerAppHomeOpened } from "./events/app-home-opened.ts";
import { register as registerDirectMessage } from "./events/direct-message.ts";
import { register as registerMessage } from "./events/message.ts";
import { register as registerMessageDeleted } from "./events/message-deleted.ts";
import { register as registerReactionAdded } from "./events/reaction-added.ts";
import { register as registerWorkspaceChanges } from "./events/workspace-changes.ts";
import { register as registerRunWorkflow } from "./shortcuts/run-workflow.ts";

/** Everything that the app listens to. */
export function registerListeners(app: App, context: BotContext): void {
  registerWorkflow(app, context);
  registerDecide(app, context);
  registerDecision(app, context);
  registerSeveral(app, context);
  registerRequest(app, context);
  registerDelegation(app, context);
  registerCancelRun(app, context);
  registerRetry(app, context);
  registerWhyRun(app, context);
  registerLabel(app, context);
  registerDraft(app, context);
  registerShowRequest(app, context);
  registerNotMe(app, context);
  registerReceipts(app, context);
  registerAppHomeOpened(app, context);
  registerDirectMessage(app, context);
  registerMessage(app, context);
  registerMessageDeleted(app, context);
  registerReactionAdded(app, context);
  registerWorkspaceChanges(app, context);
  registerRunWorkflow(app, context);
}
