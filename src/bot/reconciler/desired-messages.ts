import type { ExecutionView, RequestView, StepView } from "../../engine/api/executions.ts";
import type { ReportTarget } from "../../engine/model/events.ts";
import { isFinished } from "../../engine/model/state.ts";
import { isUserId } from "../../shared/slack-ids.ts";
import { escapeText, mentionPerson } from "../../slack/text.ts";
import { aiLine, aiSteps } from "../views/ai-results.ts";
import { approvalCard, outcomeOf } from "../views/approval-card.ts";
import { type CardMessage, message, section } from "../views/blocks/build.ts";
import { budgetCard } from "../views/budget-card.ts";
import type { CardContext } from "../views/card-context.ts";
import { completionMessage, failureMessage } from "../views/completion-message.ts";
import { describeMigration } from "../views/progress.ts";
import { runCard } from "../views/run-card.ts";
import { unknownOutcomeCard } from "../views/unknown-outcome-card.ts";

/** Id of the run's card, in whose thread the other messages go. */
export const RUN_CARD = "run";

/** A message that one execution should have in Slack now. */
export interface DesiredMessage {
  /** Unique within the execution, and the same after a restart. */
  readonly id: string;
  /** Conversation id, `#name` or a person's id; what the definition or the trigger says. */
  readonly channel: string;
  /**
   * Does it stand in the thread of the run's card? `same-channel`: only if it goes to the channel of that card.
   */
  readonly thread: "always" | "same-channel" | "never";
  /** A message in whose thread all of the run stands, as long as it stands in that channel. */
  readonly parent?: { readonly channel: string; readonly ts: string };
  /** `soon` overtakes `later` where Slack's limits make messages wait. */
  readonly urgency: "soon" | "later";
  /** It cannot have been posted before this moment: where the search for a lost one begins. Milliseconds since 1970. */
  readonly since: number;
  readonly message: CardMessage;
  /** Stays as it is from now on. */
  readonly final: boolean;
}

/** AI steps of one run that get a line of their own; a cycle of hundreds must not flood the thread. */
const AI_LINES = 20;

/** All messages that this execution should have in Slack now, the run's card first. Pure: the same view gives the same messages. */
export function desiredMessages(view: ExecutionView, context: CardContext): DesiredMessage[] {
  const { report } = view;
  const { threadTs: ts } = report ?? {};
  const messages = messagesOf(view, context);
  if (report === null || ts === undefined) return messages;
  const parent = { channel: report.channel, ts };
  return messages.map((desired) => ({ ...desired, parent }));
}

function messagesOf(view: ExecutionView, context: CardContext): DesiredMessage[] {
  const { report } = view;
  const requests = view.requests.flatMap((request) => approvalMessages(view, request, context));
  if (report === null) return requests;
  if (report.on === "failure") return [...requests, ...failureMessages(view, report, context)];
  return [
    runMessage(view, report, context),
    ...aiMessages(view, report, context),
    ...requests,
    ...retryMessages(view, report, context),
    ...migrationMessages(view, report),
    ...endingMessages(view, report, context),
  ];
}

function runMessage(
  view: ExecutionView,
  report: ReportTarget,
  context: CardContext,
): DesiredMessage {
  return {
    id: RUN_CARD,
    channel: report.channel,
    thread: "never",
    urgency: "later",
    since: Date.parse(view.startedAt),
    message: runCard(view, context),
    final: isFinished(view.status),
  };
}

function aiMessages(
  view: ExecutionView,
  report: ReportTarget,
  context: CardContext,
): DesiredMessage[] {
  const seen = new Set<string>();
  return aiSteps(view)
    .slice(0, AI_LINES)
    .map((step) => ({
      id: aiMessageId(step, seen),
      channel: report.channel,
      thread: "always",
      urgency: "later",
      since: Date.parse(step.completedAt),
      message: aiLine(view, step, context),
      final: true,
    }));
}

/** A step that continued after a retry ends twice. */
function aiMessageId({ path, attempts }: StepView, seen: Set<string>): string {
  const id = seen.has(path) ? `ai:${path}:${attempts}` : `ai:${path}`;
  seen.add(path);
  return id;
}

/** A line in the thread for each retry. */
function retryMessages(
  view: ExecutionView,
  report: ReportTarget,
  context: CardContext,
): DesiredMessage[] {
  return view.retries.map(({ by, at, fromStep }, index) => {
    const from = fromStep === null ? "" : ` from *${escapeText(context.stepName(fromStep))}*`;
    const text = `:arrows_counterclockwise: Retried by ${mentionPerson(by)}${from}.`;
    return {
      id: `retry:${index + 1}`,
      channel: report.channel,
      thread: "always",
      urgency: "later",
      since: Date.parse(at),
      message: message(text, [section(text)]),
      final: true,
    };
  });
}

/** A line in the thread for each migration to another version. */
function migrationMessages(view: ExecutionView, report: ReportTarget): DesiredMessage[] {
  return view.migrations.map((migration, index) => {
    const text = describeMigration(migration);
    return {
      id: `migrated:${index + 1}`,
      channel: report.channel,
      thread: "always",
      urgency: "later",
      since: Date.parse(migration.at),
      message: message(text, [section(text)]),
      final: true,
    };
  });
}

/**
 * The copies of an approval: in its own channel, else in the run's thread, else where failures go, else with each approver
 * who is named in person.
 */
function approvalMessages(
  view: ExecutionView,
  request: RequestView,
  context: CardContext,
): DesiredMessage[] {
  const { opened } = request;
  const step = opened.id.startsWith(`${view.executionId}/`)
    ? opened.id.slice(view.executionId.length + 1)
    : opened.id;
  const copy = (id: string, channel: string, thread: DesiredMessage["thread"]): DesiredMessage => ({
    id,
    channel,
    thread,
    urgency: "soon",
    since: opened.openedAt,
    message: requestCard(view, request, context),
    final: outcomeOf(view, request) !== null,
  });
  const id = `approval:${step}:${opened.round}`;
  if (opened.channel !== undefined) return [copy(id, opened.channel, "same-channel")];
  if (view.report?.on === "all") return [copy(id, view.report.channel, "always")];
  if (view.report !== null) return [copy(id, view.report.channel, "never")];
  return opened.approvers
    .filter((approver) => isUserId(approver))
    .map((person) => copy(`${id}:${person}`, person, "never"));
}

function requestCard(view: ExecutionView, request: RequestView, context: CardContext): CardMessage {
  const { budget, doubt } = request.opened;
  if (doubt) return unknownOutcomeCard(view, request, doubt, context);
  return budget ? budgetCard(view, request, budget, context) : approvalCard(view, request, context);
}

function endingMessages(
  view: ExecutionView,
  report: ReportTarget,
  context: CardContext,
): DesiredMessage[] {
  if (!isFinished(view.status)) return [];
  return [endMessage(view, report, "always", completionMessage(view, context))];
}

function failureMessages(
  view: ExecutionView,
  report: ReportTarget,
  context: CardContext,
): DesiredMessage[] {
  if (view.status !== "failed") return [];
  return [endMessage(view, report, "never", failureMessage(view, context))];
}

function endMessage(
  view: ExecutionView,
  report: ReportTarget,
  thread: DesiredMessage["thread"],
  message: DesiredMessage["message"],
): DesiredMessage {
  return {
    // Each end has a message of its own: the one before it is history.
    id: view.retries.length === 0 ? "end" : `end:${view.retries.length}`,
    channel: report.channel,
    thread,
    // In the thread it follows the messages of the steps; by itself it is news.
    urgency: thread === "never" ? "soon" : "later",
    since: Date.parse(view.completedAt ?? view.startedAt),
    message,
    final: true,
  };
}
